"""What is read of a cluster for an explanation: who acts at admission, the namespaces, Fluid's CSI driver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kubectl_fluid.cluster.errors import ClusterError, Unreachable
from kubectl_fluid.cluster.listing import Absent, Resource, fetch, read
from kubectl_fluid.cluster.parallel import together
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.explanation.conditions import Templates
from kubectl_fluid.explanation.hooks import Hook, Whose, policies, webhooks
from kubectl_fluid.explanation.selectors import Labels
from kubectl_fluid.policy.names import PLURAL, TEMPLATE
from kubectl_fluid.shapes import mapping
from kubectl_fluid.webhook.bundle.configuration import NAMESPACE_NAME

Object = dict[str, Any]

#: The driver by which nodes with Fluid's CSI plugin mount a claim (Fluid a826600a, charts/fluid/fluid/templates/csi).
CSI_DRIVER = "fuse.csi.fluid.io"

_GROUP = "admissionregistration.k8s.io"
_NAMESPACES = Resource("Namespace", "", "v1", "namespaces", namespaced=False)
_DRIVERS = Resource("CSIDriver", "storage.k8s.io", "v1", "csidrivers", namespaced=False)
_TEMPLATES = Resource(TEMPLATE.kind, TEMPLATE.group, TEMPLATE.version, PLURAL)
#: MutatingAdmissionPolicies are there from Kubernetes 1.32 on, and `v1` from 1.36 on.
_POLICY_VERSIONS = ("v1", "v1beta1", "v1alpha1")


def _admission(kind: str, plural: str, *versions: str) -> tuple[Resource, ...]:
    return tuple(Resource(kind, _GROUP, version, plural, namespaced=False) for version in versions)


_WEBHOOKS = _admission("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "v1")
_POLICIES = _admission("MutatingAdmissionPolicy", "mutatingadmissionpolicies", *_POLICY_VERSIONS)
_BINDINGS = _admission("MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", *_POLICY_VERSIONS)
_GUARDS = _admission("ValidatingAdmissionPolicy", "validatingadmissionpolicies", "v1")
_GUARD_BINDINGS = _admission("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", "v1")
_LISTS = (_WEBHOOKS, _POLICIES, _BINDINGS, _GUARDS, _GUARD_BINDINGS)


@dataclass(frozen=True, slots=True)
class Cluster:
    """What was read once for all Pods.

    `csi` is None where it could not be read; `unread` says what could not be, and why. `blind` is whether one of the
    lists that decide about injection is missing. `templates` are by namespace.
    """

    hooks: tuple[Hook, ...] = ()
    csi: bool | None = None
    unread: tuple[str, ...] = ()
    blind: bool = False
    namespaces: Mapping[str, Labels] = field(default_factory=dict)
    templates: Mapping[str, Templates] = field(default_factory=dict)

    def labels_of(self, namespace: str) -> Labels:
        """Labels of a namespace; of one that could not be read only its name is known."""
        return self.namespaces.get(namespace, Labels({NAMESPACE_NAME: namespace}, complete=False))


def read_cluster(api: Api, namespaces: Iterable[str]) -> Cluster:
    """Reads everything at once. What is forbidden or fails is a line in `unread`; Unreachable is raised."""
    names = sorted(set(namespaces))
    wishes: dict[Any, Callable[[], Any]] = {it: _lister(api, it, None) for it in _LISTS}
    wishes[CSI_DRIVER] = _reader(api, _DRIVERS, CSI_DRIVER)
    for name in names:
        wishes["Namespace", name] = _reader(api, _NAMESPACES, name)
        wishes["InjectionTemplates", name] = _lister(api, (_TEMPLATES,), name)
    found = together(wishes)
    for it in found.values():
        if isinstance(it, Unreachable):
            raise it
    hooks = _hooks(found)
    by_template = any(it.whose is Whose.OURS and it.kind == "MutatingAdmissionPolicy" for it in hooks)
    unread = (
        _line(wish, it)
        for wish, it in found.items()
        if isinstance(it, ClusterError) and _matters(wish, by_template=by_template)
    )
    return Cluster(
        hooks,
        None if isinstance(found[CSI_DRIVER], ClusterError) else found[CSI_DRIVER] is not None,
        tuple(unread),
        any(isinstance(found[it], ClusterError) for it in (_WEBHOOKS, _POLICIES, _BINDINGS)),
        {name: it for name in names if (it := _labels(found["Namespace", name], name)) is not None},
        {name: _by_name(found["InjectionTemplates", name]) for name in names},
    )


def _hooks(found: Mapping[Any, Any]) -> tuple[Hook, ...]:
    """In the order in which an API server comes to them: policies that mutate, webhooks, policies that validate."""
    lists = [() if isinstance(found[it], ClusterError) else found[it] for it in _LISTS]
    guards = (it for it in policies(lists[3], lists[4]) if it.whose is Whose.OURS)
    return (*policies(lists[1], lists[2]), *webhooks(lists[0]), *guards)


def _lister(api: Api, versions: tuple[Resource, ...], namespace: str | None) -> Callable[[], tuple[Object, ...]]:
    """All objects of a kind; a cluster that does not know it has none."""

    def wish() -> tuple[Object, ...]:
        for resource in versions:
            try:
                return fetch(api, resource, namespace).items
            except Absent:
                continue
        return ()

    return wish


def _reader(api: Api, resource: Resource, name: str) -> Callable[[], Object | None]:
    return lambda: read(api, resource, None, name)


def _labels(found: Any, name: str) -> Labels | None:
    if isinstance(found, ClusterError):
        return None
    return Labels({NAMESPACE_NAME: name, **mapping(mapping(mapping(found).get("metadata")).get("labels"))})


def _by_name(found: Any) -> Templates:
    if isinstance(found, ClusterError):
        return None
    return {str(mapping(it.get("metadata")).get("name")): it for it in found}


def _matters(wish: Any, *, by_template: bool) -> bool:
    """Templates are of no interest where no policy goes by them."""
    return by_template or wish[0] != "InjectionTemplates"


def _line(wish: Any, error: ClusterError) -> str:
    if isinstance(wish, str):
        return f"CSIDriver {wish}: {sentence(error)}"
    first, second = wish[0], wish[-1]
    what = f"{first} {second}" if isinstance(first, str) else first.plural
    return f"{what}: {sentence(error)}"


def sentence(error: ClusterError) -> str:
    """Why something could not be read, without the server's address, which is the same for all."""
    what, _, why = str(error).partition(": ")
    return why if what.startswith("cluster http") else str(error)

"""What each verb of this program asks of a cluster: the table that `permissions` goes by.

A test runs the verbs with these rights and no others, and with each of them missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from kubectl_fluid.catalog.objects import CLUSTER_SCOPED, WANTED
from kubectl_fluid.catalog.resources import PLURALS
from kubectl_fluid.policy import names
from kubectl_fluid.status.kinds import OPERATIONS, RUNTIMES

FLUID = "data.fluid.io"
_ADMISSION = "admissionregistration.k8s.io"
#: What a sidecar is made from. Other kinds are of one runtime or another; who has only JuiceFS can do without.
_SIDECARS = ("PersistentVolumeClaim", "PersistentVolume", "DaemonSet", "Dataset")
#: What the rules of `validate` look up for every Pod; they never look at a volume or a DaemonSet.
_RULES = ("PersistentVolumeClaim", "Dataset")


class Right(NamedTuple):
    """`verb` is RBAC's. `group` is "" for the core group. Not `namespaced`: it counts for the whole cluster."""

    verb: str
    resource: str
    group: str = ""
    namespaced: bool = True

    def text(self, namespace: str | None) -> str:
        """As `kubectl auth can-i` takes it."""
        where = "" if not self.namespaced else " -A" if namespace is None else f" -n {namespace}"
        return f"{self.verb} {self.resource}" + (f".{self.group}" if self.group else "") + where


@dataclass(frozen=True, slots=True)
class Needs:
    """Without one of `must` the verb does not work; without one of `may` its answer has gaps, which it says.

    `within` are needed too in one namespace, and `everywhere` with -A, where objects are listed instead.
    `audience`: whom the verb is for, where nothing is wrong when others may not use it; "" for everybody.
    """

    must: tuple[Right, ...]
    may: tuple[Right, ...] = ()
    within: tuple[Right, ...] = ()
    everywhere: tuple[Right, ...] = ()
    audience: str = ""

    def needed(self, namespace: str | None) -> tuple[Right, ...]:
        """All without which it does not work, in a namespace or (None) in all."""
        return self.must + (self.everywhere if namespace is None else self.within)

    def every(self) -> tuple[Right, ...]:
        """All of them."""
        return (*self.must, *self.may, *self.within, *self.everywhere)


def _gets(kinds: Iterable[str]) -> tuple[Right, ...]:
    """Objects are read one by one."""
    return tuple(Right("get", PLURALS[it], WANTED[it], it not in CLUSTER_SCOPED) for it in kinds)


def _lists(*rows: tuple[str, str]) -> tuple[Right, ...]:
    return tuple(Right("list", resource, group) for resource, group in rows)


_RUNTIMES = _gets(it for it in WANTED if it not in _SIDECARS)
_CLAIMS = Needs(_gets(_SIDECARS), _RUNTIMES)
_DATASETS = Right("list", "datasets", FLUID)
_STATUS = _lists(
    *((it.resource.plural, FLUID) for it in RUNTIMES.values()),
    *((it.plural, FLUID) for it in OPERATIONS),
    ("persistentvolumeclaims", ""),
    ("pods", ""),
    ("events", ""),
)
_HOOKS = tuple(
    Right("list", resource, _ADMISSION, namespaced=False)
    for resource in (
        "mutatingwebhookconfigurations",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
    )
)
_AROUND = (
    Right("get", "namespaces", namespaced=False),
    Right("get", "csidrivers", "storage.k8s.io", namespaced=False),
    Right("get", "jobs", "batch"),
    Right("get", "deployments", "apps"),
    Right("list", "replicasets", "apps"),
    Right("list", "pods"),
    Right("list", "events"),
)


def _applies(resource: str, group: str) -> tuple[Right, ...]:
    """What `kubectl apply` does."""
    return tuple(Right(verb, resource, group) for verb in ("get", "create", "patch"))


def _template(*verbs: str) -> tuple[Right, ...]:
    return tuple(Right(it, names.PLURAL, names.TEMPLATE.group) for it in verbs)


#: What templates are made from. One kind that may not be listed stops everything: a template could be deleted for it.
_WORLD = tuple(it._replace(verb="list") for it in (*_CLAIMS.must, *_RUNTIMES) if it.namespaced)
_VOLUMES = tuple(it for it in _CLAIMS.must if not it.namespaced)

#: Verb → what it needs. Verbs that are not here ask no cluster, or what `inject` asks (`size`, `review`), or run there
#: under a role that comes with them (`webhook serve`, `policy sync --watch`).
VERBS: dict[str, Needs] = {
    "inject": _CLAIMS,
    "validate --cluster": Needs(_gets(_RULES), _RUNTIMES),
    "policy compile --cluster": Needs((_DATASETS, *_CLAIMS.must), _CLAIMS.may),
    "policy sync": Needs(
        (*_WORLD, *_template("list", "create", "patch")),
        (_DATASETS._replace(verb="get"), *_template("delete")),
        within=_VOLUMES,
        everywhere=tuple(it._replace(verb="list") for it in _VOLUMES),
        audience="who runs the cluster",
    ),
    "status": Needs((_DATASETS,), _STATUS),
    "status -w": Needs(
        (_DATASETS._replace(verb="watch"), _DATASETS),
        tuple(it._replace(verb="watch") for it in _STATUS if it.resource != "events"),
    ),
    "explain": Needs(
        (Right("get", "pods"),),
        (*_CLAIMS.must, *_CLAIMS.may, *_HOOKS, *_AROUND),
    ),
    "create": Needs(
        (*_applies("datasets", FLUID), *_applies("juicefsruntimes", FLUID)),
        (*_applies("dataloads", FLUID), *_applies("jobs", "batch")),
        audience="who makes datasets",
    ),
}


def all_of_them() -> tuple[Right, ...]:
    """Each right once."""
    return tuple(dict.fromkeys(it for needs in VERBS.values() for it in needs.every()))

"""The MutatingWebhookConfiguration: which Pods reach the webhook."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from kubectl_fluid import keys
from kubectl_fluid.webhook.bundle.choices import DOMAIN, NAME, Choices
from kubectl_fluid.webhook.bundle.parts import Object, new

PATH = "/mutate"
#: Reviews that come here are of Pods which ask for nothing themselves, in namespaces that send their Pods to ECI.
ECI_PATH = "/mutate/eci"
NAMESPACE_NAME = "kubernetes.io/metadata.name"
#: Seconds. An API server waits that long at most for one Pod; what is slower than this will not come at all.
TIMEOUT = 5
EXCLUDED = ("kube-system", "kube-node-lease")

_LABELS = "has(object.metadata.labels)"
_ANNOTATIONS = "has(object.metadata.annotations)"


def _without(holder: str, member: str, key: str, value: str) -> str:
    """CEL: the Pod has no such label or annotation of this value."""
    return f"!{holder} || !('{key}' in object.metadata.{member}) || object.metadata.{member}['{key}'] != '{value}'"


#: Name → CEL. Each of them spares a call which would only answer that there is nothing to do, so that a webhook that
#: is down holds up nobody but those who need it.
HAS_CLAIM = (
    "has-a-claim",
    "has(object.spec.volumes) && object.spec.volumes.exists(it, has(it.persistentVolumeClaim))",
)
CONDITIONS = (
    ("not-injected-yet", _without(_LABELS, "labels", keys.DONE, "true")),
    ("not-switched-off", _without(_LABELS, "labels", keys.ENABLE, "false")),
    # The API server shows such a Pod, a kubelet's own file says what runs in it.
    ("not-a-mirror-pod", f"!{_ANNOTATIONS} || !('kubernetes.io/config.mirror' in object.metadata.annotations)"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of `webhooks`: an objectSelector joins its terms by AND, so there is one for each label.

    `claim` is whether only Pods with a claim are of interest.
    """

    name: str
    pods: tuple[Object, ...]
    namespaces: tuple[Object, ...] = ()
    path: str = PATH
    claim: bool = True


def _in(key: str, *values: str) -> Object:
    return {"key": key, "operator": "In", "values": list(values)}


def _absent(key: str) -> Object:
    return {"key": key, "operator": "DoesNotExist"}


ENTRIES = (
    Entry("serverless", (_in(keys.INJECT, "true"),)),
    # A Pod without a Dataset is steered too: away from the nodes that cache.
    Entry("serverful", (_in(keys.INJECT_SERVERFUL, "true"),), claim=False),
    Entry("sidecar-target", (_in(keys.SIDECAR_TARGET, "eci", "acs"),)),
)
#: Pods that say something themselves are left to the other entries, also when they say no.
ECI_ENTRY = Entry(
    "eci-namespace",
    tuple(_absent(key) for key in (keys.INJECT, keys.INJECT_SERVERFUL, keys.SIDECAR_TARGET)),
    namespaces=(_in(keys.ECI, "true"),),
    path=ECI_PATH,
)


def entries(choices: Choices) -> tuple[Entry, ...]:
    """The entries of an installation, in their order."""
    return (*ENTRIES, ECI_ENTRY) if choices.eci_namespaces else ENTRIES


def configuration(choices: Choices) -> Object:
    """The whole configuration."""
    value = new("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration")
    if choices.cert_manager:
        value["metadata"]["annotations"] = ca_injection(choices)
    return {**value, "webhooks": [webhook(entry, choices) for entry in entries(choices)]}


def ca_injection(choices: Choices) -> dict[str, str]:
    """The annotation by which cert-manager keeps the caBundle."""
    return {"cert-manager.io/inject-ca-from": f"{choices.place}/{NAME}"}


def webhook(entry: Entry, choices: Choices) -> Object:
    """One entry."""
    client: Object = {
        "service": {"name": NAME, "namespace": choices.place, "path": entry.path, "port": 443},
    }
    if choices.ca:
        client["caBundle"] = base64.b64encode(choices.ca).decode()
    elsewhere = {"key": NAMESPACE_NAME, "operator": "NotIn", "values": list(dict.fromkeys((*EXCLUDED, choices.place)))}
    conditions = ((HAS_CLAIM,) if entry.claim else ()) + CONDITIONS
    return {
        "name": f"{entry.name}.{DOMAIN}",
        "admissionReviewVersions": ["v1"],
        "clientConfig": client,
        "failurePolicy": choices.failure_policy,
        "matchPolicy": "Equivalent",
        "sideEffects": "None",
        "timeoutSeconds": TIMEOUT,
        # Whoever is called after this one may change the Pod; the API server then asks those that it had asked before
        # once more. A webhook that adds the label or the claim has to come first: its name must sort before this one.
        "reinvocationPolicy": "IfNeeded",
        "namespaceSelector": {"matchExpressions": [elsewhere, *entry.namespaces]},
        "objectSelector": {"matchExpressions": list(entry.pods)},
        "matchConditions": [{"name": name, "expression": cel} for name, cel in conditions],
        # A Pod's containers and volumes cannot be changed once it is there.
        "rules": [
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "operations": ["CREATE"],
                "resources": ["pods"],
                "scope": "Namespaced",
            }
        ],
    }


def bundle_patch(ca: bytes, choices: Choices) -> list[Object]:
    """RFC 6902: the caBundle of every entry. `test` before, so that it cannot hit an entry of somebody else."""
    encoded = base64.b64encode(ca).decode()
    operations: list[Object] = []
    for index, entry in enumerate(entries(choices)):
        operations += [
            {"op": "test", "path": f"/webhooks/{index}/name", "value": f"{entry.name}.{DOMAIN}"},
            {"op": "add", "path": f"/webhooks/{index}/clientConfig/caBundle", "value": encoded},
        ]
    return operations

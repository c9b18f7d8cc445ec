"""Pieces of CEL that several guards are made of; nothing here needs more than Kubernetes 1.30."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_fluid import keys


def quote(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def listed(texts: Iterable[str]) -> str:
    """A list of string literals."""
    return "[" + ", ".join(map(quote, texts)) + "]"


def has(key: str, member: str = "labels", of: str = "object") -> str:
    """Whether there is such a label (or annotation)."""
    holder = f"{of}.metadata.{member}"
    return f"has({holder}) && {quote(key)} in {holder}"


def says(key: str, value: str, member: str = "labels", of: str = "object") -> str:
    """Whether the label (or annotation) has this value."""
    return f"({has(key, member, of)} && {of}.metadata.{member}[{quote(key)}] == {quote(value)})"


#: The Pod has been injected: by a webhook, a policy, or before it was sent.
DONE = says(keys.DONE, "true")
#: `injection.decision.asks_for_sidecar`, and not switched off.
ASKS = (
    f"(!{says(keys.ENABLE, 'false')} && ({says(keys.INJECT, 'true')} || {says(keys.INJECT_DEPRECATED, 'true')} || "
    f"({has(keys.SIDECAR_TARGET)})))"
)
#: Nodes of ECI: `virtual-kubelet-REGION-ZONE`.
VIRTUAL_NODE = "virtual-kubelet"
#: The Pod was made for one ordinary node: by a DaemonSet, which ECI does not have (Fluid's own FUSE Pods), or by name.
ON_A_NODE = (
    "(has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, o.kind == 'DaemonSet')) || "
    "(has(object.spec.nodeName) && object.spec.nodeName != '' && "
    f"!object.spec.nodeName.startsWith({quote(VIRTUAL_NODE)}))"
)
#: A namespace's label counts for Pods that say nothing themselves, and that the scheduler places.
ON_ECI = (
    f"{says(keys.ECI, 'true')} || {says(keys.SIDECAR_TARGET, 'eci')} || {says(keys.PLATFORM, 'eci', 'annotations')} || "
    f"(!({has(keys.ECI)}) && {says(keys.ECI, 'true', of='namespaceObject')} && !({ON_A_NODE}))"
)
#: Annotation: the API server only shows such a Pod, a kubelet's own file says what runs in it.
MIRROR = "kubernetes.io/config.mirror"
NO_MIRROR = f"!({has(MIRROR, 'annotations')})"
#: A claim (as parameter) that Fluid made: `catalog.build.dataset_of`.
OF_DATASET = (
    f"has(params.metadata.labels) && params.metadata.labels.exists(k, k in "
    f"{listed((keys.MANAGED_BY, keys.WRAPPED_BY))} || k.startsWith({quote(keys.STORAGE_PREFIX)}))"
)

#: Variables that every policy about Pods has: name → expression.
POD_VARIABLES = {
    "volumes": "has(object.spec.volumes) ? object.spec.volumes : []",
    "initContainers": "has(object.spec.initContainers) ? object.spec.initContainers : []",
    "containers": "object.spec.containers + variables.initContainers",
}
#: What to ask next. A Pod that is refused does not exist: whoever makes it is asked about, or else its file.
EXPLAIN = (
    "(has(object.metadata.ownerReferences) && object.metadata.ownerReferences.size() > 0 ? "
    "object.metadata.ownerReferences[0].kind.lowerAscii() + '/' + object.metadata.ownerReferences[0].name : "
    "'-f FILE') + ' -n ' + request.namespace"
)

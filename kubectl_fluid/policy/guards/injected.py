"""Guards over Pods that ask for a sidecar, or have one: what a webhook or a policy left undone, or another one undid.

The API server validates after all mutation, so what is seen here is what the kubelet gets.
"""

from __future__ import annotations

from kubectl_fluid import keys
from kubectl_fluid.policy.guards import cel
from kubectl_fluid.policy.guards.guard import Guard, Policy
from kubectl_fluid.policy.guards.view import OURS, SIDECAR, View, mounts, name_of
from kubectl_fluid.policy.names import PARAM_KIND
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.read import text

_CONDITIONS = {"asks-or-has": f"{cel.ASKS} || {cel.DONE}", "no-mirror-pod": cel.NO_MIRROR}


def done(view: View) -> bool:
    """Whether the Pod says that it was injected."""
    return view.labels.get(keys.DONE) == "true"


def asks(view: View) -> bool:
    """Whether the Pod asks for a sidecar, and is not switched off."""
    given = view.labels
    wants = "true" in (given.get(keys.INJECT), given.get(keys.INJECT_DEPRECATED)) or keys.SIDECAR_TARGET in given
    return wants and given.get(keys.ENABLE) != "false"


def concerned(view: View) -> bool:
    """Whether these guards look at a Pod at all."""
    return (asks(view) or done(view)) and cel.MIRROR not in view.annotations


INJECTED = Policy(
    "injected",
    Severity.ERROR,
    _CONDITIONS,
    concerned,
    variables={
        "sidecars": f"variables.containers.filter(c, c.name.startsWith({cel.quote(SIDECAR)}))",
        # What the FUSE client mounts into, and what lies below that on the node.
        "spread": "variables.volumes.filter(v, variables.sidecars.exists(c, has(c.volumeMounts) && "
        "c.volumeMounts.exists(m, m.name == v.name && has(m.mountPropagation) && "
        "m.mountPropagation == 'Bidirectional')))",
        "shared": "variables.volumes.filter(v, variables.spread.exists(s, s.name == v.name || (has(s.hostPath) && "
        "has(v.hostPath) && v.hostPath.path.startsWith(s.hostPath.path + '/')))).map(v, v.name)",
    },
)
CLAIMS = Policy(
    "claims",
    Severity.ERROR,
    {**_CONDITIONS, "of-a-dataset": cel.OF_DATASET},
    concerned,
    param_kind={"apiVersion": "v1", "kind": "PersistentVolumeClaim"},
    parameters=lambda view: sorted(view.claims),
)
TEMPLATES = Policy(
    "templates",
    Severity.ERROR,
    _CONDITIONS,
    concerned,
    param_kind=PARAM_KIND,
    parameters=lambda view: sorted(view.templates),
)


def _left(view: View, claim: str) -> list[str]:
    return [name_of(it) for it in view.volumes if text(it, "persistentVolumeClaim", "claimName") == claim]


def _gone(view: View, _: str) -> list[str]:
    there = set(map(name_of, view.containers))
    named = [key.removeprefix(keys.DATASET_NAME_PREFIX) for key in view.labels if key.startswith(_SERVES)]
    return [name for name in named if name not in there]


def _not_native(view: View, _: str) -> list[str]:
    return [
        name_of(it)
        for it in view.init_containers
        if name_of(it).startswith(SIDECAR)
        and _SERVES + name_of(it) in view.labels
        and it.get("restartPolicy") != "Always"
    ]


def _not_shared(view: View, _: str) -> list[str]:
    shared = _shared(view)
    return [
        name_of(it)
        for it in view.containers
        if not name_of(it).startswith(OURS)
        and any(name_of(mount) in shared and text(mount, "mountPropagation") in ("", "None") for mount in mounts(it))
    ]


def _shared(view: View) -> set[str]:
    spread = {
        name_of(mount)
        for it in view.containers
        if name_of(it).startswith(SIDECAR)
        for mount in mounts(it)
        if text(mount, "mountPropagation") == "Bidirectional"
    }
    folders = [text(it, "hostPath", "path") for it in view.volumes if name_of(it) in spread and "hostPath" in it]
    below = tuple(f"{folder}/" for folder in folders)
    return {
        name_of(it)
        for it in view.volumes
        if name_of(it) in spread or (below and text(it, "hostPath", "path").startswith(below))
    }


_SERVES = keys.DATASET_NAME_PREFIX
_LEFT = (
    "variables.volumes.filter(v, has(v.persistentVolumeClaim) && "
    "v.persistentVolumeClaim.claimName == params.metadata.name).map(v, v.name)"
)
_OURS = " || ".join(f"c.name.startsWith({cel.quote(prefix)})" for prefix in OURS)

GUARDS = (
    Guard(
        "claim-left",
        CLAIMS,
        "A Pod asks for a sidecar, and a volume of it still is the claim of a Dataset",
        _LEFT,
        _left,
        "volume {} is the claim of a Dataset still: nobody put a sidecar into this Pod",
        "is the webhook or the policy there, and called for this Pod?",
    ),
    Guard(
        "template-left",
        TEMPLATES,
        "A Pod asks for a sidecar, and a volume of it still names a claim that has an InjectionTemplate",
        _LEFT,
        _left,
        "volume {} names a claim that has an InjectionTemplate, and was not replaced",
        "is the MutatingAdmissionPolicy there, and did another webhook add the volume?",
    ),
    Guard(
        "sidecar-gone",
        INJECTED,
        "The Pod's labels name a sidecar that it does not have",
        "(has(object.metadata.labels) ? object.metadata.labels.filter(k, "
        f"k.startsWith({cel.quote(_SERVES)})).map(k, k.substring({len(_SERVES)})) : []).filter(n, "
        "!variables.containers.exists(c, c.name == n))",
        _gone,
        "sidecar {} is gone, and the Pod's data with it",
        "who takes it out after the injection?",
    ),
    Guard(
        "sidecar-not-native",
        INJECTED,
        "A native sidecar has lost its restartPolicy: an ordinary init container never ends, so the Pod never begins",
        # A container of the application's own may have such a name; what was injected has a label, too.
        f"variables.initContainers.filter(c, c.name.startsWith({cel.quote(SIDECAR)}) && "
        f"has(object.metadata.labels) && ({cel.quote(_SERVES)} + c.name) in object.metadata.labels && "
        "(!has(c.restartPolicy) || c.restartPolicy != 'Always')).map(c, c.name)",
        _not_native,
        "native sidecar {} has no restartPolicy Always, so the Pod would never begin",
        "another webhook knows an older Pod and drops the field",
    ),
    Guard(
        "mount-not-shared",
        INJECTED,
        "A container mounts a Dataset's volume without propagation, and may see an empty folder",
        f"variables.containers.filter(c, !({_OURS}) && has(c.volumeMounts) && c.volumeMounts.exists(m, "
        "m.name in variables.shared && (!has(m.mountPropagation) || m.mountPropagation == 'None'))).map(c, c.name)",
        _not_shared,
        "container {} mounts a Dataset without mountPropagation and may see an empty folder",
        "it was added after the injection: set HostToContainer, or add it before",
    ),
)

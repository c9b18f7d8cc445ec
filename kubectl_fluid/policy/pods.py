"""What a policy asks a Pod: CEL over `object`, `params` (an InjectionTemplate) and the policy's variables.

Each of VARIABLES may use those before it. Guards with the same parameters use the same ones.
"""

from __future__ import annotations

from kubectl_fluid import keys
from kubectl_fluid.policy.cel import both, choose, either, entry_is, member, text, variable
from kubectl_fluid.policy.probe import PLACEHOLDER

_LABELS, _ANNOTATIONS = variable("labels"), variable("annotations")
_CLAIM = "v.persistentVolumeClaim"
_MINE = f"has({_CLAIM}) && {_CLAIM}.claimName == params.metadata.name"


def mounts_one_of(container: str, names: str) -> str:
    """CEL: a container mounts a volume whose name is in the list."""
    return f"(has({container}.volumeMounts) && {container}.volumeMounts.exists(m, m.name in {names}))"


def names_the_claim(pod: str = "object") -> str:
    """CEL: a volume of the Pod names the claim of `params`."""
    return both(f"has({pod}.spec.volumes)", f"{pod}.spec.volumes.exists(v, {_MINE})")


def _platform() -> str:
    """The platform's name; the order is that of `injection.decision.platform_name`."""
    deprecated = both(entry_is(_LABELS, keys.INJECT_DEPRECATED, "true"), "!" + entry_is(_LABELS, keys.INJECT, "true"))
    annotation = f"{_ANNOTATIONS}[{text(keys.PLATFORM)}]"
    return choose(
        f"{text(keys.SIDECAR_TARGET)} in {_LABELS}",
        f"{_LABELS}[{text(keys.SIDECAR_TARGET)}]",
        choose(
            entry_is(_LABELS, keys.UNPRIVILEGED, "true"),
            text("unprivileged"),
            choose(
                either(deprecated, f"!({text(keys.PLATFORM)} in {_ANNOTATIONS})", f"{annotation} == ''"),
                text("default"),
                annotation,
            ),
        ),
    )


def _uses(containers: str) -> str:
    return f"{containers}.exists(c, {mounts_one_of('c', variable('mine'))})"


#: Name → CEL. `mine` are names of the volumes that name the claim, `part` is the sidecar of the Pod's platform.
VARIABLES: dict[str, str] = {
    "labels": member("object.metadata", "labels", "{}"),
    "annotations": member("object.metadata", "annotations", "{}"),
    "volumes": member("object.spec", "volumes", "[]"),
    "inits": member("object.spec", "initContainers", "[]"),
    "mine": f"{variable('volumes')}.filter(v, {_MINE}).map(v, v.name)",
    "readOnly": (
        f"{variable('volumes')}.filter(v, {_MINE} && has({_CLAIM}.readOnly) && {_CLAIM}.readOnly).map(v, v.name)"
    ),
    "inContainers": _uses("object.spec.containers"),
    "inInits": _uses(variable("inits")),
    "used": either(variable("inContainers"), variable("inInits")),
    "platform": _platform(),
    "platforms": f"params.spec.platforms.filter(p, p.name == {variable('platform')})",
    "part": f"{variable('platforms')}[0].sidecar",
    "native": f"{variable('part')}.mode == 'native'",
    # One FUSE client fills one emptyDir, which is the application's own.
    "shares": f"has({variable('part')}.application.source.emptyDir)",
    "cache": entry_is(_LABELS, keys.CACHE_DIR, "true"),
    "added": choose(
        variable("cache"),
        member(f"{variable('part')}.withCache", "volumes", "[]"),
        member(variable("part"), "volumes", "[]"),
    ),
    "appCheck": entry_is(_LABELS, keys.APP_POST_START, "true"),
    # Sidecars that stand in the Pod already: of other datasets, and in the same request.
    "sidecars": (
        f"({variable('inits')} + object.spec.containers).filter(c, c.name.startsWith('fluid-fuse-') && "
        f"({text(keys.DATASET_NAME_PREFIX)} + c.name) in {_LABELS})"
    ),
}


def dataset_of(container: str) -> str:
    """CEL: the dataset that a sidecar serves."""
    return f"{_LABELS}[{text(keys.DATASET_NAME_PREFIX)} + {container}.name]"


def own_mounts(container: str) -> str:
    """CEL: names of a sidecar's own volumes: without the application's, where that is shared."""
    every = member(container, "volumeMounts", "[]")
    return f"{every}.filter(m, !({variable('shares')} && m.mountPath == {every}[0].mountPath)).map(m, m.name)"


__all__ = ["PLACEHOLDER", "VARIABLES", "dataset_of", "mounts_one_of", "names_the_claim", "own_mounts"]

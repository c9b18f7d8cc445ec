"""Checks of Fluid's own controllers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.doctor.kinds import CONTROL_PLANE, DATASETS_CONTROLLER, FLUID_NAMESPACE
from kubectl_fluid.doctor.model import Check, Verdict, clipped, counted, listed, unread
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]

_NAMES = ("fluid-installed", "fluid-version", "fluid-ready")
_INSTALL = (
    "install Fluid's chart: `helm repo add fluid https://fluid-cloudnative.github.io/charts` and "
    "`helm install fluid fluid/fluid -n fluid-system --create-namespace`"
)
#: Those that the dataset-controller starts with the first runtime of their kind: of no other.
_ON_DEMAND = "runtime-controller"


class Controller(NamedTuple):
    """A Deployment of Fluid. `name` is that of its label; `tag` its image's, "" where there is none (a digest)."""

    namespace: str
    name: str
    tag: str
    wanted: int
    ready: int
    deployment: str = ""


def controller(value: Object) -> Controller:
    """From a Deployment; `wanted` is 1 where it says nothing, as the API server takes it."""
    metadata, spec = mapping(value.get("metadata")), mapping(value.get("spec"))
    template = mapping(mapping(spec.get("template")).get("spec"))
    images = [str(it.get("image") or "") for it in items(template.get("containers"))]
    return Controller(
        str(metadata.get("namespace")),
        str(mapping(metadata.get("labels")).get(CONTROL_PLANE)),
        _tag(images[0]) if images else "",
        _number(spec.get("replicas"), 1),
        _number(mapping(value.get("status")).get("readyReplicas"), 0),
        str(metadata.get("name") or ""),
    )


def _tag(image: str) -> str:
    """`v1.0.8` of `registry:5000/fluid/dataset-controller:v1.0.8@sha256:…`."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def _number(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise


def checks(found: Sequence[Controller] | ClusterError, bundle: str) -> Iterator[Check]:
    """All of them. `bundle` is the Fluid that this program was written for."""
    if isinstance(found, ClusterError):
        yield from (unread(name, found) for name in _NAMES)
        return
    if not found:
        said = "no Deployment of Fluid's controllers is found in any namespace"
        yield Check(_NAMES[0], Verdict.FAILED, said, _INSTALL)
        for name in _NAMES[1:]:
            yield Check(name, Verdict.SKIPPED, "Fluid is not installed")
        return
    yield _installed(found)
    yield _version(found, bundle)
    yield _ready(found)


def _installed(found: Sequence[Controller]) -> Check:
    name, places = _NAMES[0], sorted({it.namespace for it in found})
    mains = [it.namespace for it in found if it.name == DATASETS_CONTROLLER]
    if not mains:
        said = f"there is no {DATASETS_CONTROLLER} beside {listed(it.name for it in found)}"
        return Check(name, Verdict.FAILED, said, _INSTALL)
    if len(places) > 1:
        said = f"controllers of Fluid are in {counted(len(places), 'namespace')}: {listed(places)}"
        return Check(name, Verdict.WARNING, said, "keep one of them: they act on the same Datasets")
    place = "" if places[0] == FLUID_NAMESPACE else f" (not {FLUID_NAMESPACE})"
    said = f"{counted(len(found), 'controller')} in namespace {clipped(places[0])}{place}"
    return Check(name, Verdict.OK, said, details=tuple(sorted(clipped(it.name) for it in found)))


def _version(found: Sequence[Controller], bundle: str) -> Check:
    name, ours = _NAMES[1], f"this program was written for {bundle}"
    tags = sorted({it.tag for it in found if it.tag})
    several = len({it.namespace for it in found}) > 1
    details = tuple(f"{_named(it, several)}: {clipped(it.tag) or '(no tag)'}" for it in found)
    if not tags:
        said = f"the controllers' images have no tags; {ours}"
        return Check(name, Verdict.SKIPPED, said, "`helm list -n fluid-system` tells the chart's version")
    if len(tags) > 1:
        said = f"the controllers' images have {len(tags)} tags: {listed(tags)}"
        hint = "keep one installation" if several else "has an update of Fluid stopped half way?"
        return Check(name, Verdict.WARNING, said, hint, details=details)
    return Check(name, Verdict.OK, f"Fluid {clipped(tags[0])}; {ours}")


def _named(it: Controller, several: bool) -> str:  # noqa: FBT001 - whether there are several namespaces
    return clipped(f"{it.namespace}/{it.name}" if several else it.name)


def _ready(found: Sequence[Controller]) -> Check:
    """A runtime's controller without replicas is started by the dataset-controller with the first such runtime."""
    name, several = _NAMES[2], len({it.namespace for it in found}) > 1
    idle = [it for it in found if not it.wanted]
    down = [it for it in found if it.ready == 0 and (it.wanted or it.name == DATASETS_CONTROLLER)]
    off = [it for it in idle if not it.name.endswith(_ON_DEMAND) and it.name != DATASETS_CONTROLLER]
    partly = [it for it in found if 0 < it.ready < it.wanted]
    details = tuple(f"{_named(it, several)}: {it.ready}/{it.wanted} ready" for it in found if it.ready < it.wanted)
    if down:
        said = f"{counted(len(down), 'controller has', 'controllers have')} no ready Pod"
        return Check(name, Verdict.FAILED, f"{said}: {_all(down, several)}", _cure(down[0]), details=details)
    if off:
        said = f"nobody starts what has no replicas: {_all(off, several)}"
        return Check(name, Verdict.WARNING, said, _cure(off[0]), details=details)
    if partly:
        said = f"not all Pods are ready: {listed(f'{_named(it, several)} {it.ready}/{it.wanted}' for it in partly)}"
        return Check(name, Verdict.WARNING, said, f"`kubectl -n {clipped(partly[0].namespace)} get pods`", "", details)
    more = f"; {counted(len(idle), 'is', 'are')} started when first needed" if idle else ""
    return Check(name, Verdict.OK, f"{counted(len(found) - len(idle), 'controller runs', 'controllers run')}{more}")


def _all(found: Sequence[Controller], several: bool) -> str:  # noqa: FBT001 - as above
    return listed(_named(it, several) for it in found)


def _cure(it: Controller) -> str:
    where, name = clipped(it.namespace), clipped(it.deployment or it.name)
    if not it.wanted:
        return f"`kubectl -n {where} scale deployment {name} --replicas=1`"
    return f"`kubectl -n {where} get pods` and `kubectl -n {where} describe deployment {name}`"

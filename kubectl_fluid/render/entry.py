"""One door for all kinds of runtimes and for data operations. Each is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_fluid.claims import Name, Object, Problem
from kubectl_fluid.render.environment import Environment, Ports
from kubectl_fluid.render.physical import Physical, target_of
from kubectl_fluid.render.result import Rendered, failed

_CHART_DEFAULTS = Environment()
_NEXT_PORTS = Ports()


def render(
    dataset: Object,
    runtime: Object | None,
    *,
    profile: Object | None = None,
    physical: Physical | None = None,
    environment: Environment = _CHART_DEFAULTS,
    ports: Ports = _NEXT_PORTS,
) -> Rendered:
    """The objects that Fluid's controllers make of a Dataset and its runtime.

    `runtime` is a JuiceFSRuntime, or a ThinRuntime with the ThinRuntimeProfile that it names. A Dataset that mounts
    another one needs that one as `physical`; its runtime is a ThinRuntime or None (Fluid makes one). Whatever is wrong
    is in `Rendered.errors`, all at once; nothing is raised for any content of the objects.
    """
    kind = None if runtime is None else runtime.get("kind")
    if target_of(dataset) is not None:
        if kind not in (None, "ThinRuntime"):
            message = "dataset mounting another dataset can only use thin runtime"
            return failed([Problem("ReferenceRuntime", message, "delete the runtime: Fluid makes a ThinRuntime")])
        from kubectl_fluid.render.reference import render_reference

        return render_reference(dataset, physical)
    if runtime is not None and kind == "JuiceFSRuntime":
        from kubectl_fluid.render.juicefs import render_juicefs

        return render_juicefs(dataset, runtime, environment, ports)
    if runtime is not None and kind == "ThinRuntime":
        from kubectl_fluid.render.thin import render_thin

        return render_thin(dataset, runtime, profile, environment)
    message = "a Dataset without a runtime stays NotBound" if runtime is None else f"{kind} cannot be rendered"
    return failed([Problem("RuntimeKind", message, "JuiceFSRuntime and ThinRuntime can be rendered")])


def already_bound(dataset: Name, kinds: Sequence[str]) -> Rendered:
    """The refusal of a Dataset for which there is more than one runtime, of these kinds.

    Fluid a826600a, pkg/controllers/runtime_controller.go: the name behind the sentence is the Dataset's.
    """
    message = "the dataset can't be bound to the runtime, because it's already bound to another runtime"
    hint = f"keep one of {' and '.join(kinds)} {dataset}"
    return failed([Problem("TwoRuntimes", f"{message} {dataset.name}", hint)])


def dataload(
    dataload: Object, dataset: Object | None, runtime: Object | None, *, environment: Environment = _CHART_DEFAULTS
) -> Rendered:
    """The Job or CronJob of a DataLoad for JuiceFS, and the ConfigMap with its script.

    `dataset` and `runtime` are None where there are none of the names that the DataLoad gives.
    Worker Pods are taken to be those of `spec.replicas`; a cluster's controller takes the ones that run.
    """
    from kubectl_fluid.render.loader import render_dataload

    return render_dataload(dataload, dataset, runtime, environment)


def dataload_problems(dataload: Object) -> list[Problem]:
    """Errors and warnings about a DataLoad for JuiceFS alone, whatever it loads."""
    from kubectl_fluid.render.loader import problems_of

    return problems_of(dataload)

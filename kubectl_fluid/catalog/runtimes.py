"""The runtimes of Fluid as a table (a826600a, pkg/common and pkg/ddc/base/runtime_helper.go)."""

from __future__ import annotations

from typing import NamedTuple


class Runtime(NamedTuple):
    """`type` as it stands in `Dataset.status.runtimes[].type`; `fuse` is what the DaemonSet's name ends with."""

    type: str
    kind: str
    plural: str
    fuse: str = "-fuse"


RUNTIMES: dict[str, Runtime] = {
    runtime.type: runtime
    for runtime in (
        Runtime("juicefs", "JuiceFSRuntime", "juicefsruntimes"),
        Runtime("alluxio", "AlluxioRuntime", "alluxioruntimes"),
        Runtime("jindo", "JindoRuntime", "jindoruntimes", "-jindofs-fuse"),
        Runtime("thin", "ThinRuntime", "thinruntimes"),
        Runtime("efc", "EFCRuntime", "efcruntimes"),
        Runtime("vineyard", "VineyardRuntime", "vineyardruntimes"),
    )
}
KINDS = {runtime.kind: runtime for runtime in RUNTIMES.values()}

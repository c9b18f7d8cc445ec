"""What Fluid's controllers refuse, in their own sentences, and what Fluid should refuse.

Sentences: Fluid a826600a, pkg/ddc/base/runtime.go and pkg/ddc/juicefs. Where Fluid panics, there is a sentence here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from kubectl_fluid.claims import Name, Problem
from kubectl_fluid.manifests import quantity
from kubectl_fluid.render.edition import Edition
from kubectl_fluid.render.environment import is_port
from kubectl_fluid.render.inputs import Dataset, Level, Mount, Runtime
from kubectl_fluid.render.options import METRICS
from kubectl_fluid.render.quoting import refused_character
from kubectl_fluid.render.secrets import QUOTA

SCHEME = "juicefs://"
#: Stands for the mount that is missing, so that the rest of the Dataset can be checked as well.
NO_MOUNT = Mount(f"{SCHEME}/", "", "", False, False, {}, ())  # noqa: FBT003

_GIBIBYTE = 2**30
_METRICS = re.compile(r"[^:]*:([+-]?[0-9]+)", re.ASCII)
#: Quotas as people write them: 40GB, 40 Gi, 40gib.
_MEANT = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([kmgtpe])i?(?:b|bytes?)?\s*", re.ASCII | re.IGNORECASE)
#: Metrics port of a Pod with a network of its own.
DEFAULT_METRICS_PORT = 9567


def tiered_store(name: Name, levels: Iterable[Level]) -> Iterator[Problem]:
    """Quotas that are missing, unreadable or of another number than the paths (a list of paths has commas here)."""
    for level in levels:
        fault = _tier_fault(level)
        if fault is not None:
            reason, cure = fault
            message = f'engine {name.name} failed to get runtime info: fail to build runtime info "{name}": {reason}'
            yield Problem("TieredStore", message, cure)


#: What is wrong, and what to do about it.
_Fault = tuple[str, str]


def _tier_fault(level: Level) -> _Fault | None:
    quotas = level.quota_list.split(",") if level.quota_list else [level.quota]
    if quotas == [""]:
        return "either quota or quotaList must be set", "set tieredstore.levels[].quota, e.g. 40Gi"
    if level.quota_list and len(quotas) != len(level.path.split(",")):
        reason = "length of quotaList must be consistent with length of paths"
        return reason, "give quotaList a quota for each path, or set quota instead"
    return next(filter(None, map(_quota_fault, (*quotas, *filter(None, [level.quota])))), None)


def _quota_fault(text: str) -> _Fault | None:
    """What is wrong with one quota; Fluid computes on with those that are negative or overflow."""
    try:
        value = quantity.parse(text, trim=False).value
    except quantity.QuantityError:
        meant = _MEANT.fullmatch(text)
        proposal = f"write {meant[1]}{meant[2].upper()}i" if meant else "write a quantity, e.g. 40Gi"
        return f'can\'t correctly parse quota "{text}" to a quantity type', proposal
    if value < 0:
        return f'quota "{text}" is negative', "write a positive quantity, e.g. 40Gi"
    if value >= quantity.LARGEST:
        return f'quota "{text}" does not fit into 64 bits', "write a smaller quantity, e.g. 40Gi"
    return None


def mounts(dataset: Dataset) -> Iterator[Problem]:
    """A Dataset without any mount: Fluid's controller panics on it."""
    if not dataset.mounts:
        hint = "add spec.mounts[0] with mountPoint juicefs:///"
        yield Problem("NoMount", "do not assign mount point", hint)


def volume_name(dataset: Dataset) -> Iterator[Problem]:
    """A volume whose name JuiceFS' commands take for an option, since Fluid writes nothing before it."""
    for mount in dataset.mounts[:1]:
        if mount.name.startswith("-"):
            message = f"Dataset.spec.mounts[0].name {mount.name!r} begins with -: juicefs would take it for an option"
            yield Problem("OptionName", message, "name the volume otherwise")


def sub_path(mount_point: str, errors: list[Problem]) -> str | None:
    """The folder inside the volume: what follows `juicefs://`, as it is; None where that cannot be told."""
    if mount_point.count(SCHEME) == 1:
        return mount_point.partition(SCHEME)[2]
    hint = f"write {SCHEME}/ or {SCHEME}/folder, not {mount_point!r}"
    errors.append(Problem("MountPoint", "MountPoint error, can not parse jfs path", hint))
    return None


def metrics_ports(runtime: Runtime, edition: Edition, errors: list[Problem]) -> tuple[int, int]:
    """Ports of workers and FUSE on a network of their own: what `metrics` names, or 9567."""
    if edition.facts.grouped:
        return DEFAULT_METRICS_PORT, DEFAULT_METRICS_PORT
    fuse = _metrics_port(runtime.fuse.options, errors)
    worker = _metrics_port(runtime.worker.options, errors)
    return worker, fuse


def _metrics_port(options: Mapping[str, str], errors: list[Problem]) -> int:
    text = options.get(METRICS)
    if text is None:
        return DEFAULT_METRICS_PORT
    match = _METRICS.fullmatch(text)
    port = int(match[1]) if match and len(match[1]) <= len("+65535") else 0
    if not is_port(port):
        errors.append(Problem("MetricsPort", f"invalid metrics port: {text}", "write 0.0.0.0:9567"))
    return port


def quota_gibibytes(dataset: Dataset, folder: str | None, errors: list[Problem]) -> int | None:
    """The quota of the sub-directory in whole GiB, or None."""
    text = dataset.mounts[0].options.get(QUOTA)
    if text is None:
        return None
    hint = "write e.g. 10Gi; parts of a GiB are cut off"
    try:
        size = quantity.parse(text, trim=False).value
    except quantity.QuantityError as error:
        errors.append(Problem("Quota", f"invalid quota {text}: invalid quota {text}: {error}", hint))
        return None
    gibibytes = size // _GIBIBYTE
    if size >= quantity.LARGEST:
        errors.append(Problem("Quota", f"invalid quota {text}: it does not fit into 64 bits", hint))
    if gibibytes <= 0:
        message = f"invalid quota {text}: quota {text} is too small, at least 1GiB for quota"
        errors.append(Problem("Quota", message, hint))
    if folder in {"/", ""}:
        message = "subPath must be set when quota is enabled"
        errors.append(Problem("QuotaPath", message, f"write {SCHEME}/folder as mountPoint"))
    return gibibytes


def script_values(dataset: Dataset, runtime: Runtime, folder: str) -> Iterator[tuple[str, str]]:
    """Every value that comes into a script, with the field that holds it."""
    mount = dataset.mounts[0]
    yield "Dataset.spec.mounts[0].name", mount.name
    yield "Dataset.spec.mounts[0].mountPoint", folder
    yield from ((f"JuiceFSRuntime.spec.configs[{index}]", it.strip()) for index, it in enumerate(runtime.configs))
    for level in runtime.levels[:1]:
        yield "JuiceFSRuntime.spec.tieredstore.levels[0].path", level.path
        yield "JuiceFSRuntime.spec.tieredstore.levels[0].low", level.low
    for where, options in (
        ("Dataset.spec.sharedOptions", dataset.shared_options),
        ("Dataset.spec.mounts[0].options", mount.options),
        ("JuiceFSRuntime.spec.fuse.options", runtime.fuse.options),
        ("JuiceFSRuntime.spec.worker.options", runtime.worker.options),
    ):
        for key, value in options.items():
            yield f"{where} {key!r}", key
            yield f"{where}[{key!r}]", value


def shell_values(values: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """Values with characters that Fluid writes into a script as they are and that change its commands."""
    for where, value in values:
        if character := refused_character(value):
            message = f"{where} holds {character!r}, which would become part of a shell script"
            yield Problem("ShellCharacter", message, "leave it out: Fluid does not quote it")

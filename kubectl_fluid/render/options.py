"""Mount options of JuiceFS: where each comes from and which wins.

`STEPS` is the whole rule, from top to bottom, and the source of the table in docs/juicefs.md
(Fluid a826600a, pkg/ddc/juicefs/transform.go and transform_fuse.go).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kubectl_fluid.manifests import quantity
from kubectl_fluid.render.edition import Edition
from kubectl_fluid.render.inputs import Dataset, Level, Runtime
from kubectl_fluid.render.secrets import QUOTA

STORAGE: Final = "storage"
BUCKET: Final = "bucket"
BUCKET2: Final = "bucket2"
CACHE_DIR: Final = "cache-dir"
CACHE_SIZE: Final = "cache-size"
CACHE_GROUP: Final = "cache-group"
METRICS: Final = "metrics"

#: Cache folder of a runtime without a tiered store.
DEFAULT_CACHE_DIR: Final = "/var/jfsCache"

#: Options of a Dataset that never reach a mount.
NOT_MOUNTED = frozenset((STORAGE, BUCKET, QUOTA))

Options = dict[str, str]


class Way(Enum):
    """What a step does to the options that are there already."""

    OVERRIDE = "replaces"
    DEFAULT = "only where not set"
    REMOVE = "removed"


class Part(Enum):
    """Which mount a step is about."""

    FUSE = "fuse"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Context:
    """What the steps look at; `port` is the metrics port of the part that is mounted."""

    dataset: Dataset
    runtime: Runtime
    edition: Edition
    sub_path: str
    port: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the rule: which options (`compute`) come in which `way` into which parts' mounts."""

    parts: frozenset[Part]
    editions: frozenset[Edition]
    way: Way
    compute: Callable[[Context], Mapping[str, str]]
    source: str
    options: str


def dataset_options(dataset: Dataset) -> Options:
    """A Dataset's options, the mount's before the shared ones, without those that never reach a mount."""
    options = {**dataset.shared_options, **dataset.mounts[0].options}
    return {key: value for key, value in options.items() if key not in NOT_MOUNTED}


def generated_options(context: Context) -> Options:
    """What follows from the mount point and from the first level of the tiered store."""
    level = context.runtime.first_level
    options = {} if context.sub_path == "/" else {"subdir": context.sub_path}
    if level is None:
        return {**options, CACHE_DIR: DEFAULT_CACHE_DIR}
    return {**options, CACHE_DIR: level.path, **_level_options(level)}


def mount_options(part: Part, context: Context) -> Options:
    """The options of one part's mount command, sorted by name (Fluid's order is random)."""
    options: Options = {}
    for step in STEPS:
        if part not in step.parts or context.edition not in step.editions:
            continue
        computed = step.compute(context)
        if step.way is Way.REMOVE:
            options = {key: value for key, value in options.items() if key not in computed}
        elif step.way is Way.DEFAULT:
            options = {**computed, **options}
        else:
            options.update(computed)
    return dict(sorted(options.items()))


def joined(options: Mapping[str, str]) -> str:
    """Options as the mount program takes them: `a=1,b`; an empty value leaves the bare name."""
    return ",".join(f"{key}={value}" if value else key for key, value in options.items())


def _level_options(level: Level) -> Options:
    """Size in whole MiB and least free space; a quota that cannot be read is reported by `checks`."""
    options = {}
    if level.quota:
        try:
            options[CACHE_SIZE] = str(quantity.parse(level.quota).value >> 20)
        except quantity.QuantityError:
            return options
    if level.low:
        options["free-space-ratio"] = level.low
    return options


def _read_only(context: Context, options: Mapping[str, str]) -> Mapping[str, str]:
    return options if context.dataset.read_only else {}


_FUSE = frozenset((Part.FUSE,))
_WORKER = frozenset((Part.WORKER,))
_BOTH = _FUSE | _WORKER
_ANY = frozenset(Edition)
_COMMUNITY = frozenset((Edition.COMMUNITY,))
_ENTERPRISE = frozenset((Edition.ENTERPRISE,))

STEPS: tuple[Step, ...] = (
    Step(
        _FUSE,
        _ANY,
        Way.OVERRIDE,
        lambda it: dataset_options(it.dataset),
        "`sharedOptions`, then `mounts[0].options` of the Dataset",
        "all but `storage`, `bucket` and `quota`",
    ),
    Step(
        _BOTH,
        _ANY,
        Way.OVERRIDE,
        generated_options,
        "`mounts[0].mountPoint`, `tieredstore.levels[0]`",
        "`subdir` (unless the path is `/`), `cache-dir` (`/var/jfsCache` without a level), `cache-size` (`quota` in "
        "whole MiB), `free-space-ratio` (`low`)",
    ),
    Step(_FUSE, _ANY, Way.OVERRIDE, lambda it: it.runtime.fuse.options, "`fuse.options`", "all"),
    Step(_WORKER, _ANY, Way.OVERRIDE, lambda it: it.runtime.worker.options, "`worker.options`", "all"),
    Step(_FUSE, _ANY, Way.REMOVE, lambda _: {BUCKET2: ""}, "", "`bucket2`"),
    Step(
        _FUSE,
        _ANY,
        Way.OVERRIDE,
        lambda it: _read_only(it, {"ro": ""}),
        "`accessModes` of the Dataset with `ReadOnlyMany`, which is the default",
        "`ro`",
    ),
    Step(
        _FUSE,
        _ANY,
        Way.DEFAULT,
        lambda it: _read_only(it, it.edition.facts.read_only_options),
        "the same",
        "`attr-cache=7200`, `entry-cache=7200` (community); `attrcacheto=7200`, `entrycacheto=7200` (enterprise)",
    ),
    Step(
        _BOTH,
        _COMMUNITY,
        Way.DEFAULT,
        lambda it: {METRICS: f"0.0.0.0:{it.port}"},
        "the metrics port",
        "`metrics=0.0.0.0:<port>`",
    ),
    Step(
        _BOTH,
        _ENTERPRISE,
        Way.OVERRIDE,
        lambda it: it.edition.facts.forced_options,
        "",
        "`foreground`, `no-update`",
    ),
    Step(
        _BOTH,
        _ENTERPRISE,
        Way.DEFAULT,
        lambda it: {CACHE_GROUP: f"{it.runtime.metadata.name.namespace}-{it.runtime.metadata.name.name}"},
        "namespace and name of the runtime",
        "`cache-group=<namespace>-<name>`",
    ),
    Step(_FUSE, _ENTERPRISE, Way.DEFAULT, lambda _: {"no-sharing": ""}, "", "`no-sharing`"),
    Step(_WORKER, _ENTERPRISE, Way.REMOVE, lambda _: {"no-sharing": ""}, "", "`no-sharing`"),
)

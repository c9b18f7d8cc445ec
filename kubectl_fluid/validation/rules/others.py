"""What the engines of Alluxio, EFC and Vineyard refuse (Fluid a826600a, pkg/ddc/<engine>)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_fluid.manifests import quantity
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.read import Object, entries, mapping, option_names, strings, text
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject

_EFC_MOUNT = re.compile(r"nfs://\S*nas\.aliyuncs\.com:\S*|cpfs://\S*cpfs\.aliyuncs\.com:/share\S*")
_HADOOP_FILES = ("hdfs-site.xml", "core-site.xml")
_GIBIBYTE = 2**30


def _kind(subject: Subject) -> str:
    """The kind of a Dataset's runtime."""
    found = subject.world.runtime(subject.namespace, subject.name) if subject.name else None
    return found[0] if found else ""


def _dataset(subject: Subject) -> Iterator[Hit]:
    """Rules of a Dataset that depend on the kind of its runtime."""
    kind = _kind(subject)
    if kind == "EFCRuntime":
        for index, mount in entries(subject.value, "spec", "mounts"):
            if not _EFC_MOUNT.fullmatch(text(mount, "mountPoint")):
                message = f"EFC cannot mount {text(mount, 'mountPoint')}"
                yield Hit("FL0342", ("spec", "mounts", index, "mountPoint"), message)
    elif kind == "AlluxioRuntime":
        yield from _alluxio_dataset(subject)


def _alluxio_dataset(subject: Subject) -> Iterator[Hit]:
    shared, secret = (
        strings(subject.value, "spec", "sharedOptions"),
        option_names(subject.value, "spec", "sharedEncryptOptions"),
    )
    for index, mount in entries(subject.value, "spec", "mounts"):
        options = strings(mount, "options")
        for name in sorted((secret | option_names(mount, "encryptOptions")) & {*shared, *options}):
            message = (
                f"the option {name} is set more than one times, "
                "please double check the dataset's option and encryptOptions"
            )
            place = ("spec", "mounts", index, "options") if name in options else ("spec", "sharedOptions")
            yield Hit("FL0343", (*place, name), message)


def _efc_tier(subject: Subject) -> Iterator[Hit]:
    levels = entries(subject.value, "spec", "tieredstore", "levels")
    place = ("spec", "tieredstore", "levels", 0, "quota") if levels else ("spec",)
    if not levels:
        yield Hit("FL0345", place, "the workers of an EFCRuntime have no cache level")
    else:
        size = _size(levels[0][1])
        if size is not None and size < _GIBIBYTE:
            yield Hit("FL0345", place, f"the workers' quota {levels[0][1].get('quota')} is below 1Gi")


def _vineyard_tier(subject: Subject) -> Iterator[Hit]:
    if not entries(subject.value, "spec", "tieredstore", "levels"):
        yield Hit("FL0346", ("spec",), "the tieredstore is empty")


def _size(level: Object) -> int | None:
    quota = level.get("quota")
    try:
        return quantity.parse(quota).value if isinstance(quota, str | int) else None
    except quantity.QuantityError:
        return None


def _alluxio_memory(subject: Subject) -> Iterator[Hit]:
    limit = mapping(subject.value, "spec", "worker", "resources", "limits").get("memory")
    levels = entries(subject.value, "spec", "tieredstore", "levels")
    sizes = [_size(level) or 0 for _, level in levels if level.get("mediumtype") == "MEM"]
    allowed = _size({"quota": limit})
    if allowed is not None and sum(sizes) > allowed:
        message = f"the cache in memory needs more than the workers' memory limit {limit}"
        yield Hit("FL0347", ("spec", "worker", "resources", "limits", "memory"), message)


def _hadoop(subject: Subject) -> Iterator[Hit]:
    name, world = text(subject.value, "spec", "hadoopConfig"), subject.world
    found = world.own("ConfigMap", subject.namespace, name) if name else None
    if name and found is None:
        message = f"there is no ConfigMap {subject.namespace}/{name} among the documents"
        yield Hit("FL0348", ("spec", "hadoopConfig"), message, "create it", Severity.INFO)
    elif found is not None and not mapping(found, "data").keys() & set(_HADOOP_FILES):
        message = f"ConfigMap {name} has neither {' nor '.join(_HADOOP_FILES)}"
        yield Hit("FL0348", ("spec", "hadoopConfig"), message)


_ERROR = Severity.ERROR

RULES = (
    Rule(
        "FL0342",
        _ERROR,
        "EFC cannot mount this",
        "An EFCRuntime mounts NAS (`nfs://….nas.aliyuncs.com:…`) and CPFS (`cpfs://….cpfs.aliyuncs.com:/share…`).",
        "write the address of a NAS or CPFS file system",
        ("Dataset",),
        _dataset,
        together=True,
    ),
    Rule(
        "FL0343",
        _ERROR,
        "An option of Alluxio is given as plain text and as a Secret",
        "The engine refuses the Dataset.",
        "keep the entry in encryptOptions",
        ("Dataset",),
        _dataset,
        says="the option K is set more than one times, please double check the dataset's option and encryptOptions",
        together=True,
        reason="FieldValueDuplicate",
    ),
    Rule(
        "FL0345",
        _ERROR,
        "An EFCRuntime has no cache level of at least 1Gi",
        "The engine refuses it.",
        "set tieredstore.levels[0].quota to 1Gi or more",
        ("EFCRuntime",),
        _efc_tier,
        cel="has(object.spec) && has(object.spec.tieredstore) && has(object.spec.tieredstore.levels) && "
        "object.spec.tieredstore.levels.size() > 0 && (!has(object.spec.tieredstore.levels[0].quota) || "
        "!isQuantity(string(object.spec.tieredstore.levels[0].quota)) || quantity(string("
        "object.spec.tieredstore.levels[0].quota)).compareTo(quantity('1Gi')) >= 0)",
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0346",
        _ERROR,
        "A VineyardRuntime has no cache level",
        "The engine refuses it.",
        "add tieredstore.levels[0]",
        ("VineyardRuntime",),
        _vineyard_tier,
        says="the tieredstore is empty",
        cel="has(object.spec) && has(object.spec.tieredstore) && has(object.spec.tieredstore.levels) && "
        "object.spec.tieredstore.levels.size() > 0",
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0347",
        _ERROR,
        "Alluxio's cache in memory does not fit into the workers' memory limit",
        "The engine refuses it.",
        "raise worker.resources.limits.memory or lower the quota",
        ("AlluxioRuntime",),
        _alluxio_memory,
    ),
    Rule(
        "FL0348",
        _ERROR,
        "The ConfigMap of hadoopConfig has none of Hadoop's files",
        "Alluxio looks for hdfs-site.xml and core-site.xml in it. A note where the ConfigMap is not among the "
        "documents.",
        "add hdfs-site.xml or core-site.xml to the ConfigMap",
        ("AlluxioRuntime",),
        _hadoop,
        together=True,
        reason="FieldValueNotFound",
    ),
)

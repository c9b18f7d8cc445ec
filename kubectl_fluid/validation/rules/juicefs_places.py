"""Where in a Dataset or a JuiceFSRuntime the problems are that rendering finds."""

from __future__ import annotations

import re

from kubectl_fluid.validation.finding import Pointer
from kubectl_fluid.validation.rules.bridge import Row, by_path
from kubectl_fluid.validation.rules.read import Object, entries, index_of, strings, text

_MOUNT = ("spec", "mounts", 0)
_LEVEL = ("spec", "tieredstore", "levels", 0)
_PART = re.compile(r"\b(fuse|worker|juicefsVersion)\b")
#: Where encrypt options stand.
ENCRYPTED: tuple[Pointer, ...] = ((*_MOUNT, "encryptOptions"), ("spec", "sharedEncryptOptions"))


def _part(message: str) -> str:
    found = _PART.search(message)
    return found[1] if found else "fuse"


def _option(name: str, value: Object) -> Pointer:
    """An encrypt option by its name or by that of its variable."""
    for path in ENCRYPTED:
        for index, option in entries(value, *path):
            if name in (text(option, "name"), text(option, "name").replace("-", "_")):
                return (*path, index)
    return ENCRYPTED[0]


def _first_word(message: str, value: Object) -> Pointer:
    return _option(message.partition(" ")[0], value)


def _named_variable(message: str, value: Object) -> Pointer:
    return _option(message.split()[2], value)


def _named_option(message: str, value: Object) -> Pointer:
    return _option(message.split()[3], value)


def _shared_metaurl(_: str, value: Object) -> Pointer:
    return index_of(value, "metaurl", "spec", "sharedEncryptOptions")


def _token(_: str, value: Object) -> Pointer:
    return _option("token", value)


def _volume_mount(message: str, value: Object) -> Pointer:
    part = "worker" if "worker" in message else "fuse"
    return index_of(value, message.rpartition(" ")[2], "spec", part, "volumeMounts")


def _template(message: str, value: Object) -> Pointer:
    path = ("spec", "volumeClaimTemplates")
    name = message.removeprefix("worker volume name ").removeprefix("volumeClaimTemplate ").partition(" ")[0]
    found = (index for index, item in entries(value, *path) if text(item, "metadata", "name") == name)
    return next(((*path, index) for index in found), path)


def _limit(message: str, _: Object) -> Pointer:
    return ("spec", _part(message), "resources", "limits", "memory")


def _medium(_: str, value: Object) -> Pointer:
    levels = entries(value, "spec", "tieredstore", "levels")
    return ("spec", "tieredstore", "levels", levels[-1][0] if levels else 0, "mediumtype")


def _cache_paths(message: str, value: Object) -> Pointer:
    options = ("spec", _part(message), "options")
    return (*options, "cache-dir") if "cache-dir" in strings(value, *options) else (*_LEVEL, "path")


def _image(message: str, _: Object) -> Pointer:
    return ("spec", _part(message), "image")


def _labels(message: str, value: Object) -> Pointer:
    part, clash = _part(message), message.rpartition(": ")[2].split(", ")
    for path in (("spec", part, "podMetadata", "labels"), ("spec", "podMetadata", "labels")):
        for key in clash:
            if key in strings(value, *path):
                return (*path, key)
    return ("spec", part, "podMetadata", "labels")


def _metrics(message: str, value: Object) -> Pointer:
    wrong = message.removeprefix("invalid metrics port: ")
    part = "fuse" if strings(value, "spec", "fuse", "options").get("metrics") == wrong else "worker"
    return ("spec", part, "options", "metrics")


def _worker_cache(_: str, value: Object) -> Pointer:
    path = ("spec", "worker", "options")
    return next(((*path, key) for key in ("cache-size", "cache-dir") if key in strings(value, *path)), path)


def _group(_: str, value: Object) -> Pointer:
    for part in ("fuse", "worker"):
        if "cache-group" in strings(value, "spec", part, "options"):
            return ("spec", part, "options", "cache-group")
    return ("spec",)


_DATASET, _RUNTIME = "Dataset", "JuiceFSRuntime"

ROWS = {
    "NoMount": Row("FL0201", _DATASET, ("spec",)),
    "MountPoint": Row("FL0202", _DATASET, (*_MOUNT, "mountPoint")),
    "Quota": Row("FL0203", _DATASET, (*_MOUNT, "options", "quota")),
    "QuotaPath": Row("FL0204", _DATASET, (*_MOUNT, "mountPoint")),
    "EnvName": Row("FL0205", _DATASET, _first_word),
    "ShellCharacter": Row("FL0206", "", by_path),
    "SharedMetaurl": Row("FL0207", _DATASET, _shared_metaurl),
    "TwoEditions": Row("FL0208", _DATASET, _token),
    "NoCredentials": Row("FL0209", _DATASET, _MOUNT),
    "NoSecret": Row("FL0210", _DATASET, _named_option),
    "DoubledVariable": Row("FL0211", _DATASET, _named_variable),
    "NoVolumeName": Row("FL0212", _DATASET, _MOUNT),
    "NoPath": Row("FL0213", _DATASET, (*_MOUNT, "mountPoint")),
    "RelativePath": Row("FL0214", _DATASET, (*_MOUNT, "mountPoint")),
    "NoBucket": Row("FL0215", _DATASET, _MOUNT),
    "SharedQuota": Row("FL0216", _DATASET, ("spec", "sharedOptions", "quota")),
    "Unquoted": Row("FL0217", "", by_path),
    "QuotaList": Row("FL0302", _RUNTIME, (*_LEVEL, "quotaList")),
    "CommaPath": Row("FL0303", _RUNTIME, (*_LEVEL, "path")),
    "NoCachePath": Row("FL0304", _RUNTIME, _LEVEL),
    "CachePaths": Row("FL0305", _RUNTIME, _cache_paths),
    "VolumeSource": Row("FL0306", _RUNTIME, (*_LEVEL, "volumeSource")),
    "MemoryLimit": Row("FL0307", _RUNTIME, _limit),
    "MemoryCache": Row("FL0308", _RUNTIME, _medium),
    "MetricsPort": Row("FL0309", _RUNTIME, _metrics),
    "MissingVolume": Row("FL0310", _RUNTIME, _volume_mount),
    "UnmountedTemplate": Row("FL0311", _RUNTIME, _template),
    "AmbiguousVolume": Row("FL0312", _RUNTIME, _template),
    "TemplateNames": Row("FL0313", _RUNTIME, ("spec", "volumeClaimTemplates")),
    "TwoTags": Row("FL0314", _RUNTIME, _image),
    "SelectorLabel": Row("FL0315", _RUNTIME, _labels),
    "RuntimeDeprecated": Row("FL0316", _RUNTIME, _worker_cache),
    "CacheGroups": Row("FL0317", _RUNTIME, _group),
}

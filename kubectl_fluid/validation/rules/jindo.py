"""A JindoRuntime and its Dataset (Fluid a826600a, pkg/ddc/jindocache/transform.go)."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.rules.read import Object, entries, option_names, strings, text
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject

KIND = "JindoRuntime"
_OSS_ENDPOINT = "fs.oss.endpoint"
_OSS_KEYS = ("fs.oss.accessKeyId", "fs.oss.accessKeySecret")
_ONCE, _DHT, _CACHE_ONLY = "ONCE", "DHT", "CACHE_ONLY"
#: Option of a mount → the values that the engine knows, the one that it takes for all others first.
_POLICIES = {
    "metaPolicy": ("ALWAYS", _ONCE),
    "cacheStrategy": ("DISTRIBUTED", _DHT),
    "writePolicy": ("WRITE_AROUND", "WRITE_THROUGH", _CACHE_ONLY),
}


def _dataset(subject: Subject) -> Iterator[Hit]:
    """What the engine says of the Dataset of a JindoRuntime."""
    found = subject.world.runtime(subject.namespace, subject.name) if subject.name else None
    if found is not None and found[0] == KIND:
        yield from _credentials(subject)
        for index, mount in entries(subject.value, "spec", "mounts"):
            yield from _policies(subject.value, index, strings(mount, "options"))


def _credentials(subject: Subject) -> Iterator[Hit]:
    shared, secret = (
        strings(subject.value, "spec", "sharedOptions"),
        option_names(subject.value, "spec", "sharedEncryptOptions"),
    )
    for index, mount in entries(subject.value, "spec", "mounts"):
        place = ("spec", "mounts", index)
        given = {**shared, **strings(mount, "options")}
        if text(mount, "mountPoint").startswith("oss://") and not given.get(_OSS_ENDPOINT):
            yield Hit("FL0340", place, f"the mount {text(mount, 'mountPoint')} has no option {_OSS_ENDPOINT}")
        keys = secret | option_names(mount, "encryptOptions")
        if len(keys.intersection(_OSS_KEYS)) == 1:
            missing = next(key for key in _OSS_KEYS if key not in keys)
            yield Hit("FL0341", (*place, "encryptOptions"), f"the encrypt option {missing} is missing beside the other")


def _policies(dataset: Object, index: int, own: dict[str, str]) -> Iterator[Hit]:
    """A mount's policies; what the engine does not know it takes for the default, without a word."""
    given = {**strings(dataset, "spec", "sharedOptions"), **own}

    def place(option: str) -> Pointer:
        holder = ("spec", "mounts", index, "options") if option in own else ("spec", "sharedOptions")
        return (*holder, option)

    once = given.get("metaPolicy") == _ONCE
    if given.get("writePolicy") == _CACHE_ONLY and not once:
        message = f"incorrect writePolicy {_CACHE_ONLY} with metaPolicy {given.get('metaPolicy') or 'ALWAYS'}"
        yield Hit("FL0349", place("writePolicy"), message)
    if given.get("cacheStrategy") == _DHT and not once:
        message = f"cacheStrategy {_DHT} without metaPolicy {_ONCE} is taken for DISTRIBUTED"
        yield Hit("FL0350", place("cacheStrategy"), message, f"set metaPolicy: {_ONCE} too")
    for option, (default, *others) in _POLICIES.items():
        if given.get(option, default) not in (default, *others):
            message = f"{option} {given[option]!r} is taken for {default}"
            yield Hit("FL0350", place(option), message, f"use {default} or {' or '.join(others)}")


def _jindo_labels(subject: Subject) -> Iterator[Hit]:
    for path in (("spec",), ("spec", "master"), ("spec", "worker"), ("spec", "fuse")):
        own, others = strings(subject.value, *path, "labels"), strings(subject.value, *path, "podMetadata", "labels")
        if own and others:
            yield Hit("FL0344", (*path, "labels"), f"{'.'.join(path)} has labels and podMetadata.labels")


def _one_of_two(at: str) -> str:
    """CEL: labels stand in one of both places."""
    absent = "" if at == "object.spec" else f"!has({at}) || "
    return (
        f"{absent}!has({at}.labels) || {at}.labels.size() == 0 || !has({at}.podMetadata) || "
        f"!has({at}.podMetadata.labels) || {at}.podMetadata.labels.size() == 0"
    )


_ERROR = Severity.ERROR

RULES = (
    Rule(
        "FL0340",
        _ERROR,
        "A Dataset for Jindo has no endpoint of OSS",
        "A mount `oss://` needs it; the engine is not set up.",
        f"set {_OSS_ENDPOINT} in options or sharedOptions",
        ("Dataset",),
        _dataset,
        together=True,
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0341",
        _ERROR,
        "Only one half of OSS' access key is given",
        "Jindo takes accessKeyId and accessKeySecret together, or neither.",
        "give both or neither",
        ("Dataset",),
        _dataset,
        together=True,
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0344",
        _ERROR,
        "A JindoRuntime has labels twice",
        "Labels stand in `labels` or in `podMetadata.labels`, not in both.",
        "move them to podMetadata.labels",
        ("JindoRuntime",),
        _jindo_labels,
        cel="!has(object.spec) || ("
        + " && ".join(f"({_one_of_two(f'object.spec{part}')})" for part in ("", ".master", ".worker", ".fuse"))
        + ")",
    ),
    Rule(
        "FL0349",
        _ERROR,
        "Jindo writes to the cache only, and reads metadata always",
        "The engine refuses it: nothing is installed.",
        "set metaPolicy: ONCE too, or another writePolicy",
        ("Dataset",),
        _dataset,
        says="incorrect writePolicy … with metaPolicy …",
        together=True,
    ),
    Rule(
        "FL0350",
        Severity.WARNING,
        "Jindo takes a policy for another one",
        "What it does not know, and DHT without metaPolicy ONCE, becomes the default without a word.",
        "use a value that Jindo knows",
        ("Dataset",),
        _dataset,
        together=True,
        reason="FieldValueNotSupported",
    ),
)

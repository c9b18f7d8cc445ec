"""What a Pod must look like where this program reads it: everything else is passed on unseen.

A check is a function of a value and its path in the Pod; it raises Refusal `InvalidPod`, whose pointer is that path.
null counts as absent everywhere, as it does for the API server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubectl_fluid.injection.reason import Refusal

Path = tuple[str | int, ...]
Check = Callable[[Any, Path], None]


_COMPARE = "compare the manifest with `kubectl explain pod.spec`"


def invalid(path: Path, expected: str, hint: str = _COMPARE) -> Refusal:
    """The refusal for a value that is not what is expected."""
    where = ".".join(str(part) for part in path) or "the Pod"
    return Refusal(
        "InvalidPod",
        f"{where} must be {expected}",
        hint,
        status=400,
        pointer=path,
    )


def mapping(required: tuple[str, ...] = (), **members: Check) -> Check:
    """A mapping whose members, where they are there, pass their own checks; `required` ones must be there."""

    def check(value: Any, path: Path) -> None:
        if not isinstance(value, dict):
            raise invalid(path, "a mapping")
        for key, member in members.items():
            item = value.get(key)
            if item is not None:
                member(item, (*path, key))
            elif key in required:
                raise invalid((*path, key), "a non-empty string")

    return check


def items(of: Check | None = None) -> Check:
    """A list, each of whose items passes the check."""

    def check(value: Any, path: Path) -> None:
        if not isinstance(value, list):
            raise invalid(path, "a list")
        if of is not None:
            for index, item in enumerate(value):
                of(item, (*path, index))

    return check


def text(value: Any, path: Path) -> None:
    """A string."""
    if not isinstance(value, str):
        raise invalid(path, "a string")


def name(value: Any, path: Path) -> None:
    """A string that is not empty."""
    if not isinstance(value, str) or not value:
        raise invalid(path, "a non-empty string")


def strings(value: Any, path: Path) -> None:
    """A mapping to strings: labels and annotations, in which an unquoted `true` is the usual mistake."""
    if not isinstance(value, dict):
        raise invalid(path, "a mapping")
    for key, item in value.items():
        if not isinstance(item, str):
            raise invalid((*path, key), "a string", f"put the value in quotes: {key}: {_quoted(item)}")


def _quoted(value: Any) -> str:
    if isinstance(value, bool):
        return f'"{str(value).lower()}"'
    return f'"{value}"' if isinstance(value, (int, float)) else '"…"'


_VOLUME = mapping(
    ("name",),
    name=name,
    persistentVolumeClaim=mapping(("claimName",), claimName=name),
    hostPath=mapping(path=text),
    configMap=mapping(name=text),
)
_CONTAINER = mapping(
    ("name",),
    name=name,
    volumeMounts=items(mapping(("name", "mountPath"), name=name, mountPath=name, subPath=text, subPathExpr=text)),
    lifecycle=mapping(postStart=mapping(exec=mapping(command=items()))),
    securityContext=mapping(capabilities=mapping(add=items(text))),
)
_TERM = mapping(matchExpressions=items(mapping(key=text)), matchFields=items())
_NODE_AFFINITY = mapping(
    preferredDuringSchedulingIgnoredDuringExecution=items(mapping(preference=_TERM)),
    requiredDuringSchedulingIgnoredDuringExecution=mapping(nodeSelectorTerms=items(_TERM)),
)

#: A Pod, or a Pod template seen as one.
_POD = mapping(
    metadata=mapping(name=text, generateName=text, namespace=text, labels=strings, annotations=strings),
    spec=mapping(
        volumes=items(_VOLUME),
        containers=items(_CONTAINER),
        initContainers=items(_CONTAINER),
        imagePullSecrets=items(mapping(name=text)),
        nodeSelector=mapping(),
        affinity=mapping(nodeAffinity=_NODE_AFFINITY),
    ),
)


def pod(value: Any, path: Path) -> None:
    """A Pod: the shapes above, and no two volumes and no two containers of one name."""
    _POD(value, path)
    spec = value.get("spec") or {}
    for fields in (("volumes",), ("containers", "initContainers")):
        seen: set[str] = set()
        for field in fields:
            for index, item in enumerate(spec.get(field) or []):
                if item["name"] in seen:
                    raise invalid((*path, "spec", field, index, "name"), f"a name of its own, {item['name']} is taken")
                seen.add(item["name"])

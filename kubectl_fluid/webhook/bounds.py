"""What a Pod may hold to be planned: all reviews are worked on in one thread, so that none may take long.

The numbers are far above what a Pod that runs has, and were chosen by measuring: planning a Pod of any of these sizes
takes about 150 ms at most on the machine of docs/benchmarks.md (`benchmarks/webhook/heavy.py` measures it again).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubectl_fluid.injection.essence import UNREAD

Object = dict[str, Any]

#: Bytes of a body: what an API server takes of one object at most (3 MiB), and what a review has beside it.
BODY = 3 * 1024 * 1024 + 256 * 1024
#: Containers of both lists; volumes; claims that differ; mounts of one container; of all of them.
CONTAINERS, VOLUMES, CLAIMS, MOUNTS_EACH, MOUNTS = 1000, 250, 50, 1000, 10_000
#: Claims times containers that mount something: each of both is told of each of the other.
PAIRS = 5000
#: Values of all kinds (in selectors, labels, pull secrets, …) that planning may have to look at.
VALUES = 100_000
#: Bytes of a body that cannot hold as many values as that.
SMALL = 128 * 1024


def exceeded(pod: Object, *, small: bool) -> str:
    """What the Pod has too much of, "" for nothing. `small`: its JSON has no more than SMALL bytes.

    Whatever has the wrong type is not counted: planning refuses it at once.
    """
    spec = pod.get("spec")
    if type(spec) is not dict:
        return ""
    containers = _list(spec, "containers")
    if first := _list(spec, "initContainers"):
        containers = containers + first
    volumes = _list(spec, "volumes")
    if len(containers) > CONTAINERS:
        return f"it has {len(containers)} containers, and {CONTAINERS} is the most"
    if len(volumes) > VOLUMES:
        return f"it has {len(volumes)} volumes, and {VOLUMES} is the most"
    return _mounts(containers, volumes) or ("" if small else _values(pod, spec))


def _list(spec: Object, field: str) -> list[Any]:
    value = spec.get(field)
    return value if type(value) is list else []


def _mounts(containers: list[Any], volumes: list[Any]) -> str:
    total = mounting = 0
    for container in containers:
        mounts = container.get("volumeMounts") if type(container) is dict else None
        if mounts and type(mounts) is list:
            total += len(mounts)
            mounting += 1
            if len(mounts) > MOUNTS_EACH:
                return f"a container has {len(mounts)} mounts, and {MOUNTS_EACH} is the most"
    if total > MOUNTS:
        return f"its containers have {total} mounts, and {MOUNTS} is the most"
    if len(volumes) > CLAIMS or len(volumes) * mounting > PAIRS:  # else there is no need to look at them
        claims = len(set(_claims(volumes)))
        if claims > CLAIMS:
            return f"it names {claims} claims, and {CLAIMS} is the most"
        if claims * mounting > PAIRS:
            return f"it has {claims} claims for {mounting} containers, and their product may be {PAIRS}"
    return ""


def _claims(volumes: list[Any]) -> Iterator[str]:
    for volume in volumes:
        claim = volume.get("persistentVolumeClaim") if type(volume) is dict else None
        name = claim.get("claimName") if type(claim) is dict else None
        if type(name) is str:
            yield name


def _values(pod: Object, spec: Object) -> str:
    """Count as long as it is worth it: what no plan looks at, containers' environments for example, is left out."""
    metadata = pod.get("metadata")
    waiting: list[Any] = [spec]
    if type(metadata) is dict:
        waiting += [metadata.get("labels"), metadata.get("annotations")]
    seen = 0
    while waiting and seen <= VALUES:
        value = waiting.pop()
        if type(value) is dict:
            seen += len(value)
            waiting.extend(member for key, member in value.items() if key not in UNREAD)
        elif type(value) is list:
            seen += len(value)
            waiting.extend(value)
    return f"it has more than {VALUES} values" if seen > VALUES else ""

"""What the webhook adds to a Pod's creation, through a real API server (that of the tests).

`python -m benchmarks.webhook.creation`. Dry-run creates, one at a time on one connection, in turns in two namespaces of
which the webhook's registration names one: everything but the webhook is the same for both. The median counts, since an
API server on a busy machine is often late.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, report
from kubectl_fluid.webhook import benchbodies as bodies
from kubectl_fluid.webhook.bundle.choices import NAME
from tests.cluster import fluid_objects, webhooks
from tests.cluster.api import Api, Object, collection
from tests.cluster.binaries import Missing
from tests.cluster.control_plane import ControlPlane

#: The most that is added at the median, in milliseconds.
ADDED = 1.5
ROUNDS, WARM_UP = 500, 50
WITH, WITHOUT = "bench", "bench-without"
OTHER = "other-storage"
#: What is created: body, claims; the most that may be added (milliseconds; None: not promised).
CASES: tuple[tuple[str, tuple[str, ...], float | None], ...] = (
    ("simple", (OTHER,), None),
    ("simple", bodies.DATASETS, ADDED),
    ("three", bodies.DATASETS, None),
)


def creation() -> Iterator[Figure]:
    """Both bodies; nothing where there is no API server."""
    try:
        plane = ControlPlane(lambda text: print(text, file=sys.stderr))
    except Missing as reason:
        print(f"creation: skipped: {reason}")
        return
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        stack.callback(plane.end)
        certs = webhooks.Certs(Path(name))
        webhooks.grant(plane)
        for namespace in (WITH, WITHOUT):
            plane.create_namespace(namespace)
            for dataset in bodies.DATASETS:
                for value in fluid_objects.behind(namespace, dataset):
                    plane.admin.create(value)
            plane.admin.create(other_claim(namespace))
        replica = stack.enter_context(webhooks.replica(plane, certs, "--drain", "0"))
        value = webhooks.registration(NAME, [replica.port], certs.ca, [WITH])
        stack.enter_context(webhooks.registered(plane.admin, value))
        for body, names, limit in CASES:
            yield from compare(plane.admin, body, names, limit)


def compare(api: Api, body: str, names: tuple[str, ...], limit: float | None) -> Iterator[Figure]:
    """One body with and without."""
    taken: dict[str, list[float]] = {WITH: [], WITHOUT: []}
    injected = names is bodies.DATASETS
    for number in range(WARM_UP + ROUNDS):
        for namespace, times in taken.items():
            pod = bodies.review(body, namespace, names)["request"]["object"]
            pod["metadata"]["generateName"] = f"pod-{number}-"
            path = collection(pod, namespace) + webhooks.DRY
            began = time.perf_counter()
            answer = api.ask("POST", path, pod)
            times.append((time.perf_counter() - began) * 1000)
            found = webhooks.sidecars(json.loads(answer))
            if bool(found) is not (injected and namespace == WITH):
                raise RuntimeError(f"{namespace}: the Pod has the sidecars {found}")
    without, with_it = (statistics.median(taken[it][WARM_UP:]) for it in (WITHOUT, WITH))
    label = f"creation of a Pod, {body if injected else 'claim of other storage'}"
    yield Figure(f"{label}: without webhook", without, "ms")
    yield Figure(f"{label}: added", with_it - without, "ms", limit)


def other_claim(namespace: str) -> Object:
    """A claim for which the webhook is asked in vain."""
    spec = {"accessModes": ["ReadOnlyMany"], "resources": {"requests": {"storage": "1Gi"}}, "volumeName": "disk"}
    metadata = {"namespace": namespace, "name": OTHER}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}


if __name__ == "__main__":
    sys.exit(0 if report((creation,)) else 1)

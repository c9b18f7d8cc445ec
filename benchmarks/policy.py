"""What injection by policies costs a Pod's creation, beside the webhook's and none, in one run on one API server.

`make bench ARGS=policy`. Dry-run creates, one at a time on one connection, in turns in three namespaces: one with
templates, one that the webhook's registration names, one with neither. The same Pod is created in all of them.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import Figure, report
from kubectl_fluid.webhook import benchbodies as bodies
from kubectl_fluid.webhook.bundle.choices import NAME
from tests.cluster import fluid_objects, policies, webhooks
from tests.cluster.api import Api, Object, Refused, collection
from tests.cluster.binaries import Missing, obtain
from tests.cluster.control_plane import ControlPlane

ROUNDS, WARM_UP = 200, 20
NONE, POLICY, WEBHOOK = "bench-none", "bench-policy", "bench-webhook"
#: The most that one dataset may add at the median by policies, in milliseconds.
ADDED = 6.0
#: Milliseconds that whoever creates Pods may not notice.
TOLERATED = 10.0
#: Numbers of templates in the Pod's namespace.
MANY = (10, 25, 50, 100)
#: Containers, and mounts in each of them, of the largest Pods that are tried.
SQUARES = (10, 50, 100, 150, 200, 250)


def missing() -> str:
    """What is missing to measure here."""
    try:
        for program in ("etcd", "kube-apiserver"):
            obtain(program, lambda _: None)
    except Missing as reason:
        return str(reason)
    return ""


def cost() -> Iterator[Figure]:
    """All figures."""
    plane = ControlPlane(lambda text: print(text, file=sys.stderr))
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        stack.callback(plane.end)
        certs = webhooks.Certs(Path(name))
        webhooks.grant(plane)
        for namespace in (NONE, POLICY, WEBHOOK):
            plane.create_namespace(namespace)
        for dataset in bodies.DATASETS:
            for value in fluid_objects.behind(WEBHOOK, dataset):
                plane.admin.create(value)
        stack.enter_context(policies.installed(plane.admin, POLICY))
        replica = stack.enter_context(webhooks.replica(plane, certs, "--drain", "0"))
        value = webhooks.registration(NAME, [replica.port], certs.ca, [WEBHOOK])
        stack.enter_context(webhooks.registered(plane.admin, value))
        yield from _sizes(plane.admin)
        yield from _growth(plane.admin)
        yield from _largest(plane.admin)


def _templates(names: Sequence[str]) -> list[Object]:
    return [it for name in names for it in policies.templates_of(fluid_objects.behind(POLICY, name))]


class Added(NamedTuple):
    """Milliseconds at the median: without anything, and what each of the two adds to it."""

    none: float
    policy: float
    webhook: float


def _measure(api: Api, pods: Mapping[str, Object], *, injected: bool = True) -> Added:
    taken: dict[str, list[float]] = {namespace: [] for namespace in pods}
    for _ in range(WARM_UP + ROUNDS):
        for namespace, pod in pods.items():
            began = time.perf_counter()
            made = api.request("POST", collection(pod, namespace) + webhooks.DRY, pod)
            taken[namespace].append((time.perf_counter() - began) * 1000)
            if bool(webhooks.sidecars(made)) is not (injected and namespace != NONE):
                raise RuntimeError(f"{namespace}: the Pod has the sidecars {webhooks.sidecars(made)}")
    none, policy, webhook = (statistics.median(taken[it][WARM_UP:]) for it in (NONE, POLICY, WEBHOOK))
    return Added(none, policy - none, webhook - none)


def _pods(body: str, *, asking: bool = True) -> dict[str, Object]:
    made = {}
    for namespace in (NONE, POLICY, WEBHOOK):
        pod = bodies.review(body, namespace, bodies.DATASETS)["request"]["object"]
        if not asking:
            pod["metadata"].pop("labels")
        made[namespace] = pod
    return made


def _sizes(api: Api) -> Iterator[Figure]:
    """Pods of several sizes; only their own datasets have templates."""
    with policies.present(api, _templates(bodies.DATASETS)):
        for body, limit in (("simple", ADDED), ("three", None), ("large", None)):
            added = _measure(api, _pods(body))
            yield Figure(f"{body}: creation without either", added.none, "ms")
            yield Figure(f"{body}: added by policies", added.policy, "ms", limit)
            yield Figure(f"{body}: added by the webhook", added.webhook, "ms")


def _growth(api: Api) -> Iterator[Figure]:
    """More and more templates in the namespace, of which the Pod needs one; the number at which the webhook wins."""
    found: list[tuple[int, Added]] = []
    for number in MANY:
        others = [f"other-{i}" for i in range(number - len(bodies.DATASETS))]
        with policies.present(api, _templates([*bodies.DATASETS, *others])):
            added = _measure(api, _pods("simple"))
            silent = _measure(api, _pods("simple", asking=False), injected=False) if number == MANY[-1] else None
        found.append((number, added))
        yield Figure(f"simple, {number} templates: added by policies", added.policy, "ms")
        if silent is not None:
            yield Figure(f"a Pod that does not ask, {number} templates: added", silent.policy, "ms")
    slope, start = statistics.linear_regression([n for n, _ in found], [it.policy for _, it in found])
    webhook = statistics.median(it.webhook for _, it in found)
    yield Figure("each further template adds", slope, "ms")
    yield Figure("added by the webhook meanwhile", webhook, "ms")
    yield Figure("templates from which on the webhook is faster", max(1.0, (webhook - start) / slope), "templates")
    yield Figure(f"templates with which policies add {TOLERATED:g} ms", (TOLERATED - start) / slope, "templates")


def _largest(api: Api) -> Iterator[Figure]:
    """Pods of more and more mounts, until one is refused."""
    (name, *_) = bodies.DATASETS
    with policies.present(api, _templates([name])):
        for square in SQUARES:
            pod = _square(name, square)
            began = time.perf_counter()
            try:
                made = api.request("POST", collection(pod, POLICY) + webhooks.DRY, pod)
            except Refused as refused:
                print(f"{square} x {square} mounts: {str(refused)[-200:]}")
                return
            seconds = time.perf_counter() - began
            if not webhooks.sidecars(made):
                raise RuntimeError("the Pod has no sidecar")
            yield Figure(f"creation of a Pod with {square} x {square} mounts", seconds, "s")


def _square(claim: str, number: int) -> Object:
    pod = webhooks.pod("large", claim, POLICY)
    mounts = [{"name": "data", "mountPath": f"/d{i}"} for i in range(number)]
    pod["spec"]["containers"] = [{"name": f"c{i}", "image": "x:1", "volumeMounts": mounts} for i in range(number)]
    return pod


MEASURES = (cost,)

if __name__ == "__main__":
    sys.exit(0 if report(MEASURES) else 1)

"""The tree of one Dataset: what is behind it, who uses it, what happened, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kubectl_fluid.cli.errors import printable
from kubectl_fluid.cli.status_cells import COLOURS, NONE, age, number, of, percent, sized, word
from kubectl_fluid.status.model import (
    Condition,
    DatasetStatus,
    Event,
    How,
    Operation,
    PodUse,
    Runtime,
    Sidecar,
    Verdict,
    WorkerPod,
)

DOCUMENT = "docs/health.md"
MAX_PODS, MAX_EVENTS, MAX_OPERATIONS, MAX_PATHS = 20, 8, 10, 5
_BAR = 24


@dataclass(slots=True)
class Node:
    """A line; `colour` is one of the environment's, `share` a bar from 0 to 1 behind the line."""

    text: str
    colour: str = ""
    share: float | None = None
    children: list[Node] = field(default_factory=list)

    def add(self, *nodes: Node) -> Node:
        """Itself, with these below it."""
        self.children += nodes
        return self


def tree(it: DatasetStatus, now: datetime) -> Node:
    """The tree. The last branch is the diagnosis."""
    verdict = it.health.verdict
    root = Node(
        f"dataset/{printable(it.name.name)} -n {printable(it.name.namespace)}: {verdict.value}", COLOURS[verdict]
    )
    root.add(Node(f"phase {word(it.phase)}, age {age(it.created, now)}{_leaving(it, now)}"))
    root.add(*(Node(f"mounts {printable(mount)}") for mount in it.mounts))
    root.add(
        *(
            Node(f"referred to by dataset/{printable(name.name)} -n {printable(name.namespace)}")
            for name in it.referred_by
        )
    )
    root.add(*_data(it), _runtime(it.runtime, it))
    root.add(_operations(it, now), _pods(it, now), _events(it, now))
    return root.add(_diagnosis(it))


def plain_tree(node: Node) -> str:
    """The tree as indented text."""
    return "".join(f"{line}\n" for line in _lines(node, ""))


def bar(share: float, width: int = _BAR) -> str:
    """A bar of characters that every terminal has."""
    full = round(min(max(share, 0), 1) * width)
    return f"[{'#' * full}{'-' * (width - full)}]"


def _lines(node: Node, indent: str) -> Iterator[str]:
    yield f"{indent}{node.text}" + ("" if node.share is None else f" {bar(node.share)} {percent(node.share)}")
    for child in node.children:
        yield from _lines(child, f"{indent}  ")


def _leaving(it: DatasetStatus, now: datetime) -> str:
    return "" if it.deleting is None else f", being deleted since {age(it.deleting, now)}"


def _data(it: DatasetStatus) -> Iterator[Node]:
    size = "still counted" if it.ufs_calculating else f"{sized(it.ufs)} in {number(it.files)} files"
    yield Node(f"data {size}")
    cache = it.cache
    yield Node(f"cached {sized(cache.cached)}, capacity {sized(cache.capacity)}", share=_share(it))
    ratios = {
        "hit": cache.hit_ratio,
        "local": cache.local_hit_ratio,
        "remote": cache.remote_hit_ratio,
        "throughput": cache.throughput_ratio,
    }
    known = [f"{name} {percent(ratio)}" for name, ratio in ratios.items() if ratio is not None]
    if known:
        yield Node(f"cache ratios: {', '.join(known)}")


def _share(it: DatasetStatus) -> float | None:
    """How much of the data is cached."""
    if it.cache.ratio is None and it.cache.cached is not None and it.ufs:
        return it.cache.cached / it.ufs
    return it.cache.ratio


def _runtime(runtime: Runtime | None, it: DatasetStatus) -> Node:
    if runtime is None:
        return Node("runtime <unknown>" if it.health.code == "RuntimeUnreadable" else "runtime <none>")
    state = {True: "", False: ": there is none", None: ": cannot be read"}[runtime.found]
    where = f" -n {printable(runtime.name.namespace)}" if runtime.name.namespace != it.name.namespace else ""
    kind = printable(runtime.kind.lower()) or word(runtime.type)
    node = Node(f"{kind}/{printable(runtime.name.name)}{where}{state}", "" if runtime.found else "red")
    if not runtime.found:
        return node
    for what, part in (("masters", runtime.masters), ("workers", runtime.workers), ("fuse", runtime.fuse)):
        if part.desired or (what != "masters" and part.phase):
            bad = part.desired is not None and (part.ready or 0) < part.desired
            said = " ".join(filter(None, (what, of(part), word(part.phase, ""), _quoted(part.reason))))
            pods = _workers(runtime.pods or ()) if what == "workers" else ()
            node.add(Node(said, "red" if bad else "").add(*pods))
    return node.add(*map(_condition, runtime.conditions))


def _quoted(reason: str) -> str:
    return f"({printable(reason)})" if reason else ""


def _workers(pods: Sequence[WorkerPod]) -> list[Node]:
    """Those that are not ready first, where there are more than fit."""
    shown = pods if len(pods) <= MAX_PODS else sorted(pods, key=lambda it: it.ready)
    return [*map(_worker, shown[:MAX_PODS]), *_more(len(pods), MAX_PODS)]


def _worker(pod: WorkerPod) -> Node:
    reason = f" {word(pod.reason)}" if pod.reason else ""
    restarts = f" restarts {pod.restarts}" if pod.restarts else ""
    text = f"pod/{printable(pod.name)} {word(pod.phase)}{reason} on {word(pod.node)}{restarts}"
    return Node(text, "" if pod.ready else "red")


def _condition(it: Condition) -> Node:
    said = it.message or it.reason
    return Node(f"{word(it.type)}={word(it.status)}" + (f": {printable(said)}" if said else ""))


def _operations(it: DatasetStatus, now: datetime) -> Node:
    if not it.operations:
        return Node(f"data operations {NONE if it.operations is not None else '<unknown>'}")
    shown = [_operation(each, it, now) for each in it.operations[:MAX_OPERATIONS]]
    return Node(f"data operations {len(it.operations)}").add(*shown, *_more(len(it.operations), MAX_OPERATIONS))


def _operation(each: Operation, it: DatasetStatus, now: datetime) -> Node:
    """Fluid reports no progress of a load; the cache that grows is the only sign of it (facts: DataLoad script)."""
    loading = each.kind == "DataLoad" and each.phase == "Executing"
    took = each.duration if each.duration not in ("", "Unfinished", "-") else f"since {age(each.created, now)}"
    waiting = " (waits for another operation)" if each.waiting else ""
    left_out = len(each.paths) - MAX_PATHS
    paths = "".join(f" {printable(path)}" for path in each.paths[:MAX_PATHS])
    paths += f" and {left_out} more" if left_out > 0 else ""
    text = (
        f"{each.kind.lower()}/{printable(each.name.name)} {word(each.phase, 'New')} {printable(took)}{paths}{waiting}"
    )
    node = Node(text, "red" if each.phase == "Failed" else "", share=_share(it) if loading else None)
    return node.add(Node(printable(each.message))) if each.phase == "Failed" and each.message else node


def _pods(it: DatasetStatus, now: datetime) -> Node:
    if it.pods is None:
        return Node("pods <unknown>")
    running = sum(not pod.over for pod in it.pods)
    over = len(it.pods) - running
    shown = sorted(it.pods, key=lambda pod: (pod.over, pod.name))
    text = f"pods {running}" + (f", and {over} that have ended" if over else "")
    return Node(text).add(*(_pod(pod, it, now) for pod in shown[:MAX_PODS]), *_more(len(shown), MAX_PODS))


def _pod(pod: PodUse, it: DatasetStatus, now: datetime) -> Node:
    use = next(each for each in pod.uses if each.dataset == it.name)
    how = "mounts the claim" if use.how is How.MOUNTED else "injected"
    text = f"pod/{printable(pod.name.name)} {word(pod.phase)} {how} on {word(pod.node)} {age(pod.created, now)}"
    node = Node(text, "dim" if pod.over else "")
    if use.how is How.INJECTED:
        node.add(
            Node("its sidecar is not there", "red") if use.sidecar is None else _sidecar(use.sidecar, over=pod.over)
        )
    return node


def _sidecar(it: Sidecar, *, over: bool) -> Node:
    ready = {True: "ready", False: "not ready", None: "not started"}[it.ready]
    kind = "native sidecar" if it.native else "sidecar"
    reason = f" {word(it.reason)}" if it.reason else ""
    restarts = f" restarts {it.restarts}" if it.restarts else ""
    colour = "red" if it.ready is False and not over else ""
    return Node(f"{kind} {printable(it.container)} {ready}{reason}{restarts} {printable(it.image)}", colour)


def _events(it: DatasetStatus, now: datetime) -> Node:
    if not it.events:
        return Node("events <none>" if it.events is not None else "events <unknown>")
    return Node("events").add(*(_event(each, now) for each in it.events[-MAX_EVENTS:]))


def _event(it: Event, now: datetime) -> Node:
    times = f" (x{it.count})" if it.count > 1 else ""
    text = (
        f"{age(it.seen, now)} {word(it.type)} {word(it.reason)} {printable(it.about)}{times}: {printable(it.message)}"
    )
    return Node(text, "yellow" if it.type == "Warning" else "")


def _more(there: int, shown: int) -> list[Node]:
    return [Node(f"and {there - shown} more")] if there > shown else []


def _diagnosis(it: DatasetStatus) -> Node:
    """The first thing that is wrong, why, and what to do."""
    verdict, code, message, cure = it.health
    node = Node(f"{verdict.value}: {printable(message)}", COLOURS[verdict])
    if verdict is Verdict.HEALTHY:
        return node
    node.add(*([Node(f"what to do: {printable(cure)}", "cyan")] if cure else []))
    return node.add(Node(f"see {DOCUMENT}#{code.lower()}"))

"""The published experiment on a real node: a copy of many small files without a cache, and with one that was warmed.

`python -m benchmarks.cache_experiment [--rounds N] [--delays SECONDS ...] [--svg FILE]` needs what `make node` needs.
Each round copies once from a cache folder that is empty, and once from the one that the rendered load job has filled;
every copy is a Pod of its own, so no page of the kernel's is left from the one before.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cache_plot import Bars, draw
from tests.node import experiment, volumes
from tests.node.experiment import Copy
from tests.node.node import Node
from tests.node.pods import Cluster

#: What the published page tells (docs/walkthrough.md): 1146.45 s against 71.16 s, once.
PUBLISHED = 1146.45 / 71.16


@dataclass(frozen=True, slots=True)
class Result:
    """All rounds at one delay (seconds for each object)."""

    delay: float
    cold: list[Copy]
    warm: list[Copy]

    @property
    def ratios(self) -> list[float]:
        """Of each round, smallest first."""
        return sorted(cold.seconds / warm.seconds for cold, warm in zip(self.cold, self.warm, strict=True))


def measure(node: Node, delays: list[float], rounds: int) -> list[Result]:
    """Make the volume, warm one cache, and copy."""
    volume = volumes.create(node, "many", 3, experiment.sizes())
    node.plane.create_namespace("experiment")
    cluster = Cluster(node, "experiment")
    cluster.until(cluster.has_account, "the namespace has its account")
    experiment.install(cluster, volume, "warm", workers=1)
    experiment.warm_up(cluster, "warm")
    results = []
    for delay in delays:
        result = Result(delay, [], [])
        for number in range(rounds):
            name = f"cold-{int(delay * 1000)}-{number}"
            experiment.install(cluster, volume, name, workers=0)
            result.cold.append(experiment.copy(cluster, name, delay))
            pod = f"copy-warm-{int(delay * 1000)}-{number}"
            result.warm.append(experiment.copy(cluster, "warm", delay, pod))
        results.append(result)
    return results


def table(results: list[Result]) -> str:
    """The results as rows of Markdown."""
    rows = ["| delay of an object | cold | GETs | warm | GETs | ratio |", "| --- | --- | --- | --- | --- | --- |"]
    for it in results:
        cold, warm = (f"{statistics.median(copy.seconds for copy in part):.1f} s" for part in (it.cold, it.warm))
        gets = [f"{max(copy.gets for copy in part):,}" for part in (it.cold, it.warm)]
        ratio = f"{statistics.median(it.ratios):.1f} ({it.ratios[0]:.1f} to {it.ratios[-1]:.1f})"
        rows.append(f"| {it.delay * 1000:.0f} ms | {cold} | {gets[0]} | {warm} | {gets[1]} | {ratio} |")
    return "\n".join(rows)


def main() -> int:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cache_experiment", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delays", type=float, nargs="+", default=[0.005, 0.015, 0.04])
    parser.add_argument("--svg", type=Path, help="where to draw it")
    chosen = parser.parse_args()
    node = Node(lambda text: print(text, file=sys.stderr))
    try:
        results = measure(node, chosen.delays, chosen.rounds)
    finally:
        node.end()
    print(table(results))
    print(f"published, on other machines, once: {PUBLISHED:.1f}")
    if chosen.svg:
        chosen.svg.write_text(draw(_bars(results)))
    return 0


def _bars(results: list[Result]) -> list[Bars]:
    return [
        Bars(f"{it.delay * 1000:.0f} ms", [copy.seconds for copy in it.cold], [copy.seconds for copy in it.warm])
        for it in results
    ]


if __name__ == "__main__":
    sys.exit(main())

"""Sends damaged AdmissionReviews to a server: none may lead to a bug, and memory must not grow.

`python -m benchmarks.webhook.fuzz [--number 40000] [--seed 0]`. Exits with 1 if something is not as it must be.
"""

from __future__ import annotations

import argparse
import http.client
import ssl
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.webhook.run import Server, prepare, running
from kubectl_fluid.webhook import benchbodies as bodies
from tests.webhook.mutants import mutants

#: MiB by which memory may grow in the second half. In the first one the answers that are kept ready fill their place:
#: seen over 100,000 reviews: 42 MiB at the start, 50 after 10,000, 54 after 20,000, 55 from 50,000 to the end.
GROWTH = 2.0


def main() -> int:
    """Send them all over one connection, and say what came back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        with running(folder, [sys.executable, "-m", "kubectl_fluid", "webhook", "serve"]) as server:
            return send(folder, server, options.number, options.seed)


def send(folder: Path, server: Server, number: int, seed: int) -> int:
    """1 where an answer is not what it should be."""
    context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context)
    statuses: Counter[int] = Counter()
    half = 0.0
    for index, body in enumerate(mutants(bodies.review("three"), number, seed)):
        connection.request("POST", "/mutate", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        statuses[answer.status] += 1
        if answer.status not in (200, 400, 413):
            print(f"review {index} (seed {seed}) was answered with {answer.status}: {said[:200]!r}")
        if index == number // 2:
            half = server.memory()
    grown = server.memory() - half
    print(f"{number} reviews: {dict(statuses)}; memory {server.memory():.1f} MiB, {grown:+.1f} in the second half")
    return 1 if set(statuses) - {200, 400, 413} or grown > GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())

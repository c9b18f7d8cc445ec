"""Sends damaged AdmissionReviews to a server: none may lead to a bug, and memory must not grow.

`python -m benchmarks.webhook.fuzz [--number 20000] [--seed 0]`. Exits with 1 if something is not as it must be.
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

#: MiB by which memory may differ between the first quarter and the end: answers that are kept ready take so much.
GROWTH = 8.0


def main() -> int:
    """Send them all over one connection, and say what came back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=20_000)
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
    quarter = 0.0
    for index, body in enumerate(mutants(bodies.review("three"), number, seed)):
        connection.request("POST", "/mutate", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        statuses[answer.status] += 1
        if answer.status not in (200, 400, 413):
            print(f"review {index} (seed {seed}) was answered with {answer.status}: {said[:200]!r}")
        if index == number // 4:
            quarter = server.memory()
    grown = server.memory() - quarter
    print(f"{number} reviews: {dict(statuses)}; memory {server.memory():.1f} MiB, {grown:+.1f} since the first quarter")
    return 1 if set(statuses) - {200, 400, 413} or grown > GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())

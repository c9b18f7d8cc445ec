"""Records verdicts of a real API server on mutants of built-in kinds: `python -m tests.cluster.record`.

They are kept in `tests/validation/builtin-verdicts.jsonl.gz`, in the form of `../shared/conformance`, so that the rules
are tested where there is no API server: a case for each thing that was refused, and a share of those that were taken.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
from collections.abc import Iterator

import yaml

from kubectl_fluid.validation.schema import load
from tests.cluster.api import Object
from tests.cluster.control_plane import ControlPlane
from tests.cluster.mutants import Mutator
from tests.cluster.verdicts import CRASHED, NAMESPACE, verdict
from tests.support import ROOT

SEEDS = ROOT / "tests" / "validation" / "builtin-seeds.yaml"
TARGET = ROOT / "tests" / "validation" / "builtin-verdicts.jsonl.gz"
ROUNDS = 1500
#: Of the mutants that are taken, one in so many is kept.
KEEP = 40


def seeds() -> list[Object]:
    """The manifests that mutants are made of."""
    return list(yaml.safe_load_all(SEEDS.read_text(encoding="utf-8")))


def cases(plane: ControlPlane) -> Iterator[Object]:
    """A case for each kind of answer."""
    schemas, mutator, seen, taken = load(), Mutator(seed=1), set[str](), 0
    for number in range(ROUNDS):
        for at, seed in enumerate(seeds()):
            schema = schemas.for_object(seed)
            assert schema is not None
            value = mutator.mutant(seed, schema)
            answer = verdict(plane, value, schema)
            if answer["message"] == CRASHED:
                print(json.dumps(value), file=sys.stderr)  # noqa: T201 - a curiosity
                continue
            told = [f"{it.get('field')} {it.get('message')}" for it in answer["causes"]] or [answer["message"]]
            kinds = {f"{seed['kind']} {plain(it)}" for it in told}
            taken += answer["valid"]
            if kinds <= seen if not answer["valid"] else taken % KEEP:
                continue
            seen |= kinds
            yield {"id": f"{number}-{at}", "kind": seed["kind"], "doc": value, **answer}


def plain(text: str) -> str:
    """The sentence without values and indices."""
    return re.sub(r'"[^"]*"|\{.*\}|\[[^\]]*\]|-?\d+', "", text)[:120]


def main() -> None:
    """Write the file."""
    plane = ControlPlane(lambda text: print(text, file=sys.stderr))  # noqa: T201 - a build takes minutes
    try:
        plane.create_namespace(NAMESPACE)
        lines = [json.dumps(case, separators=(",", ":")) + "\n" for case in cases(plane)]
    finally:
        plane.end()
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed:
        packed.write("".join(lines).encode())
    TARGET.write_bytes(buffer.getvalue())
    print(f"{len(lines)} cases")  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()

"""`python -m release`: build a release into `dist/`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from release import source
from release.build import build
from release.platforms import PLATFORMS
from release.problem import Problem
from release.source import ROOT


def main() -> int:
    """0, or 1 with a sentence on stderr. The files are named on stdout."""
    names = [it.name for it in PLATFORMS]
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="folder for the files (dist/)")
    parser.add_argument("--platform", action="append", choices=names, help="build archives for these alone")
    arguments = parser.parse_args()
    wanted = [it for it in PLATFORMS if it.name in (arguments.platform or names)]
    try:
        with tempfile.TemporaryDirectory() as clean:
            source.copy(Path(clean))
            made = build(Path(clean), arguments.output, wanted, lambda line: print(line, file=sys.stderr, flush=True))
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        if problem.hint:
            print(f"hint: {problem.hint}", file=sys.stderr)
        return 1
    for path in made:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())

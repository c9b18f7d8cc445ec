"""`make bench`: every benchmark, or those that are named (`make bench ARGS=inject`). 1 if a limit is not kept."""

from __future__ import annotations

import argparse
import importlib
import sys

from benchmarks.figures import report

#: Modules with a list MEASURES, and where something may be missing for them, a function `missing` that says what.
SUITES = {
    "inject": "benchmarks.inject",
    "status": "benchmarks.status",
    "validate": "benchmarks.validate",
    "webhook": "benchmarks.webhook.suite",
    "policy": "benchmarks.policy",
}


def main() -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"one of: {', '.join(SUITES)}")
    chosen = parser.parse_args().suites or list(SUITES)
    if unknown := set(chosen) - set(SUITES):
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    fine = [measured(name) for name in chosen]
    return 0 if all(fine) else 1


def measured(name: str) -> bool:
    """Whether a suite keeps its limits; one that cannot be measured here says so, and breaks none."""
    suite = importlib.import_module(SUITES[name])
    if why := suite.missing() if hasattr(suite, "missing") else "":
        print(f"{name}: skipped: {why}")
        return True
    return report(suite.MEASURES)


if __name__ == "__main__":
    sys.exit(main())

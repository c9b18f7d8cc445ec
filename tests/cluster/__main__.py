"""`make cluster`: a control plane to play with, holding the objects of `examples/`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from kubectl_fluid.catalog.objects import WANTED
from tests.cluster.binaries import Missing
from tests.cluster.control_plane import ControlPlane
from tests.support import ROOT

TALK = """\
A real API server with Fluid's kinds, without nodes and controllers{objects}.

  export KUBECONFIG={kubeconfig}
  export PATH="{plugins}:$PATH"
  kubectl get dataset,juicefs,pvc,pv,daemonset
  kubectl fluid inject -f examples/job.yaml | kubectl apply -f -

Ctrl-C here ends it, and everything in it is gone."""


def say(text: str) -> None:
    """One line to whoever waits."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a person reads this


def examples() -> Iterator[dict[str, Any]]:
    """Objects that stand for what Fluid's controllers made: those that claims are made from."""
    for path in sorted((ROOT / "examples").glob("*.yaml")):
        for value in yaml.safe_load_all(path.read_text()):
            if isinstance(value, dict) and value.get("kind") in WANTED:
                yield value


def main() -> int:
    """Run until a signal comes."""
    signals = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    try:
        plane = ControlPlane(say)
    except (Missing, RuntimeError) as problem:
        say(f"error: control plane: {problem}")
        return 1
    except KeyboardInterrupt:
        return 130
    try:
        made = [plane.admin.create(value) for value in examples()]
        objects = f", and {len(made)} objects of examples/" if made else ""
        plugins = Path(sys.executable).parent
        say(TALK.format(kubeconfig=plane.kubeconfig, plugins=plugins, objects=objects))
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        signal.sigwait(signals)
    except KeyboardInterrupt:
        pass
    finally:
        plane.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A node to play with: `python -m tests.node` holds it, with a Dataset `demo`, until a signal comes."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tests.cluster.binaries import Missing
from tests.node import volumes
from tests.node.node import APP_IMAGE, Node

TALK = """\
A real node with a real kubelet, and a Dataset `demo` on JuiceFS in namespace default. Images: {image}.

  export KUBECONFIG={kubeconfig}
  export PATH="{plugins}:$PATH"
  kubectl get nodes,dataset,pvc,daemonset
  kubectl fluid inject -f POD.yaml | kubectl apply -f -

Ctrl-C here ends it, and everything in it is gone."""


def say(text: str) -> None:
    """One line to whoever waits."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a person reads this


def main() -> int:
    """Run until a signal comes."""
    signals = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    try:
        node = Node(say)
    except (Missing, RuntimeError) as problem:
        say(f"error: node: {problem}")
        return 1
    except KeyboardInterrupt:
        return 130
    try:
        volume = volumes.create(node, "demo", 1, {"README": 20, "images/1.bin": 100_000})
        volumes.install(node, volume, "demo", "default")
        plugins = Path(sys.executable).parent
        say(TALK.format(image=APP_IMAGE, kubeconfig=node.plane.kubeconfig, plugins=plugins))
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        signal.sigwait(signals)
    except KeyboardInterrupt:
        pass
    finally:
        node.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The screens in the README are what the program draws on a terminal of 80 columns for objects of a real API server."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.main import main
from tests.cluster.control_plane import ControlPlane
from tests.cluster.loading_states import create
from tests.status.objects import claim, dataset, event, injected, load, pod, runtime, unbound, worker
from tests.support import ROOT

pytestmark = pytest.mark.cluster

README = ROOT / "README.md"


@pytest.fixture(scope="module")
def vision(api_server: ControlPlane) -> Iterator[str]:
    name = "vision"
    api_server.create_namespace(name)
    imagenet = dataset(
        "imagenet", cacheStates={"cached": "96.20GiB", "cacheCapacity": "300.00GiB", "cachedPercentage": "65.0%"}
    )
    imagenet["spec"]["mounts"][0]["mountPoint"] = "juicefs:///imagenet"
    imagenet["status"] |= {"ufsTotal": "148.00GiB", "fileNum": "1331168"}
    values = [
        imagenet,
        runtime("imagenet", 2, 3),
        claim("imagenet"),
        *(worker(f"imagenet-worker-{n}", "imagenet", ready=n < 2) for n in range(3)),
        load("warm", "imagenet", "Executing", duration="Unfinished"),
        injected("train-0", "imagenet"),
        pod("notebook", "imagenet"),
        event("imagenet.1", imagenet, "ErrorProcessRuntime", "3 workers are wanted, 2 are ready"),
        dataset("laion"),
        runtime("laion", 4, 4),
        claim("laion"),
        dataset("wiki"),
        runtime("wiki", 0, 2),
        claim("wiki"),
        unbound("raw"),
        runtime("raw", 0, 0, replicas=1),
    ]
    create(api_server, name, values)
    yield name
    api_server.admin.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def screen(api_server: ControlPlane, *arguments: str) -> str:
    """What a terminal of 80 columns shows, with ages that do not change from run to run."""
    environment = Environment(
        program="kubectl fluid",
        arguments=["status", *arguments, "--kubeconfig", str(api_server.kubeconfig)],
        variables={"COLUMNS": "80", "LINES": "50", "HOME": "/nonexistent", "TERM": "xterm", "NO_COLOR": "1"},
        stdout=(out := io.BytesIO()),
        stdout_is_terminal=True,
    )
    main(environment)
    lines = [line.rstrip() for line in out.getvalue().decode().splitlines()]
    assert max(map(len, lines)) <= 80
    return "".join(f"{re.sub(r'(?<= )[0-9]+[ms](?= |$)', '5s', line)}\n" for line in lines)


@pytest.mark.parametrize("arguments", [["-n", "vision"], ["dataset/imagenet", "-n", "vision"]], ids=" ".join)
@pytest.mark.usefixtures("vision")
def test_the_readme_shows_what_a_terminal_shows(api_server: ControlPlane, arguments: list[str]) -> None:
    shown = f"$ kubectl fluid status {' '.join(arguments)}\n{screen(api_server, *arguments)}"
    assert shown in README.read_text()

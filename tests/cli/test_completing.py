"""Names that come from a cluster: in time or not at all, and never with a word about what failed."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubectl_fluid.cli import completing, completing_asked
from kubectl_fluid.status import kinds
from tests.catalog.apiserver import ApiServer, Reply, kubeconfig, serving
from tests.cli.running import Ran, run
from tests.support import unavailable

DATASETS = "/apis/data.fluid.io/v1alpha1/namespaces/{}/datasets?limit=500"
PODS = "/api/v1/namespaces/default/pods?limit=500"
NOTHING = Ran(0, ":4\n", "")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests needs more time than a person has."""
    monkeypatch.setattr(completing, "BUDGET", 30)


@pytest.fixture(autouse=True)
def kubectl() -> None:
    if shutil.which("kubectl") is None:
        unavailable("kubectl is not installed")


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as it:
        yield it


def complete(config: str, *words: str, path: str | None = None) -> Ran:
    # kubectl keeps what it was told in its user's folder.
    home = str(Path(config).parent)
    variables = {"HOME": home, "PATH": os.environ["PATH"] if path is None else path, "KUBECONFIG": config}
    return run("__complete", "--", *words, variables=variables)


def listed(*names: object) -> dict[str, object]:
    return {"metadata": {}, "items": [{"metadata": {"name": name}} for name in names]}


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["status", ""], ["imagenet", "laion"]),
        (["status", "im"], ["imagenet"]),
        (["status", "dataset/la"], ["dataset/laion"]),
        (["status", "datasets.data.fluid.io/"], ["datasets.data.fluid.io/imagenet", "datasets.data.fluid.io/laion"]),
        (["status", "laion", ""], ["imagenet"]),
        (["status", "-n", "other", ""], ["elsewhere"]),
        (["status", "-A", ""], []),
        (["status", "pod/"], []),
        (["explain", "pod/t"], ["pod/train-0"]),
        (["explain", "pod", "t"], ["train-0"]),
        (["explain", ""], ["pod/train-0"]),
        (["explain", "nothing/"], []),
    ],
    ids=lambda it: " ".join(it) if it and it[0] in ("status", "explain") else "",
)
def test_names_are_completed(server: ApiServer, tmp_path: Path, words: list[str], found: list[str]) -> None:
    server.hold(DATASETS.format("default"), listed("laion", "imagenet"))
    server.hold(DATASETS.format("other"), listed("elsewhere"))
    server.hold(PODS, listed("train-0"))
    assert complete(kubeconfig(tmp_path, server.url), *words) == Ran(0, "".join(f"{it}\n" for it in [*found, ":4"]), "")


@pytest.mark.usefixtures("patient")
def test_nothing_but_these_lists_is_asked_for(server: ApiServer, tmp_path: Path) -> None:
    complete(kubeconfig(tmp_path, server.url), "status", "")
    asked = [it for it in server.paths if not it.startswith("/version")]  # newer kubectls compare versions first
    assert asked == [DATASETS.format("default")]


@pytest.mark.usefixtures("patient")
def test_what_is_no_name_is_not_handed_to_a_shell(server: ApiServer, tmp_path: Path) -> None:
    server.hold(DATASETS.format("default"), listed("$(id)", "a\nb", "a b", "\x1b[2J", "A", None, 5, "x" * 300, "good"))
    assert complete(kubeconfig(tmp_path, server.url), "status", "").out == "good\n:4\n"


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b'{"items": 5}', b"null"], ids=range(5))
def test_nonsense_is_no_name_and_no_error(server: ApiServer, tmp_path: Path, body: bytes) -> None:
    server.say(DATASETS.format("default"), Reply(body=body))
    assert complete(kubeconfig(tmp_path, server.url), "status", "") == NOTHING


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "text", [None, "", "a: [", "current-context: nowhere"], ids=["none", "empty", "broken", "lost"]
)
def test_a_kubeconfig_that_cannot_be_used_says_nothing(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "config"
    if text is not None:
        path.write_text(text)
    assert complete(str(path), "status", "") == NOTHING


@pytest.mark.usefixtures("patient")
def test_without_kubectl_there_are_no_names(server: ApiServer, tmp_path: Path) -> None:
    server.hold(DATASETS.format("default"), listed("x"))
    assert complete(kubeconfig(tmp_path, server.url), "status", "", path=str(tmp_path)) == NOTHING
    assert server.requests == []


def test_a_server_that_hangs_is_given_up_and_kubectl_with_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        config = kubeconfig(tmp_path, f"http://127.0.0.1:{hanging.getsockname()[1]}")
        begun = time.monotonic()
        assert complete(config, "status", "") == NOTHING
        took = time.monotonic() - begun
    assert took < completing.BUDGET + 1.5  # of a busy machine
    _until_nobody_runs(config)


def test_a_credential_plugin_that_hangs_is_given_up_with_all_that_it_started(tmp_path: Path) -> None:
    script = tmp_path / "plugin"
    script.write_text(f"#!/bin/sh\nsleep 60 & echo $! > {tmp_path}/pid; wait\n")
    script.chmod(0o755)
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(script), "interactiveMode": "Never"}
    config = kubeconfig(tmp_path, "https://127.0.0.1:1", user={"exec": plugin})
    asked = completing_asked.Asked(
        {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KUBECONFIG": config}, {"namespace": "x"}, [kinds.DATASETS]
    )
    assert asked.within(3) == [[]]
    _until(lambda: not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists())


def test_no_time_is_left_for_a_start_that_was_slow(
    server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completing, "BUDGET", 0.0)
    server.hold(DATASETS.format("default"), listed("x"))
    assert complete(kubeconfig(tmp_path, server.url), "status", "") == NOTHING
    assert server.requests == []


def _until_nobody_runs(config: str) -> None:
    """Until no process has that kubeconfig among its variables."""
    wanted = f"KUBECONFIG={config}".encode()

    def running() -> bool:
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if wanted in path.read_bytes().split(b"\0"):
                    return True
            except OSError:
                continue
        return False

    _until(lambda: not running())


def _until(done: object) -> None:
    assert callable(done)
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)

"""`kubectl fluid status` on a real API server that holds datasets in every state."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import Ran, run
from tests.cluster.control_plane import ControlPlane
from tests.cluster.loading_states import create, create_states
from tests.status.objects import dataset, event, injected, load, pod, worker
from tests.status.states import STATES
from tests.support import ROOT, Golden

pytestmark = pytest.mark.cluster

GOLDENS = ROOT / "tests" / "golden" / "status"


@pytest.fixture(scope="module")
def every_state(api_server: ControlPlane) -> Iterator[str]:
    """A namespace with all of them."""
    name = "status-states"
    api_server.create_namespace(name)
    create_states(api_server, name)
    partial = dataset("partial")
    create(
        api_server,
        name,
        [
            *(worker(f"partial-worker-{n}", "partial", ready=n < 2) for n in range(3)),
            load("warm", "partial", "Executing", duration="Unfinished"),
            load("cold", "partial", "Failed", conditions=[_failed("Job has reached the specified backoff limit")]),
            pod("reader", "partial"),
            pod("done", "partial", "Succeeded"),
            injected("sidecar-native", "partial"),
            injected("sidecar-broken", "partial", ready=False),
            injected("sidecar-legacy", "healthy", native=False),
            event("partial.1", partial, "ErrorProcessRuntime", "Failed to sync the ddc due to the worker"),
        ],
    )
    yield name
    api_server.admin.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def _failed(message: str) -> dict[str, str]:
    return {
        "type": "Failed",
        "status": "True",
        "reason": "BackoffLimitExceeded",
        "message": message,
        "lastProbeTime": "2026-01-01T00:00:00Z",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }


def status(api_server: ControlPlane, *arguments: str) -> Ran:
    return run("status", *arguments, "--kubeconfig", api_server.kubeconfig)


def steady(text: str) -> str:
    """Without what differs from run to run: times, ages."""
    text = re.sub(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-01T00:00:00Z", text)
    text = re.sub(r"(?m)\b\d+[smh](?:\d+[smh])?$", "5s", text)
    text = re.sub(r"(?m)^( +)\d+[smh](?:\d+[smh])? (Normal|Warning)", r"\1 5s \2", text)
    return re.sub(r"\b(age|since|node-a) \d+[smh](\d+s)?\b", r"\1 5s", text)


def test_each_state_has_its_verdict(api_server: ControlPlane, every_state: str) -> None:
    done = status(api_server, "-n", every_state, "-o", "json")
    found = {it["metadata"]["name"]: it["health"] for it in json.loads(done.out)["items"]}
    wanted = {name: (it.verdict, it.code) for name, it in STATES.items() if not it.offline}
    assert {name: (it["verdict"], it["code"]) for name, it in found.items()} == wanted
    assert done.err == ""
    assert done.status == 1


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("table.txt", []),
        ("wide.txt", ["-o", "wide"]),
        ("value.json", ["-o", "json"]),
        ("value.yaml", ["-o", "yaml"]),
        ("name.txt", ["-o", "name"]),
        ("jsonpath.txt", ["-o", r'jsonpath={range .items[*]}{.metadata.name}{"\t"}{.health.code}{"\n"}{end}']),
        ("sorted.txt", ["--sort-by", ".health.verdict", "--no-headers"]),
        ("tree.txt", ["dataset/partial"]),
        ("trees.txt", ["dataset/workerless", "dataset/reference-down", "dataset/healthy"]),
        ("tree.json", ["dataset/partial", "-o", "json"]),
    ],
)
def test_every_form_of_output_is_as_it_was(
    api_server: ControlPlane, every_state: str, golden: Golden, name: str, arguments: list[str]
) -> None:
    golden(GOLDENS / name, steady(status(api_server, "-n", every_state, *arguments).out))


def test_all_namespaces_begin_with_the_namespace(api_server: ControlPlane, every_state: str) -> None:
    lines = status(api_server, "-A").out.splitlines()
    assert lines[0].split()[:2] == ["NAMESPACE", "NAME"]
    assert any(line.split()[:3] == [every_state, "healthy", "Healthy"] for line in lines)


def test_no_cell_has_a_space(api_server: ControlPlane, every_state: str) -> None:
    header, *rows = status(api_server, "-n", every_state, "-o", "wide").out.splitlines()
    assert {len(re.split(r"\s+", row)) for row in rows} == {len(header.split())}
    assert header.split()[-1] == "AGE"


def test_a_healthy_dataset_gives_0(api_server: ControlPlane, every_state: str) -> None:
    assert status(api_server, "healthy", "-n", every_state).status == 0


def test_a_name_that_is_not_there_gives_1_and_is_said(api_server: ControlPlane, every_state: str) -> None:
    done = status(api_server, "healthy", "nobody", "-n", every_state)
    assert done.status == 1
    assert f"dataset nobody: there is none in namespace {every_state}" in done.err
    assert "healthy" in done.out


def test_an_empty_namespace_gives_0(api_server: ControlPlane, namespace: str) -> None:
    done = status(api_server, "-n", namespace)
    assert (done.status, done.out) == (0, "")
    assert done.err == f"No resources found in {namespace} namespace.\n"


def test_a_selector_is_left_to_the_server(api_server: ControlPlane, namespace: str) -> None:
    create_states(api_server, namespace, "healthy", "partial")
    value = dataset("partial")
    value["metadata"]["namespace"] = namespace
    api_server.admin.merge(value, {"metadata": {"labels": {"team": "vision"}}})
    done = status(api_server, "-n", namespace, "-l", "team=vision", "-o", "name")
    assert done.out == "dataset.data.fluid.io/partial\n"


def test_a_reference_is_followed_into_a_namespace_that_was_not_asked_for(
    api_server: ControlPlane, namespace: str, every_state: str
) -> None:
    value = dataset("ref", kind="thin")
    value["metadata"]["namespace"] = namespace
    value["spec"]["mounts"] = [{"name": "d", "mountPoint": f"dataset://{every_state}/workerless"}]
    api_server.admin.create(value)
    found = json.loads(status(api_server, "ref", "-n", namespace, "-o", "json").out)
    assert found["health"]["code"] == "ReferencedFailed"
    assert found["runtime"]["workers"]["desired"] == 3


def test_a_context_chooses_the_namespace(api_server: ControlPlane, every_state: str) -> None:
    kubeconfig: Path = api_server.kubeconfig_for("admin", ("system:masters",), namespace=every_state)
    assert run("status", "healthy", "--kubeconfig", kubeconfig).status == 0

"""`kubectl fluid validate --cluster` against a real API server: what is there, what is not, what may not be read."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.running import Ran, run
from tests.cluster.control_plane import ControlPlane
from tests.cluster.test_status_rights import FLUID, core, grant
from tests.validation.examples import DATALOAD, DATASET, NFS, POD, RUNTIME, documents

pytestmark = pytest.mark.cluster

READ_DATASETS = {"apiGroups": ["data.fluid.io"], "resources": ["datasets"], "verbs": ["get"]}
WRONG = RUNTIME.replace("replicas:", "replica:")
WITHOUT_SERVER = "does `kubectl version` reach it? Without --cluster the files are looked at alone"


def load(namespace: str) -> str:
    """A DataLoad of the namespace's own Dataset."""
    return DATALOAD.replace("namespace: default", f"namespace: {namespace}")


def validate(text: str, *arguments: str | Path) -> Ran:
    return run("validate", "-f", "-", "--cluster", *arguments, stdin=text)


def codes(ran: Ran) -> list[str]:
    return [line.split()[2] for line in ran.out.splitlines()]


@pytest.fixture
def place(api_server: ControlPlane, namespace: str) -> str:
    """A namespace with a Dataset and its runtime."""
    for text in (DATASET, RUNTIME):
        value: dict[str, Any] = yaml.safe_load(text)
        value["metadata"]["namespace"] = namespace
        api_server.admin.create(value)
    return namespace


def test_what_is_in_neither_is_an_error(api_server: ControlPlane, namespace: str) -> None:
    ran = validate(documents(load(namespace), POD, RUNTIME), "--kubeconfig", api_server.kubeconfig, "-n", namespace)
    assert (ran.status, ran.err, codes(ran)) == (1, "", ["FL0404", "FL0520", "FL0110"])
    assert f"there is no Dataset {namespace}/demo" in ran.out


def test_what_the_cluster_has_need_not_be_in_the_files(api_server: ControlPlane, place: str) -> None:
    ran = validate(documents(load(place), POD, RUNTIME), "--kubeconfig", api_server.kubeconfig, "-n", place)
    assert ran == Ran(0, "", "")


def test_the_namespace_is_that_of_the_context(api_server: ControlPlane, place: str) -> None:
    path = api_server.kubeconfig_for("admin", ("system:masters",), namespace=place)
    assert validate(POD, "--kubeconfig", path) == Ran(0, "", "")


@pytest.mark.parametrize("output", ["text", "json", "junit", "sarif", "github"])
def test_what_the_files_tell_is_told_to_who_may_not_read_the_cluster(
    api_server: ControlPlane, place: str, output: str
) -> None:
    text = documents(WRONG, load(place), POD)
    ran = validate(text, "--kubeconfig", api_server.kubeconfig, "-n", place, "--as", "outsider", "-o", output)
    assert ran.status == 4
    assert "FL0003" in ran.out
    assert not any(code in ran.out for code in ("FL0404", "FL0520", "FL0110"))
    assert ran.err.splitlines() == [
        f"error: cluster {api_server.url}: this user may not get datasets.data.fluid.io {place}/demo",
        f"hint: `kubectl auth can-i get datasets.data.fluid.io -n {place}` must say yes",
        f"error: cluster {api_server.url}: this user may not get persistentvolumeclaims {place}/demo",
        f"hint: `kubectl auth can-i get persistentvolumeclaims -n {place}` must say yes",
    ]
    if output == "json":
        assert [it["details"]["name"] for it in json.loads(ran.out)["stdin"]] == ["demo", "load", "train"]


def test_few_rights_are_enough_for_what_they_are_enough_for(api_server: ControlPlane, place: str) -> None:
    grant(api_server, place, "validator-few", READ_DATASETS)
    some = ("--kubeconfig", api_server.kubeconfig, "-n", place, "--as", "validator-few")
    assert validate(RUNTIME, *some) == Ran(0, "", "")
    ran = validate(documents(RUNTIME.replace("name: demo", "name: other"), POD), *some)
    assert (ran.status, codes(ran)) == (4, ["FL0110"])
    assert "persistentvolumeclaims" in ran.err


def test_all_rights_in_the_namespace_are_enough_for_its_objects_only(api_server: ControlPlane, place: str) -> None:
    grant(api_server, place, "validator-all", FLUID, core("persistentvolumeclaims"))
    some = ("--kubeconfig", api_server.kubeconfig, "-n", place, "--as", "validator-all")
    assert validate(documents(load(place), POD, RUNTIME), *some) == Ran(0, "", "")
    ran = validate(documents(NFS.replace("192.0.2.1:/share", "dataset://other/data"), POD), *some)
    assert ran.status == 4
    assert f"error: cluster {api_server.url}: this user may not get datasets.data.fluid.io other/data" in ran.err


def test_of_many_answers_that_are_missing_five_are_told(api_server: ControlPlane, place: str) -> None:
    many = documents(*[POD.replace("demo", f"demo-{number}").replace("train", f"t-{number}") for number in range(9)])
    ran = validate(many, "--kubeconfig", api_server.kubeconfig, "-n", place, "--as", "outsider")
    assert (ran.status, ran.err.count("error: "), ran.out) == (4, 5, "")
    assert ran.err.splitlines()[-1] == "and 22 more that the cluster did not tell"  # claim, Dataset and runtime of each


def test_whom_one_may_not_impersonate(api_server: ControlPlane, place: str) -> None:
    path = api_server.kubeconfig_for("validator-nobody")
    ran = validate(POD, "--kubeconfig", path, "-n", place, "--as", "somebody")
    assert ran.status == 4
    assert ran.err.startswith(f"error: cluster {api_server.url}: this user may not ")


def test_files_that_ask_for_nothing_ask_for_no_rights(api_server: ControlPlane) -> None:
    path = api_server.kubeconfig_for("validator-nobody")
    assert validate("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "--kubeconfig", path) == Ran(0, "", "")


@pytest.fixture
def elsewhere(api_server: ControlPlane, tmp_path: Path) -> Iterator[tuple[Path, socket.socket]]:
    """A kubeconfig whose server is a socket that nobody listens on yet."""
    config = yaml.safe_load(Path(api_server.kubeconfig).read_text())
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{mute.getsockname()[1]}"
        path = tmp_path / "kubeconfig"
        path.write_text(yaml.safe_dump(config))
        yield path, mute


def test_a_server_that_is_not_there_ends_the_run(elsewhere: tuple[Path, socket.socket]) -> None:
    ran = validate(WRONG, "--kubeconfig", elsewhere[0])
    assert (ran.status, ran.out) == (4, "")
    assert ran.err.splitlines()[1] == f"hint: {WITHOUT_SERVER}"


def test_where_the_version_is_given_the_files_are_checked_before_a_server_that_is_not_there(
    elsewhere: tuple[Path, socket.socket],
) -> None:
    ran = validate(documents(WRONG, POD), "--kubeconfig", elsewhere[0], "--kubernetes-version", "1.33")
    assert (ran.status, codes(ran)) == (4, ["FL0003"])
    assert (ran.err.count("error: "), ran.err.splitlines()[1]) == (1, f"hint: {WITHOUT_SERVER}")


def test_a_server_that_never_answers_is_given_up(
    elsewhere: tuple[Path, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kubectl_fluid.catalog import live

    monkeypatch.setattr(live.connect, "__kwdefaults__", {**(live.connect.__kwdefaults__ or {}), "timeout": 0.5})
    path, mute = elsewhere
    mute.listen()
    ran = validate(POD, "--kubeconfig", path)
    assert (ran.status, ran.out) == (4, "")
    assert ran.err.splitlines()[0].endswith("no answer within 0.5 s")


def test_a_cluster_without_fluid_is_said_to_be_one(
    api_server: ControlPlane, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kubectl_fluid.catalog import resources

    monkeypatch.setitem(resources.PLURALS, "Dataset", "datasets-of-nobody")
    ran = validate(POD, "--kubeconfig", api_server.kubeconfig, "-n", namespace)
    assert (ran.status, codes(ran)) == (1, ["FL0520"])
    assert ran.err == f"note: Fluid's CRDs are not installed in cluster {api_server.url}\n"

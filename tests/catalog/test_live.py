"""Reading objects from an API server: what is found, what is not, and how often it is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import CLUSTER_SCOPED, WANTED, ObjectStore, first_of
from kubectl_fluid.catalog.resources import PLURALS, path_of, resource_of
from tests.catalog.apiserver import (
    CERTIFICATE,
    CLAIM,
    DATASET,
    VOLUME,
    ApiServer,
    an_object,
    connected,
    kubeconfig,
    not_found,
    serving,
    status,
)


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as it:
        yield it


def test_an_object_comes_back_with_its_unknown_fields(server: ApiServer, tmp_path: Path) -> None:
    dataset = an_object("Dataset", "jfs", spec={"fieldOfTheFuture": [1, {"a": None}]}, alsoNew=1.5)
    server.hold(DATASET, dataset)
    with closing(connected(kubeconfig(tmp_path, server.url))) as live:
        assert live.get("Dataset", "default", "jfs") == dataset


def test_an_object_that_does_not_exist_is_none(server: ApiServer, tmp_path: Path) -> None:
    server.say(DATASET, not_found("datasets", "jfs", "data.fluid.io"))
    with closing(connected(kubeconfig(tmp_path, server.url))) as live:
        assert live.get("Dataset", "default", "jfs") is None
        assert live.advice == ""


def test_each_object_is_asked_for_once_also_when_it_is_missing(server: ApiServer, tmp_path: Path) -> None:
    server.hold(DATASET, an_object("Dataset", "jfs"))
    server.say(CLAIM, not_found("persistentvolumeclaims", "jfs"))
    with closing(connected(kubeconfig(tmp_path, server.url))) as live:
        for _ in range(3):
            live.get("Dataset", "default", "jfs")
            live.get("PersistentVolumeClaim", "default", "jfs")
    assert server.paths == [DATASET, CLAIM]


def test_a_volume_has_no_namespace(server: ApiServer, tmp_path: Path) -> None:
    server.hold(VOLUME, an_object("PersistentVolume", "default-jfs"))
    with closing(connected(kubeconfig(tmp_path, server.url))) as live:
        assert live.get("PersistentVolume", "", "default-jfs") == live.get("PersistentVolume", "any", "default-jfs")
    assert server.paths == [VOLUME]


def test_kinds_of_a_fluid_that_is_not_installed_are_none_and_said(server: ApiServer, tmp_path: Path) -> None:
    with closing(connected(kubeconfig(tmp_path, server.url))) as live:
        assert live.get("Dataset", "default", "jfs") is None
        assert live.get("Dataset", "default", "other") is None
        assert live.advice == f"Fluid's CRDs are not installed in cluster {server.url}"
    assert server.paths == [DATASET]


def test_a_kind_that_an_older_fluid_does_not_have_is_none(server: ApiServer, tmp_path: Path) -> None:
    path = "/apis/data.fluid.io/v1alpha1/namespaces/default/efcruntimes/jfs"
    server.say(path, status(404, "NotFound", {}, "the server could not find the requested resource"))
    with closing(connected(kubeconfig(tmp_path, server.url))) as live:
        assert live.get("EFCRuntime", "default", "jfs") is None
        assert live.without == {"EFCRuntime"}
        assert live.advice == ""


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap", "Pod", ""])
def test_other_kinds_are_never_read(server: ApiServer, tmp_path: Path, kind: str) -> None:
    live = connected(kubeconfig(tmp_path, server.url))
    with pytest.raises(ValueError, match="are not read from a cluster"):
        live.get(kind, "default", "jfs")
    assert server.requests == []


@pytest.mark.parametrize("name", ["", ".", "..", "../../secrets/x", "a/b", "a%2fb", "a?b", "a\n", "A", "ä", "x" * 254])
def test_a_name_that_no_object_can_have_is_none_without_a_question(
    server: ApiServer, tmp_path: Path, name: str
) -> None:
    live = connected(kubeconfig(tmp_path, server.url))
    assert live.get("PersistentVolumeClaim", "default", name) is None
    assert live.get("PersistentVolumeClaim", name, "jfs") is None
    assert server.requests == []


def test_every_wanted_kind_has_a_path() -> None:
    assert set(PLURALS) == set(WANTED)
    paths = {kind: path_of(kind, "ns", "x") for kind in WANTED}
    assert paths["DaemonSet"] == "/apis/apps/v1/namespaces/ns/daemonsets/x"
    assert {kind for kind, path in paths.items() if "/namespaces/" not in str(path)} == CLUSTER_SCOPED


def test_resources_are_called_as_kubectl_takes_them() -> None:
    assert resource_of("PersistentVolumeClaim") == "persistentvolumeclaims"
    assert resource_of("JuiceFSRuntime") == "juicefsruntimes.data.fluid.io"


def test_what_the_input_holds_is_not_asked_for(server: ApiServer, tmp_path: Path) -> None:
    server.hold(VOLUME, an_object("PersistentVolume", "default-jfs"))
    store = ObjectStore()
    store.add(an_object("PersistentVolumeClaim", "jfs"))
    with closing(connected(kubeconfig(tmp_path, server.url))) as live:
        get = first_of(store.get, live.get)
        assert get("PersistentVolumeClaim", "default", "jfs") is not None
        assert get("PersistentVolume", "", "default-jfs") is not None
    assert server.paths == [VOLUME]


def test_claims_are_made_from_a_live_server(server: ApiServer, tmp_path: Path) -> None:
    server.hold(CLAIM, an_object("PersistentVolumeClaim", "jfs"))
    with closing(connected(kubeconfig(tmp_path, server.url))) as live:
        claim = claims_from(live.get)("default", "jfs")
    assert claim is not None
    assert claim.dataset is None


def test_the_token_and_the_name_of_this_program_are_sent(server: ApiServer, tmp_path: Path) -> None:
    server.hold(DATASET, an_object("Dataset", "jfs"))
    with closing(connected(kubeconfig(tmp_path, server.url))) as live:
        live.get("Dataset", "default", "jfs")
    assert server.header("Authorization") == ["Bearer s3cr3t"]
    assert server.header("Accept") == ["application/json"]
    assert server.header("User-Agent")[0].startswith("kubectl-fluid/")


def test_a_token_file_may_end_with_a_line_break(server: ApiServer, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    server.hold(DATASET, an_object("Dataset", "jfs"))
    with closing(connected(kubeconfig(tmp_path, server.url, user={"tokenFile": "token"}))) as live:
        live.get("Dataset", "default", "jfs")
    assert server.header("Authorization") == ["Bearer from-file"]


def test_impersonation_is_sent_group_by_group(server: ApiServer, tmp_path: Path) -> None:
    server.hold(DATASET, an_object("Dataset", "jfs"))
    path = kubeconfig(tmp_path, server.url)
    with closing(connected(path, as_user="jane", as_groups=["devs", "ops"])) as live:
        live.get("Dataset", "default", "jfs")
    assert server.header("Impersonate-User") == ["jane"]
    assert server.header("Impersonate-Group") == ["devs", "ops"]


def test_the_impersonation_of_the_kubeconfig_is_sent(server: ApiServer, tmp_path: Path) -> None:
    server.hold(DATASET, an_object("Dataset", "jfs"))
    user = {"as": "jürgen", "as-groups": ["devs"], "as-uid": "7", "as-user-extra": {"a/b": ["x", "y"]}}
    with closing(connected(kubeconfig(tmp_path, server.url, user=user))) as live:
        live.get("Dataset", "default", "jfs")
    assert [value.encode("latin-1").decode() for value in server.header("Impersonate-User")] == ["jürgen"]
    assert server.header("Impersonate-Group") == ["devs"]
    assert server.header("Impersonate-Uid") == ["7"]
    assert server.header("Impersonate-Extra-a%2Fb") == ["x", "y"]


def test_a_certificate_is_checked_against_the_kubeconfigs_authority(tmp_path: Path) -> None:
    with serving(tls=True) as server:
        server.hold(DATASET, an_object("Dataset", "jfs"))
        path = kubeconfig(tmp_path, server.url, cluster={"certificate-authority": str(CERTIFICATE)})
        with closing(connected(path)) as live:
            assert live.get("Dataset", "default", "jfs") is not None


def test_insecure_skip_tls_verify_is_obeyed_without_a_warning(tmp_path: Path) -> None:
    with serving(tls=True) as server:
        server.hold(DATASET, an_object("Dataset", "jfs"))
        path = kubeconfig(tmp_path, server.url, cluster={"insecure-skip-tls-verify": True})
        with closing(connected(path)) as live:
            assert live.get("Dataset", "default", "jfs") is not None


def test_a_server_on_this_machine_is_asked_past_the_proxy(
    server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.hold(DATASET, an_object("Dataset", "jfs"))
    with closing(connected(kubeconfig(tmp_path, server.url), timeout=2)) as live:
        assert live.get("Dataset", "default", "jfs") is not None


def test_importing_and_using_the_module_without_a_cluster_does_not_import_kubernetes() -> None:
    code = (
        "import sys, kubectl_fluid.catalog.live as live\n"
        "assert not {'kubernetes', 'urllib3', 'yaml'} & set(sys.modules), sorted(sys.modules)\n"
        "print(live.connect.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("connect\n", "")


def test_a_connection_in_a_process_of_its_own_says_nothing_on_stderr(server: ApiServer, tmp_path: Path) -> None:
    server.hold(DATASET, an_object("Dataset", "jfs"))
    code = (
        "import sys, json\nfrom kubectl_fluid.catalog.live import connect\n"
        "print(json.dumps(connect(sys.argv[1], variables={}).get('Dataset', 'default', 'jfs')))"
    )
    command = [sys.executable, "-c", code, kubeconfig(tmp_path, server.url)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == an_object("Dataset", "jfs")
    assert done.stderr == ""

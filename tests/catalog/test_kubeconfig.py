"""Which cluster is asked, and as whom."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from kubectl_fluid.catalog.live import connect
from kubectl_fluid.cluster.errors import ClusterError, NoCluster
from kubectl_fluid.cluster.kubeconfig import choose
from tests.catalog.apiserver import CERTIFICATE, DATASET, an_object, connected, kubeconfig, kubeconfig_value, serving
from tests.catalog.strategies import damaged

SERVER = "https://127.0.0.1:1"


def refusal(*arguments: Any, **options: Any) -> ClusterError:
    with pytest.raises(ClusterError) as caught:
        connect(*arguments, **{"variables": {}, **options})
    assert not isinstance(caught.value, NoCluster)
    assert "s3cr3t" not in str(caught.value) + caught.value.hint
    return caught.value


def write(path: Path, value: Any) -> str:
    path.write_text(value if isinstance(value, str) else yaml.safe_dump(value))
    return str(path)


def test_the_namespace_is_the_contexts(tmp_path: Path) -> None:
    assert connected(kubeconfig(tmp_path, SERVER, context={"namespace": "ml"})).namespace == "ml"


def test_the_namespace_is_default_where_the_context_names_none(tmp_path: Path) -> None:
    assert connected(kubeconfig(tmp_path, SERVER)).namespace == "default"


def test_another_context_is_chosen_by_name(tmp_path: Path) -> None:
    value = kubeconfig_value(SERVER)
    value["contexts"].append({"name": "there", "context": {"cluster": "c", "namespace": "far"}})
    path = write(tmp_path / "config", value)
    assert connected(path, context="there").namespace == "far"
    assert connected(path).namespace == "default"


def test_without_a_kubeconfig_there_is_no_cluster(tmp_path: Path) -> None:
    with pytest.raises(NoCluster, match=r"no current context in .*/\.kube/config$"):
        connect(variables={"HOME": str(tmp_path)}, service_account=str(tmp_path))


def test_the_kubeconfig_of_the_home_folder_is_the_default(tmp_path: Path) -> None:
    (tmp_path / ".kube").mkdir()
    kubeconfig(tmp_path / ".kube", SERVER, context={"namespace": "home"})
    assert connect(variables={"HOME": str(tmp_path), "KUBECONFIG": ""}).namespace == "home"


@pytest.mark.parametrize("value", ["", "{}", "current-context: ''\ncontexts: null\n"])
def test_a_kubeconfig_that_chooses_nothing_is_no_cluster(tmp_path: Path, value: str) -> None:
    path = write(tmp_path / "config", value)
    with pytest.raises(NoCluster):
        connect(variables={"KUBECONFIG": path}, service_account=str(tmp_path))


def test_a_kubeconfig_that_is_asked_for_has_to_choose(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "config", "{}"))
    assert str(error) == f"kubeconfig {tmp_path}/config: it has no current context"


def test_a_kubeconfig_that_is_asked_for_has_to_exist(tmp_path: Path) -> None:
    assert str(refusal(f"{tmp_path}/none")) == f"kubeconfig {tmp_path}/none: there is no such file"


def test_a_context_that_is_asked_for_has_to_exist(tmp_path: Path) -> None:
    assert "there is no context 'x'" in str(refusal(kubeconfig(tmp_path, SERVER), "x"))
    assert "there is no context 'x'" in str(refusal(None, "x", variables={"HOME": str(tmp_path)}))


def test_of_several_files_the_first_that_says_something_wins(tmp_path: Path) -> None:
    first, second = kubeconfig_value(SERVER), kubeconfig_value("https://127.0.0.1:2")
    del first["clusters"], first["users"]
    first["contexts"][0]["context"]["namespace"] = "first"
    second["current-context"] = "other"
    second["contexts"].append({"name": "other", "context": {"cluster": "c"}})
    files = [f"{tmp_path}/none", write(tmp_path / "a", first), write(tmp_path / "b", ""), write(tmp_path / "c", second)]
    variables = {"KUBECONFIG": os.pathsep.join(files)}
    choice = choose(None, None, variables)
    assert choice is not None
    assert (choice.context, choice.namespace, choice.server) == ("here", "first", "https://127.0.0.1:2")
    assert connect(variables=variables).namespace == "first"


def test_relative_paths_start_at_the_kubeconfigs_folder(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(CERTIFICATE.read_bytes())
    with serving(tls=True) as server:
        server.hold(DATASET, an_object("Dataset", "jfs"))
        path = kubeconfig(tmp_path, server.url, cluster={"certificate-authority": "ca.pem"})
        with closing(connected(path)) as live:
            assert live.get("Dataset", "default", "jfs") is not None


@pytest.mark.parametrize("key", ["client-certificate", "client-key", "tokenFile"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, key: str) -> None:
    error = refusal(kubeconfig(tmp_path, SERVER, user={key: "gone"}))
    assert str(error) == f"kubeconfig {tmp_path}/config: its {key} {tmp_path}/gone does not exist"


@pytest.mark.parametrize(
    ("part", "value", "why"),
    [
        pytest.param("contexts", [{"name": "here", "context": {}}], "context here: it names no cluster", id="cluster"),
        pytest.param("clusters", [], "context here: there is no cluster 'c'", id="no cluster"),
        pytest.param("clusters", [{"name": "c", "cluster": {}}], "context here: its cluster names no server", id="url"),
        pytest.param("clusters", [{"name": "c"}], "its cluster 'c' is not a mapping", id="empty cluster"),
        pytest.param(
            "users",
            [{"name": "u", "user": {"tokenFile": ["s3cr3t"]}}],
            "its tokenFile is not the name of a file",
            id="a list for a file",
        ),
        pytest.param("users", [{"name": "v", "token": "s3cr3t"}], "context here: there is no user 'u'", id="no user"),
        pytest.param("users", [{"name": "u", "token": "s3cr3t"}], "its user 'u' is not a mapping", id="flat user"),
        pytest.param(
            "users",
            [{"name": "u", "user": {"client-certificate-data": "s3cr3t", "client-key-data": 3}}],
            "context here: the kubernetes package cannot use it (",
            id="not base64",
        ),
        pytest.param(
            "users",
            [{"user": {"token": "s3cr3t"}}, {"name": "u", "user": {"token": "s3cr3t"}}],
            "context here: the kubernetes package cannot use it (",
            id="a user without a name",
        ),
    ],
)
def test_what_is_wrong_with_a_kubeconfig_is_said_without_its_secrets(
    tmp_path: Path, part: str, value: Any, why: str
) -> None:
    path = write(tmp_path / "config", kubeconfig_value("https://127.0.0.1:1") | {part: value})
    assert why in str(refusal(path))


@pytest.mark.parametrize(
    "url", ["https://[::1", "https://127.0.0.1:port", "https://", "127.0.0.1:6443", "unix:///x", 3]
)
def test_a_server_has_to_be_a_url(tmp_path: Path, url: Any) -> None:
    error = refusal(kubeconfig(tmp_path, url))
    assert str(error) == "context here: its cluster names no server as https://host:port"


def test_a_line_that_is_not_yaml_is_numbered_and_not_quoted(tmp_path: Path) -> None:
    path = write(tmp_path / "config", "a: 1\ntoken: s3cr3t: [\n")
    assert str(refusal(path)) == f"kubeconfig {path}: it is not YAML (line 2)"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[" * 5000, b"- a\n", b"3"])
def test_a_file_that_is_no_kubeconfig_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config").write_bytes(content)
    assert "it is not" in str(refusal(str(tmp_path / "config")))


def test_a_folder_is_no_kubeconfig(tmp_path: Path) -> None:
    assert str(refusal(str(tmp_path))) == f"kubeconfig {tmp_path}: is a directory"


def test_groups_need_a_user(tmp_path: Path) -> None:
    error = refusal(kubeconfig(tmp_path, SERVER), as_groups=["devs"])
    assert str(error) == "impersonation: a group or uid is given but no user"


def test_names_with_line_breaks_never_become_headers(tmp_path: Path) -> None:
    error = refusal(kubeconfig(tmp_path, SERVER), as_user="jane\r\nImpersonate-Group: system:masters")
    assert str(error) == "impersonation: a name has control characters in it"


def plugin(folder: Path, code: str) -> dict[str, Any]:
    script = folder / "plugin.py"
    script.write_text(code)
    command = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.executable, "args": [str(script)]}
    return {"exec": command | {"interactiveMode": "Never"}}


def test_the_token_of_a_credential_plugin_is_sent(tmp_path: Path) -> None:
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": "from-plugin"},
    }
    user = plugin(tmp_path, f"print({json.dumps(credential)!r})")
    with serving() as server:
        server.hold(DATASET, an_object("Dataset", "jfs"))
        with closing(connected(kubeconfig(tmp_path, server.url, user=user))) as live:
            live.get("Dataset", "default", "jfs")
        assert server.header("Authorization") == ["Bearer from-plugin"]


def test_a_credential_plugin_that_fails_is_an_error_and_no_anonymous_question(tmp_path: Path) -> None:
    user = plugin(tmp_path, "import sys\nsys.exit('please\\n  log in')")
    error = refusal(kubeconfig(tmp_path, SERVER, user=user))
    assert str(error).startswith("credential plugin of context here: exec: process returned 1")
    assert "please log in" in str(error)


def test_a_credential_plugin_that_is_missing_is_named_and_nothing_is_logged(tmp_path: Path) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin"}}
    code = (
        "import sys\nfrom kubectl_fluid.catalog.live import connect, ClusterError\n"
        "try:\n    connect(sys.argv[1], variables={})\nexcept ClusterError as error:\n    print(error)"
    )
    command = [sys.executable, "-c", code, kubeconfig(tmp_path, SERVER, user=user)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "no-such-plugin" in done.stdout
    assert done.stderr == ""


def test_in_a_pod_the_service_account_is_used(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("of-the-pod\n")
    (tmp_path / "ca.crt").write_bytes(CERTIFICATE.read_bytes())
    (tmp_path / "namespace").write_text("podns\n")
    with serving(tls=True) as server:
        server.hold(DATASET, an_object("Dataset", "jfs"))
        variables = {
            "HOME": str(tmp_path),
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": server.url.rpartition(":")[2],
        }
        with closing(connect(variables=variables, service_account=str(tmp_path))) as live:
            assert live.namespace == "podns"
            assert live.get("Dataset", "default", "jfs") is not None
        assert server.header("Authorization") == ["bearer of-the-pod"]


def test_a_kubeconfig_comes_before_the_service_account(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    (tmp_path / "ca.crt").write_text("c")
    variables = {
        "KUBECONFIG": kubeconfig(tmp_path, SERVER, context={"namespace": "chosen"}),
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": "1",
    }
    assert connect(variables=variables, service_account=str(tmp_path)).namespace == "chosen"


@settings(max_examples=60)
@given(damaged(kubeconfig_value(SERVER)))
def test_any_kubeconfig_gives_a_connection_or_one_sentence(value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config"
        path.write_text(json.dumps(value))
        said = ""
        try:
            connected(str(path))
        except ClusterError as error:
            said = str(error)
        assert "s3cr3t" not in said
        assert "\n" not in said

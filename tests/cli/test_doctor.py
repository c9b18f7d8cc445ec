"""`kubectl fluid doctor` where there is no cluster, or one that misbehaves."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.main import main
from tests.cli.running import Ran, run
from tests.doctor.schema import check, checks_of, verdicts

Object = dict[str, Any]

#: What a server answers: status and body by path; None: silence.
Answers = Callable[[str], "tuple[int, object] | None"]
ESCAPES = "\x1b[31mred\x1b[0m \x9b2J \u202egnp"


@contextmanager
def serving(answers: Answers) -> Iterator[int]:
    """A server of HTTP with these answers; gives its port."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # an answer in one piece: two of them would wait for each other

        def do_GET(self) -> None:
            found = answers(self.path.partition("?")[0])
            if found is None:
                ended.wait(30)
                return
            status, value = found
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        ended.set()
        server.shutdown()
        server.server_close()


def kubeconfig(folder: Path, port: int) -> Path:
    path = folder / "config.json"
    server = {"name": "c", "cluster": {"server": f"http://user:password@127.0.0.1:{port}"}}
    context = {"name": "here", "context": {"cluster": "c", "namespace": "ml"}}
    path.write_text(json.dumps({"clusters": [server], "contexts": [context], "current-context": "here"}))
    return path


def doctor(*arguments: str | Path) -> Ran:
    return run("doctor", *arguments)


def report(*arguments: str | Path) -> tuple[int, Object]:
    made = run("doctor", "-o", "json", *arguments)
    document = json.loads(made.out)
    check(document)
    assert made.err == ""
    return made.status, document


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_without_a_cluster_this_machine_is_looked_at_all_the_same() -> None:
    status, document = report()
    assert status == 4
    found = verdicts(document)
    assert (found["python"], found["kubeconfig"], found["reachable"]) == ("ok", "failed", "skipped")
    assert found["crds-fields"] == found["permissions"] == "skipped"
    (only,) = checks_of(document, "kubeconfig")
    assert only["message"] == "there is no kubeconfig: no file /nonexistent/.kube/config"
    assert only["hint"] == "name one with --kubeconfig or --context, or set KUBECONFIG"


def test_local_alone_needs_no_cluster_and_does_not_miss_one() -> None:
    status, document = report("local")
    assert status == 0
    assert [it["name"] for it in document["categories"]] == ["local"]
    assert (document["server"], document["context"], document["namespace"]) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "it is not YAML (line 1)"),
        ("[]", "it is not a mapping"),
        ("{}", "it has no current context"),
        ('{"current-context": "x"}', "there is no context 'x'"),
        ("current-context: x\ncontexts: [{name: x, context: {cluster: y}}]", "there is no cluster 'y'"),
        (
            "current-context: x\ncontexts: [{name: x, context: {cluster: y}}]\nclusters: [{name: y, cluster: {}}]",
            "its cluster names no server as https://host:port",
        ),
    ],
)
def test_a_broken_kubeconfig_is_one_check_that_failed(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    status, document = report("--kubeconfig", path)
    (only,) = checks_of(document, "kubeconfig")
    assert (status, only["verdict"]) == (4, "failed")
    assert said in only["message"]
    assert only["hint"]


def test_a_kubeconfig_without_a_context_is_not_said_to_be_absent(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("{}")
    made = run("doctor", "cluster", "-o", "json", variables={"KUBECONFIG": str(path)})
    (only,) = checks_of(json.loads(made.out), "kubeconfig")
    assert only["message"] == f"no current context in {path}"


def test_a_kubeconfig_that_is_not_there_comes_with_a_cure(tmp_path: Path) -> None:
    _, document = report("--kubeconfig", tmp_path / "none")
    assert checks_of(document, "kubeconfig")[0]["hint"].startswith("name another with --kubeconfig")


def test_a_plugin_for_credentials_that_takes_its_time_is_told(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, closed_port())
    value = json.loads(path.read_text())
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sleep", "args": ["1"]}
    value["contexts"][0]["context"]["user"] = "u"
    value["users"] = [{"name": "u", "user": {"exec": {**plugin, "interactiveMode": "Never"}}}]
    path.write_text(json.dumps(value))
    made = doctor("cluster", "--timeout", "0.2", "--kubeconfig", path)
    assert made.err == (
        "note: the kubeconfig's credential plugin (`exec`) has not answered within 0.2 s; still waiting for it\n"
    )
    assert made.status == 4


def test_a_server_on_this_machine_needs_no_tls(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, closed_port())
    assert verdicts(report("cluster", "--kubeconfig", path)[1])["kubeconfig"] == "ok"
    path.write_text(path.read_text().replace("127.0.0.1", "127.0.0.1.invalid"))
    _, document = report("cluster", "--kubeconfig", path, "--timeout", "1")
    (only,) = checks_of(document, "kubeconfig")
    assert (only["verdict"], "without TLS" in only["message"]) == ("warning", True)


def test_an_unknown_context_is_told() -> None:
    status, document = report("--context", "nowhere")
    assert status == 4
    assert "there is no context 'nowhere'" in checks_of(document, "kubeconfig")[0]["message"]


def test_a_server_that_is_down_is_told_with_its_address_and_no_password(tmp_path: Path) -> None:
    port = closed_port()
    status, document = report("--kubeconfig", kubeconfig(tmp_path, port))
    assert status == 4
    (only,) = checks_of(document, "reachable")
    assert only["message"] == f"http://127.0.0.1:{port}: connection refused"
    assert only["hint"] == "does `kubectl version` reach it?"
    assert "password" not in json.dumps(document)
    assert (document["server"], document["context"], document["namespace"]) == (
        f"http://127.0.0.1:{port}",
        "here",
        "ml",
    )
    page = doctor("--kubeconfig", tmp_path / "config.json")
    assert "NOT LOOKED AT\n  - kubernetes, fluid, crds, webhook, policies, permissions: the cluster" in page.out


def test_a_server_that_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    began = time.monotonic()
    with serving(lambda _: None) as port:
        status, document = report("--kubeconfig", kubeconfig(tmp_path, port), "--timeout", "0.3")
    assert time.monotonic() - began < 5
    assert status == 4
    assert checks_of(document, "reachable")[0]["message"].endswith("no answer within 0.3 s")


def test_a_server_that_falls_silent_is_asked_no_more_than_a_few_questions(tmp_path: Path) -> None:
    asked: list[str] = []

    def answers(path: str) -> tuple[int, object] | None:
        asked.append(path)
        return (200, {"gitVersion": "v1.33.2"}) if path == "/version" else None

    began = time.monotonic()
    with serving(answers) as port:
        status, document = report("--kubeconfig", kubeconfig(tmp_path, port), "--timeout", "1.5")
    assert time.monotonic() - began < 8
    assert len(asked) < 30
    assert status == 4
    found = verdicts(document)
    assert (found["reachable"], found["native-sidecars"], found["crds-served"]) == ("ok", "ok", "unknown")
    assert "no answer within 1.5 s" in checks_of(document, "fluid-installed")[0]["message"]
    assert "--objects" not in json.dumps(document)


@pytest.mark.parametrize(
    ("answer", "name", "said"),
    [
        ((200, b"<html>hello</html>"), "reachable", "answers, but not as a Kubernetes API server does"),
        ((401, {}), "credentials", "does not accept the credentials"),
    ],
)
def test_a_server_that_is_of_no_use(tmp_path: Path, answer: tuple[int, object], name: str, said: str) -> None:
    with serving(lambda _: answer) as port:
        status, document = report("--kubeconfig", kubeconfig(tmp_path, port))
    assert status == 4
    assert said in checks_of(document, name)[0]["message"]
    assert verdicts(document)["fluid-installed"] == "skipped"


#: Bodies that no API server gives: each must be read, and nothing of it may reach a terminal as it is.
NONSENSE: list[object] = [
    {},
    [],
    None,
    7,
    ESCAPES,
    {"items": "no"},
    {"items": [ESCAPES, {}]},
    {"items": [{"metadata": 1, "spec": []}]},
]


@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_answers_of_any_shape_are_no_bug(tmp_path: Path, body: object) -> None:
    with serving(lambda path: (200, {"gitVersion": "v1.33.2"} if path == "/version" else body)) as port:
        made = doctor("--kubeconfig", kubeconfig(tmp_path, port))
        status, _ = report("--kubeconfig", tmp_path / "config.json")
    assert made.status == status
    assert made.status in (1, 4)
    assert "\x1b" not in made.out


def hostile(path: str) -> tuple[int, object]:
    """Names, tags, messages and versions with escape codes in them, everywhere."""
    metadata = {"name": ESCAPES, "namespace": ESCAPES, "labels": {"control-plane": "dataset-controller"}}
    pod = {"template": {"spec": {"containers": [{"image": f"a:{ESCAPES}"}]}}}
    service = {"name": ESCAPES, "namespace": ESCAPES}
    entry = {"name": f"{ESCAPES}.inject.kubectl-fluid.io", "failurePolicy": "Ignore"}
    warning = {"fieldRef": ESCAPES, "warning": ESCAPES}
    item = {
        "metadata": {**metadata, "labels": {**metadata["labels"], "app.kubernetes.io/part-of": "kubectl-fluid"}},  # type: ignore[dict-item]
        "spec": {**pod, "policyName": ESCAPES, "paramKind": {"apiVersion": ESCAPES}},
        "status": {
            "nodeInfo": {"kubeletVersion": f"v1.2.{ESCAPES}"},
            "typeChecking": {"expressionWarnings": [warning]},
        },
        "webhooks": [
            {**entry, "clientConfig": {"service": service}},
            {**entry, "clientConfig": {"url": f"https://127.0.0.1:1/{ESCAPES}"}},
            {**entry, "clientConfig": {"url": f"https://{ESCAPES}/"}},
        ],
    }
    schema = {"type": ESCAPES, "properties": {"spec": {"type": "object", "properties": {ESCAPES: {"type": ESCAPES}}}}}
    version = {"name": "v1alpha1", "served": True, "schema": {"openAPIV3Schema": schema}}
    if path == "/version":
        return 200, {"gitVersion": f"v1.33.2{ESCAPES}"}
    if path.startswith("/apis/apiextensions.k8s.io/"):
        return 200, {"metadata": metadata, "spec": {"versions": [version]}}
    if path.endswith("selfsubjectreviews"):
        return 201, {"status": {"userInfo": {"username": ESCAPES, "groups": [ESCAPES]}}}
    return (201, {"status": {"allowed": False}}) if "/authorization" in path else (200, {"items": [item]})


def test_nothing_of_a_hostile_cluster_steers_a_terminal(tmp_path: Path) -> None:
    with serving(hostile) as port:
        made = doctor("--kubeconfig", kubeconfig(tmp_path, port))
        status, document = report("--kubeconfig", tmp_path / "config.json")
        raw = doctor("-o", "json", "--kubeconfig", tmp_path / "config.json").out
    assert made.status == status == 1
    assert "\\x1b[31mred" in made.out
    for text in (made.out, raw):
        assert all(it.isprintable() or it == "\n" for it in text)
    assert any(ESCAPES.split(maxsplit=1)[0] in it["message"] for it in checks_of(document, "fluid-version"))


def test_what_a_cluster_says_stays_short(tmp_path: Path) -> None:
    def answers(path: str) -> tuple[int, object]:
        status, body = hostile(path)
        return status, json.loads(json.dumps(body).replace("gnp", "x" * 100_000))

    with serving(answers) as port:
        assert len(doctor("--kubeconfig", kubeconfig(tmp_path, port)).out) < 60_000


def screen(*arguments: str | Path, terminal: bool = True, encoding: str = "utf-8", **variables: str) -> str:
    environment = Environment(
        program="kubectl fluid",
        arguments=["doctor", *map(str, arguments)],
        variables={"HOME": "/nonexistent", "TERM": "xterm", **variables},
        stdout=(out := io.BytesIO()),
        stdout_is_terminal=terminal,
        encoding=encoding,
    )
    main(environment)
    return out.getvalue().decode()


def test_colours_are_for_a_terminal_that_wants_them() -> None:
    assert "\x1b[31m✗\x1b[0m kubeconfig" in screen()
    assert "\x1b" not in screen(terminal=False)
    assert "\x1b" not in screen(NO_COLOR="1")
    assert "\x1b" in screen(terminal=False, FORCE_COLOR="1")
    assert "\x1b" not in screen("--color", "never")


def test_marks_are_ascii_where_the_terminal_has_no_others() -> None:
    assert "  x kubeconfig: " in screen("--color", "never", encoding="ascii")


def test_no_line_is_wider_than_80_columns() -> None:
    assert max(map(len, screen("--color", "never").splitlines())) <= 80


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("-n", "Bad_Name"),
        ("-n", "a", "-A"),
        ("--timeout", "0"),
        ("--timeout", "soon"),
        ("--timeout", "nan"),
        ("-o", "yaml"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_refused(arguments: tuple[str, ...]) -> None:
    made = doctor(*arguments)
    assert (made.status, made.out) == (2, "")
    assert made.err.startswith("error: kubectl fluid doctor: ")


def test_warnings_count_when_they_are_asked_to() -> None:
    """Without PATH there is no kubectl."""
    assert doctor("local").status == 0
    assert doctor("local", "--strict").status == 1

"""What an API server that cannot or will not answer looks like: one sentence, the server's name, no credentials."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import urllib3

from kubectl_fluid.catalog.live import LiveObjects
from kubectl_fluid.cluster import request
from kubectl_fluid.cluster.errors import ClusterError, Unreachable
from tests.catalog.apiserver import (
    CLAIM,
    DATASET,
    NO_SUCH_PATH,
    VOLUME,
    ApiServer,
    Reply,
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


@pytest.fixture
def live(server: ApiServer, tmp_path: Path) -> Iterator[LiveObjects]:
    with closing(connected(kubeconfig(tmp_path, server.url), timeout=5)) as it:
        yield it


def error_of(live: LiveObjects, kind: str = "Dataset", name: str = "jfs") -> ClusterError:
    with pytest.raises(ClusterError) as caught:
        live.get(kind, "default", name)
    assert "s3cr3t" not in str(caught.value) + caught.value.hint
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_forbidden_object_is_named_with_verb_resource_and_namespace(server: ApiServer, live: LiveObjects) -> None:
    details = {"name": "jfs", "group": "data.fluid.io", "kind": "datasets"}
    server.say(DATASET, status(403, "Forbidden", details, 'User "x" cannot get resource'))
    error = error_of(live)
    assert str(error) == f"cluster {server.url}: this user may not get datasets.data.fluid.io default/jfs"
    assert "kubectl auth can-i get datasets.data.fluid.io -n default" in error.hint


def test_a_forbidden_volume_is_named_without_a_namespace(server: ApiServer, live: LiveObjects) -> None:
    server.say(VOLUME, status(403, "Forbidden", {"name": "default-jfs", "kind": "persistentvolumes"}))
    error = error_of(live, "PersistentVolume", "default-jfs")
    assert str(error) == f"cluster {server.url}: this user may not get persistentvolumes default-jfs"
    assert "can-i get persistentvolumes`" in error.hint


def test_a_forbidden_impersonation_is_told_from_a_forbidden_object(server: ApiServer, live: LiveObjects) -> None:
    server.say(DATASET, status(403, "Forbidden", {"name": "jane", "kind": "users"}))
    assert str(error_of(live)).endswith("this user may not impersonate users jane")


def test_a_forbidden_object_does_not_keep_others_from_being_read(server: ApiServer, live: LiveObjects) -> None:
    server.say(DATASET, status(403, "Forbidden", {"name": "jfs", "kind": "datasets"}))
    server.hold(CLAIM, an_object("PersistentVolumeClaim", "jfs"))
    assert error_of(live) is error_of(live)
    assert live.get("PersistentVolumeClaim", "default", "jfs") is not None
    assert server.paths == [DATASET, CLAIM]


def test_a_403_of_something_else_is_not_taken_for_the_api_servers(server: ApiServer, live: LiveObjects) -> None:
    server.say(DATASET, Reply(403, b"<html>reason: Forbidden</html>"))
    error = error_of(live)
    assert "not from a Kubernetes API server" in str(error)
    assert "proxy" in error.hint


def test_refused_credentials_end_all_questions(server: ApiServer, live: LiveObjects) -> None:
    server.say(DATASET, status(401, "Unauthorized"))
    error = error_of(live)
    assert isinstance(error, Unreachable)
    assert "does not accept the credentials" in str(error)
    assert error_of(live, "PersistentVolumeClaim") is error
    assert server.paths == [DATASET]


def test_a_server_without_core_kinds_is_no_api_server(server: ApiServer, live: LiveObjects) -> None:
    server.say(CLAIM, NO_SUCH_PATH)
    error = error_of(live, "PersistentVolumeClaim")
    assert str(error) == f"cluster {server.url}: it knows no persistentvolumeclaims"


def test_a_404_about_another_object_is_not_taken_for_an_answer(server: ApiServer, live: LiveObjects) -> None:
    server.say(CLAIM, not_found("persistentvolumeclaims", "other"))
    assert "it knows no" in str(error_of(live, "PersistentVolumeClaim"))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html>please log in</html>", id="a page"),
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"kind": "Dataset", "metadata": {"name": "jf', id="half of it"),
        pytest.param(b'{"kind": "Dataset", "metadata": {"name": "other"}}', id="another object"),
        pytest.param(b'{"kind": "Secret", "metadata": {"name": "jfs"}}', id="another kind"),
        pytest.param(b'{"kind": "Dataset", "metadata": {"name": "jfs"}, "x": NaN}', id="a number that is none"),
        pytest.param(b'["Dataset"]', id="a list"),
        pytest.param(b"\xff\xfe\x00", id="bytes"),
        pytest.param(b"[" * 100_000, id="brackets"),
        pytest.param(
            b'{"kind": "Dataset", "metadata": {"name": "jfs"}, "x": ' + b"[" * 200 + b"]" * 200 + b"}", id="depth"
        ),
    ],
)
def test_an_answer_that_is_not_the_object_is_refused(server: ApiServer, live: LiveObjects, body: bytes) -> None:
    server.say(DATASET, Reply(body=body))
    error = error_of(live)
    assert str(error) == f"cluster {server.url}: its answer is not the Dataset jfs that was asked for"


def test_a_huge_answer_is_not_read_to_its_end(server: ApiServer, live: LiveObjects) -> None:
    server.say(DATASET, Reply(body=b" " * (request.MAX_ANSWER + 1)))
    assert str(error_of(live)) == f"cluster {server.url}: its answer is larger than 8 MiB"


def test_a_redirect_is_not_followed(server: ApiServer, live: LiveObjects) -> None:
    server.say(DATASET, Reply(302, headers={"Location": f"{server.url}{CLAIM}"}))
    assert "HTTP 302" in str(error_of(live))
    assert server.paths == [DATASET]


def test_a_servers_own_words_are_passed_on_in_one_line(server: ApiServer, live: LiveObjects) -> None:
    server.say(DATASET, status(500, "InternalError", message="etcdserver:\n  request timed out " + "x" * 1000))
    error = str(error_of(live))
    assert "HTTP 500 instead of datasets.data.fluid.io jfs: etcdserver: request timed out" in error
    assert len(error) < 500


def test_a_busy_server_is_asked_again(server: ApiServer, live: LiveObjects) -> None:
    busy = Reply(429, b"", {"Retry-After": "0"})
    server.say(DATASET, busy, busy, Reply(body=b'{"kind": "Dataset", "metadata": {"name": "jfs"}}'))
    assert live.get("Dataset", "default", "jfs") is not None
    assert server.paths == [DATASET] * 3


def test_a_server_that_stays_busy_is_given_up(server: ApiServer, live: LiveObjects) -> None:
    server.say(DATASET, Reply(503, b"", {"Retry-After": "0"}))
    assert "HTTP 503" in str(error_of(live))
    assert server.paths == [DATASET] * request.ATTEMPTS


def test_a_busy_server_cannot_make_us_wait_for_long() -> None:
    assert request.MAX_WAIT * request.ATTEMPTS < 30


def test_a_connection_that_breaks_is_made_anew_once(server: ApiServer, live: LiveObjects) -> None:
    server.say(DATASET, Reply(hang_up=True), Reply(body=b'{"kind": "Dataset", "metadata": {"name": "jfs"}}'))
    assert live.get("Dataset", "default", "jfs") is not None


def test_a_server_that_always_hangs_up_is_unreachable(server: ApiServer, live: LiveObjects) -> None:
    server.say(DATASET, Reply(hang_up=True))
    assert isinstance(error_of(live), Unreachable)
    assert server.paths == [DATASET] * 2


def test_a_slow_server_is_given_up_after_the_timeout(server: ApiServer, tmp_path: Path) -> None:
    done = threading.Event()
    server.say(DATASET, Reply(before=lambda: done.wait(8)))
    begun = time.monotonic()
    with closing(connected(kubeconfig(tmp_path, server.url), timeout=0.2)) as live:
        error = error_of(live)
    done.set()
    assert str(error) == f"cluster {server.url}: no answer within 0.2 s"
    assert time.monotonic() - begun < 5


@pytest.mark.skipif(not hasattr(urllib3.HTTPResponse, "read1"), reason="urllib3 1 waits for a whole part of a body")
def test_a_server_that_drips_is_given_up_after_the_timeout(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, closing(connection):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
                for _ in range(80):
                    time.sleep(0.05)
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        begun = time.monotonic()
        with closing(
            connected(kubeconfig(tmp_path, f"http://127.0.0.1:{listener.getsockname()[1]}"), timeout=0.3)
        ) as live:
            assert "no answer within 0.3 s" in str(error_of(live))
        assert time.monotonic() - begun < 3
        thread.join()


def test_a_closed_port_is_named_and_asked_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    live = connected(kubeconfig(tmp_path, url))
    error = error_of(live)
    assert str(error) == f"cluster {url}: connection refused"
    assert "--objects" in error.hint
    assert error_of(live, "PersistentVolumeClaim") is error


def test_a_proxy_that_is_down_is_told_from_a_server_that_is(server: ApiServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with closing(connected(kubeconfig(tmp_path, server.url, cluster={"proxy-url": proxy}))) as live:
        assert str(error_of(live)) == f"cluster {server.url}: its proxy: connection refused"


def test_a_proxy_that_is_no_url_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="its connection cannot be set up"):
        connected(kubeconfig(tmp_path, "https://127.0.0.1:1", cluster={"proxy-url": "ftp://x"}))


def test_a_name_that_does_not_resolve_is_said(tmp_path: Path) -> None:
    live = connected(kubeconfig(tmp_path, "https://no-such-host.invalid:6443"), timeout=5)
    assert str(error_of(live)) == "cluster https://no-such-host.invalid:6443: its name cannot be resolved"


def test_a_certificate_of_nobody_is_not_trusted(tmp_path: Path) -> None:
    with serving(tls=True) as server, closing(connected(kubeconfig(tmp_path, server.url))) as live:
        assert str(error_of(live)).startswith(f"cluster {server.url}: its certificate is not trusted: self")
        assert server.requests == []


def test_a_server_without_tls_is_told_from_one_that_is_down(server: ApiServer, tmp_path: Path) -> None:
    url = server.url.replace("http://", "https://")
    with closing(connected(kubeconfig(tmp_path, url), timeout=2)) as live:
        assert str(error_of(live)).startswith(f"cluster {url}: no TLS with it: ")


def test_a_password_in_the_servers_url_is_not_shown(server: ApiServer, tmp_path: Path) -> None:
    url = server.url.replace("http://", "http://jane:s3cr3t@")
    server.say(DATASET, Reply(body=b"?"))
    with closing(connected(kubeconfig(tmp_path, url))) as live:
        assert str(error_of(live)).startswith(f"cluster {server.url}: ")


def test_nothing_but_the_error_reaches_stderr(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom kubectl_fluid.catalog.live import connect, ClusterError\n"
        "try:\n    connect(sys.argv[1], variables={}, timeout=2).get('Dataset', 'default', 'jfs')\n"
        "except ClusterError as error:\n    print(error)"
    )
    with serving(tls=True) as server:
        path = kubeconfig(tmp_path, server.url)
        done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert "certificate is not trusted" in done.stdout
    assert done.stderr == ""

"""One question to an API server: bounded in time and size, with every failure as one sentence."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from kubectl_fluid.cluster.errors import ClusterError, Unreachable

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

#: Bytes of one answer. The largest object that etcd keeps by default has 1.5 MiB.
MAX_ANSWER = 8 * 1024 * 1024
#: How often one question is asked where the server is busy, and the longest wait in between, in seconds.
ATTEMPTS, MAX_WAIT = 3, 5.0
_BUSY = (429, 503)
_OK = 200
_PART = 65536
_HINT = "does `kubectl version` reach it? `--local` with `--objects FILE` does without a cluster"


class AnswerTooLarge(ClusterError):
    """More bytes than MAX_ANSWER."""


class Silent(Unreachable):
    """A stream that stood and has said nothing for as long as is borne; whether anybody is there is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """HTTP status and body; `wait` is Retry-After in seconds where a busy server named one.

    `date` is the header in which the server says what time it is.
    """

    status: int
    body: bytes
    wait: float | None = None
    date: str = ""


class _Question(NamedTuple):
    path: str
    method: str = "GET"
    body: bytes | None = None
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Api:
    """A server, and how to ask it: `headers` is called for each request, since credentials expire.

    `timeout` (seconds) is for connecting, for each silence of the server, and for the answer as a whole.
    """

    server: str
    pool: PoolManager
    headers: Callable[[], Iterable[tuple[str, str]]]
    timeout: float

    @property
    def shown(self) -> str:
        """The server as errors name it: without a user's name and password in its URL."""
        return f"cluster {shown(self.server)}"

    def read(self, path: str) -> Answer:
        """GET of a path. A busy server is asked again; ClusterError when there is no answer."""
        return self._persist(_Question(path))

    def write(self, method: str, path: str, body: bytes, content_type: str) -> Answer:
        """As `read`, for a request that changes something: one that may be sent twice without harm, as it may be."""
        return self._persist(_Question(path, method, body, content_type))

    def _persist(self, question: _Question) -> Answer:
        for _ in range(ATTEMPTS - 1):
            answer = self._try(question, again=True)
            if answer.wait is None:
                return answer
            time.sleep(answer.wait)
        return self._try(question, again=True)

    def _try(self, question: _Question, *, again: bool) -> Answer:
        import urllib3

        try:
            return self._ask(question)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            if not again or not isinstance(error, urllib3.exceptions.ProtocolError):
                raise Unreachable(self.shown, reason(error, self.timeout), _HINT) from None
        return self._try(question, again=False)  # it was a kept connection, maybe, that the server had just closed

    def stream(self, path: str, silence: float) -> Iterator[Answer | bytes]:
        """GET of a path whose answer does not end soon: the answer without its body, then one line after the other.

        An answer other than 200 comes with its body, and alone. `silence` (seconds) of the server is the longest that
        is borne: Silent is raised then. Raises ClusterError; the end of the lines may be that of the connection.
        """
        import urllib3

        stands = False
        try:
            response = self._send(_Question(path), silence)
            try:
                if response.status != _OK:
                    yield Answer(response.status, self._body(response, time.monotonic() + silence), _wait(response))
                    return
                stands = True
                yield Answer(_OK, b"")
                yield from self._lines(response)
            finally:
                response.close()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            mute = stands and any(map(_is_timeout, _chain(error)))
            raise (Silent if mute else Unreachable)(self.shown, reason(error, silence), _HINT) from None

    def _lines(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        rest = b""
        for part in _parts(response):
            *lines, rest = (rest + part).split(b"\n")
            yield from (line for line in lines if line)
            if len(rest) > MAX_ANSWER:
                raise AnswerTooLarge(self.shown, f"a line of its answer is larger than {MAX_ANSWER // 1024**2} MiB")
        if rest:
            yield rest

    def _ask(self, question: _Question) -> Answer:
        deadline = time.monotonic() + self.timeout
        response = self._send(question, self.timeout)
        try:
            body = self._body(response, deadline)
        except BaseException:
            response.close()
            raise
        response.release_conn()
        return Answer(response.status, body, _wait(response), response.headers.get("Date", ""))

    def _send(self, question: _Question, silence: float) -> BaseHTTPResponse:
        import urllib3
        from urllib3._collections import HTTPHeaderDict  # where urllib3 1 and 2 both have it; Go reads no joined groups

        headers = HTTPHeaderDict()
        for name, value in self.headers():
            headers.add(name, value)
        if question.content_type:
            headers.add("Content-Type", question.content_type)
        _allow_insecure()
        return self.pool.urlopen(  # not `request`, which joins the groups of an impersonated user in urllib3 1
            question.method,
            self.server + question.path,
            body=question.body,
            headers=headers,
            timeout=urllib3.Timeout(connect=self.timeout, read=silence),
            retries=False,
            redirect=False,  # an API server does not send its clients elsewhere, and credentials go with them
            preload_content=False,
            decode_content=False,
        )

    def _body(self, response: BaseHTTPResponse, deadline: float) -> bytes:
        parts, size = [], 0
        for part in _parts(response):
            parts.append(part)
            size += len(part)
            if size > MAX_ANSWER:
                raise AnswerTooLarge(self.shown, f"its answer is larger than {MAX_ANSWER // 1024**2} MiB")
            if time.monotonic() > deadline:
                raise TimeoutError
        return b"".join(parts)


def _parts(response: BaseHTTPResponse) -> Iterator[bytes]:
    """What has come so far, again and again. urllib3 before 2.3 waits for a whole part where the server sends none."""
    read = getattr(response, "read1", None)
    if read is None:
        yield from response.stream(_PART)
        return
    while part := read(_PART):
        yield part


def _allow_insecure() -> None:
    """No warning of urllib3's: insecure-skip-tls-verify is what the kubeconfig asks for.

    The filter stays, since `warnings.catch_warnings` in one thread takes back what another one has set.
    """
    import warnings

    import urllib3

    if not any(it[0] == "ignore" and it[2] is urllib3.exceptions.InsecureRequestWarning for it in warnings.filters):
        warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)


def _wait(response: BaseHTTPResponse) -> float | None:
    after = response.headers.get("Retry-After", "")
    if response.status not in _BUSY or not after.isdecimal():
        return None
    return min(float(after), MAX_WAIT)


def shown(server: str) -> str:
    """Scheme, host, port and path of a URL."""
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


def reason(error: BaseException, timeout: float) -> str:
    """Why there is no answer, from the types of an exception and its causes."""
    import urllib3

    chain = list(_chain(error))
    said = next((why for it in chain if (why := _reason_of(it, timeout))), "")
    whose = "its proxy: " if any(isinstance(it, urllib3.exceptions.ProxyError) for it in chain) else ""
    return whose + (said or f"the connection failed ({type(error).__name__})")


def _reason_of(it: BaseException, timeout: float) -> str:
    import http.client

    if isinstance(it, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {it.verify_message}"
    if isinstance(it, ssl.SSLError):
        return f"no TLS with it: {it.reason or type(it).__name__}"
    if isinstance(it, socket.gaierror):
        return "its name cannot be resolved"
    if _is_timeout(it):
        return f"no answer within {timeout:g} s"
    if isinstance(it, http.client.IncompleteRead):  # urllib3's own are kinds of it
        return "its answer was cut off"
    if isinstance(it, http.client.BadStatusLine) and not isinstance(it, http.client.RemoteDisconnected):
        return "it does not speak HTTP"
    if isinstance(it, OSError) and it.strerror:
        return it.strerror[:1].lower() + it.strerror[1:]
    return ""


def _is_timeout(it: BaseException) -> bool:
    import urllib3

    return isinstance(it, (TimeoutError, urllib3.exceptions.TimeoutError))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The causes first: urllib3 wraps them, in its own order in each version."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        current = current.__cause__ or current.__context__
    yield from reversed(found)

"""A load test of a webhook: reviews one after the other on several connections, for a while, and what came of them.

Each connection waits for its answer before it asks again, as wrk does: the rate is what the server takes, not one that
is forced on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import re
import socket
import ssl
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from kubectl_fluid.webhook.benchbodies import Template
from kubectl_fluid.webhook.benchhttp import Answer, Connection, Failed, Target

#: What bounds a load in any case: connections, seconds, reviews.
MAX_CONNECTIONS, MAX_SECONDS, MAX_REVIEWS = 1024, 600, 10_000_000
#: Seconds for a handshake and for an answer; an API server waits for as long, unless it is told otherwise.
PATIENCE = 10.0
#: Seconds until a connection that broke is opened anew.
_PAUSE = 0.05
_OK = 200
#: Answers of other servers may say anything: so many different things are counted one by one.
_MAX_KINDS = 50
_MAX_MESSAGE = 500
_REASON = re.compile(r"[A-Za-z]{1,40}")


class Latencies:
    """Times of answers, each kept to three digits: a long load takes no more memory than a short one."""

    def __init__(self) -> None:
        self.max = 0.0
        self._counts: Counter[float] = Counter()

    def add(self, milliseconds: float) -> None:
        """Count one."""
        self._counts[float(f"{milliseconds:.3g}")] += 1
        self.max = max(self.max, milliseconds)

    def percentile(self, percent: float) -> float:
        """Milliseconds within which so many in a hundred were answered; 0 where none was."""
        wanted = self._counts.total() * percent / 100
        seen = 0
        for value in sorted(self._counts):
            seen += self._counts[value]
            if seen >= wanted:
                return value
        return 0.0


@dataclass(slots=True)
class Outcomes:
    """What was answered. `refused` and `errors` are by what was said; `message` is that of the first refusal."""

    patched: int = 0
    unchanged: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    message: str = ""

    @property
    def reviews(self) -> int:
        """Reviews that were answered."""
        return self.patched + self.unchanged + self.refused.total()

    def count(self, answer: Answer, uid: bytes) -> bool:
        """Count an answer; whether it is one to this review."""
        if answer.status != _OK:
            return self.fail(f"HTTP {answer.status}")
        body = answer.body
        if b'"allowed":true' in body and b'"uid":"%b"' % uid in body:  # as we write it; reading JSON costs more
            self._allow(patched=b'"patch":"' in body)
            return True
        response = _response(body)
        if response is None:
            return self.fail("no AdmissionReview")
        if response.get("uid") != uid.decode():
            return self.fail("answer to another review")
        if response.get("allowed") is True:
            self._allow(patched=bool(response.get("patch")))
        else:
            self._refuse(response)
        return True

    def fail(self, why: str) -> bool:
        """Count a review that was not answered."""
        _count(self.errors, why)
        return False

    def _allow(self, *, patched: bool) -> None:
        if patched:
            self.patched += 1
        else:
            self.unchanged += 1

    def _refuse(self, response: dict[str, Any]) -> None:
        status, audit = response.get("status"), response.get("auditAnnotations")
        status = status if isinstance(status, dict) else {}
        code, reason = status.get("code"), audit.get("reason") if isinstance(audit, dict) else None
        words = [str(code) if type(code) is int and 0 <= code < 1000 else "no code"]  # noqa: PLR2004 - three digits
        if isinstance(reason, str) and _REASON.fullmatch(reason):
            words.append(reason)
        _count(self.refused, " ".join(words))
        self.message = self.message or str(status.get("message") or "")[:_MAX_MESSAGE]


def _count(counter: Counter[str], key: str) -> None:
    counter[key if key in counter or len(counter) < _MAX_KINDS else "others"] += 1


def _response(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    response = value.get("response") if isinstance(value, dict) else None
    return response if isinstance(response, dict) else None


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent: until `seconds` are over, or `reviews` were asked (0: only time counts)."""

    template: Template
    connections: int
    seconds: float
    reviews: int = 0


@dataclass(slots=True)
class Measured:
    """What came of a load. `seconds` it took; `busy` is the share of them that this client itself used a core for."""

    outcomes: Outcomes
    latencies: Latencies
    seconds: float = 0.0
    busy: float = 0.0

    @property
    def rate(self) -> float:
        """Reviews answered a second."""
        return self.outcomes.reviews / self.seconds if self.seconds else 0.0


async def measure(to: Target, tls: ssl.SSLContext, load: Load, patience: float = PATIENCE) -> Measured:
    """Send a load. All connections are there before time counts; what is under way at the end is waited for.

    Raises OSError or asyncio.TimeoutError where no connection can be had at the beginning. Later, a connection that
    breaks is counted as an error and opened anew.
    """
    opening = [Connection.open(to, tls, patience) for _ in range(load.connections)]
    found = await asyncio.gather(*opening, return_exceptions=True)
    opened = [it for it in found if isinstance(it, Connection)]
    try:
        for it in found:
            if isinstance(it, BaseException):
                raise it
        return await _Run(to, tls, load, patience).run(opened)
    finally:
        for it in opened:
            it.close()


class _Run:
    """One load under way."""

    def __init__(self, to: Target, tls: ssl.SSLContext, load: Load, patience: float) -> None:
        self._to, self._tls, self._load, self._patience = to, tls, load, patience
        self._limit = min(load.reviews or MAX_REVIEWS, MAX_REVIEWS)
        self._head = to.head + b"%d\r\n\r\n" % load.template.size
        self._asked = 0
        self._end = 0.0
        self._measured = Measured(Outcomes(), Latencies())

    async def run(self, opened: list[Connection]) -> Measured:
        began, spent = time.perf_counter(), time.process_time()
        self._end = began + min(self._load.seconds, MAX_SECONDS)
        await asyncio.gather(*map(self._work, opened))
        measured = self._measured
        measured.seconds = time.perf_counter() - began
        measured.busy = (time.process_time() - spent) / measured.seconds
        return measured

    async def _work(self, connection: Connection | None) -> None:
        """One connection, or several in a row where the server closes them."""
        outcomes = self._measured.outcomes
        try:
            while self._asked < self._limit and time.perf_counter() < self._end:
                self._asked += 1
                try:
                    if connection is None:
                        connection = await Connection.open(self._to, self._tls, self._patience)
                    if not await self._ask(connection, self._asked):
                        connection.close()
                        connection = None
                except Failed as error:
                    outcomes.fail(str(error))
                    await self._lost(connection)
                    connection = None
                except (OSError, asyncio.TimeoutError):
                    outcomes.fail("no connection")
                    await self._lost(connection)
                    connection = None
        finally:
            if connection is not None:
                connection.close()

    async def _ask(self, connection: Connection, number: int) -> bool:
        """One review; whether the connection can be used again."""
        uid, body = self._load.template.variant(number)
        began = time.perf_counter()
        answer = await connection.ask(self._head + body)
        took = (time.perf_counter() - began) * 1000
        if self._measured.outcomes.count(answer, uid):
            self._measured.latencies.add(took)
        return answer.stays

    @staticmethod
    async def _lost(connection: Connection | None) -> None:
        if connection is not None:
            connection.close()
        await asyncio.sleep(_PAUSE)


async def resolve(to: Target) -> list[Target]:
    """The target with each address that its host stands for. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    return [to._replace(address=address) for address in dict.fromkeys(str(entry[4][0]) for entry in found)]


def is_local(targets: list[Target]) -> bool:
    """Whether all of these are loopback addresses."""
    return all(_is_loopback(it.address) for it in targets)


async def reached(targets: list[Target], patience: float = PATIENCE) -> Target:
    """The first of these at which somebody listens. Raises OSError, or asyncio.TimeoutError, for the last one."""
    *others, last = targets
    for to in others:
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            return await _knock(to, patience)
    return await _knock(last, patience)


async def _knock(to: Target, patience: float) -> Target:
    _, writer = await asyncio.wait_for(asyncio.open_connection(to.address, to.port), patience)
    writer.close()
    return to


def _is_loopback(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback


def trust(ca: bytes | None, *, insecure: bool) -> ssl.SSLContext:
    """TLS as API servers speak it. `ca` (PEM, checked) None trusts what the system trusts."""
    context = ssl.create_default_context(cadata=None if ca is None else ca.decode("ascii"))
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context

"""Questions to an API server that do not stop the server meanwhile: an object, a list, a watch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from kubectl_fluid.catalog.answers import UnknownResource, object_in
from kubectl_fluid.catalog.resources import path_of
from kubectl_fluid.cluster.errors import ClusterError, Unreachable
from kubectl_fluid.cluster.request import Answer, shown
from kubectl_fluid.webhook.access import Access

Object = dict[str, Any]

#: Bytes of one answer: a page of a list at most.
MAX_ANSWER = 64 * 1024 * 1024
#: Bytes of one event; etcd keeps no object of more than 1.5 MiB by default.
MAX_EVENT = 8 * 1024 * 1024
#: Seconds.
CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 30.0
OK, MISDIRECTED = 200, 300


class Api:
    """One API server. To be made where an event loop runs, and to be closed."""

    def __init__(self, access: Access) -> None:
        self.shown = f"cluster {shown(access.server)}"
        self._access = access
        connector = aiohttp.TCPConnector(limit=0, ssl=access.tls or True)
        self._session = aiohttp.ClientSession(connector=connector, trust_env=False, cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """GET of a path. Raises Unreachable."""
        async with _Told(self.shown), self._request(path, query or {}, READ_TIMEOUT, READ_TIMEOUT) as response:
            parts, size = [], 0
            async for part in response.content.iter_any():
                parts.append(part)
                size += len(part)
                if size > MAX_ANSWER:
                    raise ClusterError(self.shown, f"its answer is larger than {MAX_ANSWER // 1024**2} MiB")
            return Answer(response.status, b"".join(parts))

    async def read(self, kind: str, namespace: str, name: str) -> Object | None:
        """One object, None when it does not exist. Raises ClusterError."""
        path = path_of(kind, namespace, name)
        if path is None:
            return None
        try:
            return object_in(await self.get(path), self.shown, kind, namespace, name)
        except UnknownResource:
            return None

    async def lines(self, path: str, query: Mapping[str, str], silence: float) -> AsyncIterator[bytes]:
        """The lines of a watch, as they come; first an empty one, when it has begun.

        Raises Unreachable, also after `silence` seconds without any byte, and Refused for an answer that is no watch.
        """
        async with _Told(self.shown), self._request(path, query, None, silence) as response:
            if response.status != OK:
                raise Refused(response.status, self.shown)
            yield b""
            rest = b""
            async for part in response.content.iter_any():
                *lines, rest = (rest + part).split(b"\n")
                for line in lines:
                    if line:
                        yield line
                if len(rest) > MAX_EVENT:
                    raise ClusterError(self.shown, f"an event is larger than {MAX_EVENT // 1024**2} MiB")

    def _request(self, path: str, query: Mapping[str, str], total: float | None, silence: float) -> Any:
        access = self._access
        return self._session.get(
            access.server + path,
            params=query,
            headers=access.headers(),
            timeout=aiohttp.ClientTimeout(total=total, sock_connect=CONNECT_TIMEOUT, sock_read=silence),
            allow_redirects=False,  # an API server does not send its clients elsewhere, and credentials go with them
            server_hostname=access.server_name,
            proxy=access.proxy,
        )


class Refused(ClusterError):
    """The API server answered with another status than 200."""

    def __init__(self, status: int, server: str) -> None:
        super().__init__(server, f"HTTP {status}")
        self.status = status


class _Told:
    """Makes Unreachable of whatever a connection can fail with."""

    def __init__(self, server: str) -> None:
        self._server = server

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (aiohttp.ClientError, asyncio.TimeoutError, OSError)):
            raise Unreachable(self._server, _reason(error)) from None


def _reason(error: BaseException) -> str:
    if isinstance(error, asyncio.TimeoutError):
        return "no answer in time"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not trusted"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return f"the connection failed ({type(error).__name__})"

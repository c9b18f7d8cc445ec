"""Which API server is watched, and how it knows us: a kubeconfig's context, or the service account of this Pod.

A Pod's service account is read here rather than by the `kubernetes` package, whose import takes a quarter of a second
and 20 MB; a server in a cluster never needs it.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubectl_fluid import __version__
from kubectl_fluid.cluster.errors import ClusterError, NoCluster, Unreachable
from kubectl_fluid.cluster.kubeconfig import choose, locations

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
#: Seconds; the kubelet renews a token long before it ends, and client-go reads it once a minute.
TOKEN_AGE = 60.0
_HEADERS = {"Accept": "application/json", "User-Agent": f"kubectl-fluid/{__version__}"}


@dataclass(frozen=True, slots=True)
class Access:
    """`headers` is called for each request, since credentials expire. `tls` is None for plain HTTP."""

    server: str
    headers: Callable[[], Mapping[str, str]]
    tls: ssl.SSLContext | None = None
    server_name: str | None = None
    proxy: str | None = None


def access(
    kubeconfig: str | None,
    context: str | None,
    variables: Mapping[str, str],
    *,
    service_account: Path = SERVICE_ACCOUNT,
) -> Access:
    """Access as kubectl would have it, or that of this Pod. Raises ClusterError."""
    chosen = choose(kubeconfig, context, variables)
    if chosen is not None:
        from kubectl_fluid.cluster.connect import configuration_of

        return _of_configuration(configuration_of(chosen), chosen.context)
    host, port = variables.get("KUBERNETES_SERVICE_HOST"), variables.get("KUBERNETES_SERVICE_PORT", "443")
    if host and service_account.joinpath("token").exists():
        return _in_cluster(host, port, service_account)
    hint = "name one with --kubeconfig or --context, or give the objects themselves with --local --objects"
    raise NoCluster("cluster", f"no current context in {' or '.join(locations(None, variables))}", hint)


def _in_cluster(host: str, port: str, folder: Path) -> Access:
    try:
        tls = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    except (OSError, ssl.SSLError) as error:
        raise ClusterError(f"service account {folder}", f"its ca.crt cannot be used: {error.strerror}") from None
    server = f"https://{f'[{host}]' if ':' in host else host}:{port}"
    return Access(server, _Token(folder / "token", server).headers, tls)


class _Token:
    """The service account's token, read again when it is a minute old."""

    def __init__(self, path: Path, server: str) -> None:
        self._path, self._server = path, server
        self._token, self._read = "", -TOKEN_AGE

    def headers(self) -> Mapping[str, str]:
        now = time.monotonic()
        if now - self._read >= TOKEN_AGE:
            try:
                self._token = self._path.read_text(encoding="ascii").strip()
            except (OSError, ValueError):
                if not self._token:
                    raise Unreachable(f"cluster {self._server}", f"{self._path} cannot be read") from None
            self._read = now
        return {**_HEADERS, "Authorization": f"Bearer {self._token}"}


def _of_configuration(configuration: Any, context: str) -> Access:
    """From the `kubernetes` package's configuration; its own clients make typed objects, which lose fields."""
    tls = None
    if configuration.host.startswith("https:"):
        try:
            tls = ssl.create_default_context(cafile=configuration.ssl_ca_cert or None)
            if not configuration.verify_ssl:
                tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
            if configuration.cert_file:
                tls.load_cert_chain(configuration.cert_file, configuration.key_file or None)
        except (OSError, ssl.SSLError) as error:
            raise ClusterError(f"context {context}", f"its certificates cannot be used: {error.strerror}") from None

    def headers() -> Mapping[str, str]:
        try:
            settings = configuration.auth_settings().values()
        except Exception as error:  # noqa: BLE001 - whatever a credential plugin makes of it
            raise Unreachable(f"context {context}", f"no credentials ({type(error).__name__})") from None
        found = {it["key"]: it["value"].strip() for it in settings if it["in"] == "header" and it["value"]}
        return {**_HEADERS, **found}

    server_name = getattr(configuration, "tls_server_name", None)
    return Access(configuration.host, headers, tls, server_name, configuration.proxy)

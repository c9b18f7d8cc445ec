"""A connection to the API server of a kubeconfig, or to that of the cluster in which this process runs.

`kubernetes` (0.3 s to import) is imported when a connection is made. It is used for what differs from one cluster to
the next: kubeconfigs, credentials, exec plugins, proxies, TLS. Its typed objects are not: they drop unknown fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from kubectl_fluid import __version__
from kubectl_fluid.cluster.errors import ClusterError, NoCluster, Unreachable
from kubectl_fluid.cluster.kubeconfig import Choice, choose, impersonation, locations
from kubectl_fluid.cluster.request import Api, shown

#: Seconds; see `request.Api`.
TIMEOUT = 30.0
SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
_MAX_PLUGIN_TALK = 300


class Connection(NamedTuple):
    """`namespace` is the one of the kubeconfig's context."""

    api: Api
    namespace: str


def connect(
    kubeconfig: str | None = None,
    context: str | None = None,
    as_user: str | None = None,
    as_groups: Iterable[str] = (),
    *,
    timeout: float = TIMEOUT,
    variables: Mapping[str, str],
    service_account: str = SERVICE_ACCOUNT,
) -> Connection:
    """Prepare to ask the cluster that kubectl would ask with these options; nothing is sent yet.

    `variables` are the environment's. NoCluster when neither a kubeconfig nor the files of a Pod's service account
    name a cluster; ClusterError when what they say cannot be used.
    """
    chosen = choose(kubeconfig, context, variables)
    headers = impersonation(chosen.user if chosen else {}, as_user, as_groups)
    configuration = _configuration()
    if chosen is not None:
        _load(chosen, configuration)
        namespace = chosen.namespace
    elif not _load_in_cluster(configuration, service_account, variables):
        paths = " or ".join(locations(None, variables))
        hint = "name one with --kubeconfig or --context, or give the objects themselves with --objects"
        raise NoCluster("cluster", f"no current context in {paths}", hint)
    else:
        namespace = _namespace_of_pod(service_account)
    return Connection(_api(configuration, headers, timeout), namespace)


def configuration_of(chosen: Choice) -> Any:
    """What the `kubernetes` package makes of a context: server, TLS and credentials. Raises ClusterError."""
    configuration = _configuration()
    _load(chosen, configuration)
    return configuration


def _configuration() -> Any:
    from kubernetes.client.configuration import Configuration

    return Configuration()


def _load(chosen: Choice, configuration: Any) -> None:
    import os

    from kubernetes.config import load_kube_config

    what = f"context {chosen.context}"
    try:
        with _listening() as said:
            load_kube_config(os.pathsep.join(chosen.files), chosen.context, configuration)
    except Exception as error:  # noqa: BLE001 - it raises whatever a malformed entry makes it; and quotes that entry
        why = f"the kubernetes package cannot use it ({type(error).__name__})"
        raise ClusterError(what, why, "compare it with `kubectl config view`") from None
    if "exec" in chosen.user and not configuration.api_key and not configuration.cert_file:
        why = " ".join(" ".join(said).split())[:_MAX_PLUGIN_TALK] or "it gave no credentials"
        raise ClusterError(f"credential plugin of {what}", why, "run its command by hand: `kubectl config view`")
    # As kubectl: the kubeconfig's proxy (which kubernetes 31 to 36 do not read), else HTTPS_PROXY's, but none to reach
    # this machine.
    if chosen.proxy:
        configuration.proxy, configuration.no_proxy = chosen.proxy, ""
    elif urlsplit(chosen.server).hostname in ("localhost", "127.0.0.1", "::1"):
        configuration.proxy = None


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What is logged as an error meanwhile. Without a handler, `logging` would print it on stderr from now on."""
    import logging

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    said: list[str] = []
    listener = Listener(logging.ERROR)
    logging.getLogger().addHandler(listener)
    try:
        yield said
    finally:
        logging.getLogger().removeHandler(listener)


def _load_in_cluster(configuration: Any, folder: str, variables: Mapping[str, str]) -> bool:
    from kubernetes.config import ConfigException
    from kubernetes.config.incluster_config import InClusterConfigLoader

    loader = InClusterConfigLoader(f"{folder}/token", f"{folder}/ca.crt", environ=variables)
    try:
        loader.load_and_set(configuration)
    except ConfigException:
        return False
    except OSError as error:
        raise ClusterError(f"service account {folder}", (error.strerror or "cannot be read").lower()) from None
    return True


def _namespace_of_pod(folder: str) -> str:
    try:
        with open(f"{folder}/namespace", encoding="utf-8") as file:  # noqa: PTH123 - paths are text here
            return file.read().strip() or "default"
    except (OSError, ValueError):
        return "default"


def _api(configuration: Any, impersonate: list[tuple[str, str]], timeout: float) -> Api:
    from kubernetes.client.rest import RESTClientObject

    fixed = [("Accept", "application/json"), ("User-Agent", f"kubectl-fluid/{__version__}"), *impersonate]

    def headers() -> list[tuple[str, str]]:
        try:
            with _listening():  # credentials that have expired are renewed here
                settings = configuration.auth_settings().values()
        except Exception as error:  # noqa: BLE001 - as in _load
            raise Unreachable(what, f"its credentials cannot be renewed ({type(error).__name__})") from None
        return [*fixed, *((it["key"], it["value"].strip()) for it in settings if it["in"] == "header" and it["value"])]

    what = f"cluster {shown(configuration.host)}"
    try:
        pool = RESTClientObject(configuration).pool_manager
    except Exception as error:  # noqa: BLE001 - a proxy's URL, for one, fails in urllib3's own way
        raise ClusterError(what, f"its connection cannot be set up ({type(error).__name__})") from None
    return Api(configuration.host, pool, headers, timeout)

"""Objects from a live API server, one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from kubectl_fluid.catalog.answers import UnknownResource, object_in
from kubectl_fluid.catalog.objects import CLUSTER_SCOPED
from kubectl_fluid.catalog.resources import path_of
from kubectl_fluid.cluster import connect as _connect
from kubectl_fluid.cluster.connect import SERVICE_ACCOUNT, TIMEOUT
from kubectl_fluid.cluster.errors import ClusterError, NoCluster, Unreachable
from kubectl_fluid.cluster.request import Api

__all__ = ["ClusterError", "LiveObjects", "NoCluster", "connect"]

Object = dict[str, Any]


class LiveObjects:
    """Reads objects by kind, namespace and name, each of them once. Not for several threads.

    `namespace` is the one of the kubeconfig's context. `without` are Fluid's kinds that the cluster does not know.
    """

    def __init__(self, api: Api, namespace: str) -> None:
        self.namespace = namespace
        self.without: set[str] = set()
        self._api = api
        self._read: dict[tuple[str, str, str], Object | ClusterError | None] = {}
        self._gone: Unreachable | None = None

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """The object as it stands in the cluster; None when there is none.

        Raises ClusterError when that cannot be told, ValueError for a kind that claims are not made from.
        """
        key = (kind, "" if kind in CLUSTER_SCOPED else namespace, name)
        if key not in self._read:
            self._read[key] = self._ask(*key)
        found = self._read[key]
        if isinstance(found, ClusterError):
            raise found
        return found

    @property
    def advice(self) -> str:
        """A sentence for whoever wonders why nothing is found; "" when there is nothing to say."""
        if "Dataset" not in self.without:
            return ""
        return f"Fluid's CRDs are not installed in {self._api.shown}"

    def version(self) -> str:
        """The cluster's version of Kubernetes (`v1.33.2`), "" when it does not tell. Raises ClusterError."""
        answer = self._api.read("/version")
        if answer.status != HTTPStatus.OK:
            return ""
        try:
            said = json.loads(answer.body)
        except (ValueError, RecursionError):
            return ""
        version = said.get("gitVersion") if isinstance(said, dict) else None
        return version if isinstance(version, str) else ""

    def close(self) -> None:
        """Close the connections that are kept."""
        self._api.pool.clear()

    def _ask(self, kind: str, namespace: str, name: str) -> Object | ClusterError | None:
        path = path_of(kind, namespace, name)
        if path is None or kind in self.without:
            return None
        if self._gone:
            return self._gone
        try:
            return object_in(self._api.read(path), self._api.shown, kind, namespace, name)
        except UnknownResource:
            self.without.add(kind)
            return None
        except Unreachable as error:
            self._gone = error
            return error
        except ClusterError as error:
            return error


def connect(
    kubeconfig: str | None = None,
    context: str | None = None,
    as_user: str | None = None,
    as_groups: Iterable[str] = (),
    *,
    timeout: float = TIMEOUT,
    variables: Mapping[str, str],
    service_account: str = SERVICE_ACCOUNT,
) -> LiveObjects:
    """Objects of the cluster that kubectl would ask with these options; nothing is sent yet. As `cluster.connect`."""
    connection = _connect.connect(
        kubeconfig, context, as_user, as_groups, timeout=timeout, variables=variables, service_account=service_account
    )
    return LiveObjects(connection.api, connection.namespace)

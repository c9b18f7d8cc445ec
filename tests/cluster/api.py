"""A small client of the Kubernetes API, for tests: nothing of what the program itself uses to ask a cluster."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from pathlib import Path
from typing import Any

Object = dict[str, Any]

#: Seconds after which a connection is opened anew: an API server closes those that nobody uses.
IDLE = 30
#: Where each kind that tests use is found: API group and version, plural. Cluster-scoped kinds are in CLUSTER_SCOPED.
KINDS = {
    "Namespace": ("api/v1", "namespaces"),
    "Pod": ("api/v1", "pods"),
    "ConfigMap": ("api/v1", "configmaps"),
    "Event": ("api/v1", "events"),
    "Secret": ("api/v1", "secrets"),
    "PersistentVolume": ("api/v1", "persistentvolumes"),
    "PersistentVolumeClaim": ("api/v1", "persistentvolumeclaims"),
    "DaemonSet": ("apis/apps/v1", "daemonsets"),
    "Deployment": ("apis/apps/v1", "deployments"),
    "StatefulSet": ("apis/apps/v1", "statefulsets"),
    "Job": ("apis/batch/v1", "jobs"),
    "Role": ("apis/rbac.authorization.k8s.io/v1", "roles"),
    "RoleBinding": ("apis/rbac.authorization.k8s.io/v1", "rolebindings"),
    "ClusterRole": ("apis/rbac.authorization.k8s.io/v1", "clusterroles"),
    "ClusterRoleBinding": ("apis/rbac.authorization.k8s.io/v1", "clusterrolebindings"),
    "CustomResourceDefinition": ("apis/apiextensions.k8s.io/v1", "customresourcedefinitions"),
}
CLUSTER_SCOPED = {"Namespace", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"}


class Refused(Exception):
    """The API server's `Status` other than success."""

    def __init__(self, code: int, status: Object) -> None:
        super().__init__(f"{code} {status.get('reason')}: {status.get('message')}")
        self.code = code
        self.status = status


class Api:
    """One user's connection. `warnings` are those of the last answer, as it spells them."""

    def __init__(self, host: str, port: int, ca: Path, certificate: Path, key: Path, timeout: float) -> None:
        context = ssl.create_default_context(cafile=str(ca))
        context.load_cert_chain(certificate, key)
        self._connection = http.client.HTTPSConnection(host, port, context=context, timeout=timeout)
        self.warnings: list[str] = []
        self._used = time.monotonic()

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        self._connection.close()

    def ask(self, method: str, path: str, body: object = None, content_type: str = "application/json") -> bytes:
        """The answer's body. Raises Refused, and what http.client raises for an unreachable server."""
        data = None if body is None else json.dumps(body).encode()
        if time.monotonic() - self._used > IDLE:
            self.close()
        self._used = time.monotonic()
        try:
            self._connection.request(method, path, data, {"Content-Type": content_type, "Accept": "application/json"})
            answer = self._connection.getresponse()
            content, code = answer.read(), answer.status
            self.warnings = answer.headers.get_all("Warning") or []
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if code >= http.client.BAD_REQUEST:
            raise Refused(code, _status(content))
        return content

    def request(self, method: str, path: str, body: object = None, content_type: str = "application/json") -> Object:
        """The answer, which is an object."""
        answer: Object = json.loads(self.ask(method, path, body, content_type))
        return answer

    def create(self, value: Object, query: str = "") -> Object:
        """Create an object, with its status where it has one (by a second request, as controllers do)."""
        metadata = value["metadata"]
        made = self.request("POST", collection(value, metadata.get("namespace")) + query, value)
        if "status" in value and not query:
            status = {**made, "status": value["status"]}
            made = self.request("PUT", path_of(value) + "/status", status)
        return made

    def read(self, value: Object) -> Object:
        """The object of the same kind and name, as it is now."""
        return self.request("GET", path_of(value))

    def delete(self, value: Object) -> Object:
        """Delete the object."""
        return self.request("DELETE", path_of(value))

    def merge(self, value: Object, patch: Object, subresource: str = "") -> Object:
        """Apply a JSON merge patch (RFC 7386) to the object."""
        return self.request("PATCH", path_of(value) + subresource, patch, "application/merge-patch+json")


def collection(value: Object, namespace: str | None) -> str:
    """Path of the collection that an object belongs to."""
    from tests.cluster.crds import FLUID

    kind = value["kind"]
    if value["apiVersion"].startswith("data.fluid.io/"):
        prefix, plural, cluster_scoped = f"apis/{value['apiVersion']}", FLUID[kind].plural, FLUID[kind].cluster_scoped
    else:
        (prefix, plural), cluster_scoped = KINDS[kind], kind in CLUSTER_SCOPED
    return f"/{prefix}/{plural}" if cluster_scoped else f"/{prefix}/namespaces/{namespace or 'default'}/{plural}"


def path_of(value: Object) -> str:
    """Path of an object."""
    return f"{collection(value, value['metadata'].get('namespace'))}/{value['metadata']['name']}"


def _status(content: bytes) -> Object:
    try:
        status = json.loads(content)
    except ValueError:
        status = None
    return status if isinstance(status, dict) else {"message": content.decode(errors="replace")}

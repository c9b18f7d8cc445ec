"""A real API server's verdict on an object."""

from __future__ import annotations

from http.client import RemoteDisconnected

from kubectl_fluid.validation.schema import Schema
from tests.cluster.api import Object, Refused
from tests.cluster.control_plane import ControlPlane

#: The namespace that the seeds of mutants name.
NAMESPACE = "apps"
#: The message where its code panics: the connection ends without an answer.
CRASHED = "(the API server closed the connection)"


def verdict(plane: ControlPlane, value: Object, schema: Schema) -> Object:
    """Its answer to the creation of an object, in a server dry run: `valid`, `status`, `causes`, `message`.

    `schema` is that of the kind whose objects are created where it is sent to.
    """
    try:
        plane.admin.request("POST", f"{_collection(schema)}?dryRun=All&fieldValidation=Strict", value)
    except RemoteDisconnected:
        return {"valid": False, "status": 0, "causes": [], "message": CRASHED}
    except Refused as refused:
        causes = (refused.status.get("details") or {}).get("causes") or []
        return {"valid": False, "status": refused.code, "causes": causes, "message": refused.status.get("message", "")}
    return {"valid": True, "status": 201, "causes": [], "message": ""}


def _collection(schema: Schema) -> str:
    prefix = f"/{'apis' if schema.gvk.group else 'api'}/{schema.gvk.api_version}"
    plural = schema.root["x-kubernetes-resource"]["names"]["plural"]
    return f"{prefix}/namespaces/{NAMESPACE}/{plural}" if schema.namespaced else f"{prefix}/{plural}"

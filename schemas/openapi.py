"""JSON Schemas of built-in kinds, from what an API server answers to `/openapi/v3/…` and to discovery."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Object = dict[str, Any]
#: Answers a GET request to an API server's path.
Get = Callable[[str], Object]

#: Group version → kinds that are used beside Fluid's, or that this project's own manifests hold.
KINDS: dict[str, tuple[str, ...]] = {
    "v1": (
        *("ConfigMap", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "Pod", "PodTemplate"),
        *("ReplicationController", "Secret", "Service", "ServiceAccount", "LimitRange", "ResourceQuota"),
    ),
    "apps/v1": ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
    "batch/v1": ("CronJob", "Job"),
    "rbac.authorization.k8s.io/v1": ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
    "storage.k8s.io/v1": ("StorageClass", "CSIDriver"),
    "scheduling.k8s.io/v1": ("PriorityClass",),
    "node.k8s.io/v1": ("RuntimeClass",),
    "policy/v1": ("PodDisruptionBudget",),
    "networking.k8s.io/v1": ("Ingress", "NetworkPolicy"),
    "autoscaling/v2": ("HorizontalPodAutoscaler",),
    "apiextensions.k8s.io/v1": ("CustomResourceDefinition",),
    "admissionregistration.k8s.io/v1": (
        *("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration"),
        *("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration"),
    ),
}
GROUP_VERSION_KIND = "x-kubernetes-group-version-kind"
#: Keywords that say something about which values are right, or lead there, in the order in which they are written.
KEPT = (
    *("type", "format", "required", "properties", "items", "additionalProperties", "default", "enum", "$ref"),
    *("x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"),
)
#: A field's zero value, which Go gives to what is absent: as a default it says nothing.
ZEROS: tuple[object, ...] = (0, "", {})


def stripped(schema: Object) -> Object:
    """The schema without descriptions and merge hints; objects are closed, and `$ref`s lead into `$defs`."""
    one: list[Object] = schema.get("allOf") or []
    if len(one) == 1:  # how a $ref gets a description and a default of its own
        schema = schema | one[0]
    made: Object = {}
    for key in KEPT:
        value = schema.get(key)
        if value is None or (key == "default" and value in ZEROS):
            continue
        if key == "properties":
            made[key] = {name: stripped(member) for name, member in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            made[key] = stripped(value)
        elif key == "$ref":
            made[key] = f"#/$defs/{value.rpartition('/')[2]}"
        else:
            made[key] = value
    if schema.get("format") == "int-or-string":
        return {"anyOf": [{"type": "integer"}, {"type": "string"}], "format": "int-or-string"}
    if "properties" in made:
        made.setdefault("additionalProperties", False)
    return made


def references(schema: Any) -> Iterator[str]:
    """Names of the definitions that a schema leads to."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        for member in schema.values():
            yield from references(member)


def special(name: str, schema: Object) -> Object:
    """The definition, for the types whose text is more than their OpenAPI schema tells."""
    if name.endswith(".resource.Quantity"):
        return {"anyOf": [{"type": "number"}, {"type": "string"}], "format": "quantity"}
    if name.endswith(".meta.v1.MicroTime"):
        return {"type": "string", "format": "date-time-micro"}
    return stripped(schema)


def definitions(get: Get) -> Object:
    """All definitions that the wanted kinds need, the kinds first. A kind that the API server lacks is left out."""
    kinds: Object = {}
    others: Object = {}
    for group_version, wanted in KINDS.items():
        path = f"{'apis' if '/' in group_version else 'api'}/{group_version}"
        known = get(f"/openapi/v3/{path}")["components"]["schemas"]
        resources = {it["kind"]: it for it in get(f"/{path}")["resources"] if "/" not in it["name"]}
        group, _, version = group_version.rpartition("/")
        for kind in wanted:
            if kind not in resources:
                continue
            identity = {"group": group, "version": version, "kind": kind}
            name = next(key for key, it in known.items() if identity in it.get(GROUP_VERSION_KIND, ()))
            resource = resources[kind]
            kinds[name] = stripped(known[name]) | {
                GROUP_VERSION_KIND: [identity],
                "x-kubernetes-resource": {
                    "scope": "Namespaced" if resource["namespaced"] else "Cluster",
                    "names": {"plural": resource["name"], "shortNames": resource.get("shortNames", [])},
                },
            }
            waiting = list(references(kinds[name]))
            while waiting:
                needed = waiting.pop()
                if needed not in others and needed not in kinds:
                    others[needed] = special(needed, known[needed])
                    waiting += references(others[needed])
    return _shortened(kinds | dict(sorted(others.items())))


def _shortened(found: Object) -> Object:
    """The definitions under short names (`core.v1.Pod`)."""

    def short(name: str) -> str:
        for prefix in ("io.k8s.apimachinery.pkg.apis.", "io.k8s.apimachinery.pkg.", "io.k8s.api."):
            name = name.removeprefix(prefix)
        return name

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: f"#/$defs/{short(member.rpartition('/')[2])}"
                if key == "$ref" and isinstance(member, str)
                else renamed(member)
                for key, member in value.items()
            }
        return [renamed(member) for member in value] if isinstance(value, list) else value

    return {short(name): renamed(schema) for name, schema in found.items()}

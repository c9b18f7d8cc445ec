"""CustomResourceDefinitions: schemas read from them, and written as them."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.validation.schema.model import Gvk, Object, Schema

GROUP_VERSION_KIND = "x-kubernetes-group-version-kind"
RESOURCE = "x-kubernetes-resource"
PRESERVE = "x-kubernetes-preserve-unknown-fields"

#: Keywords that a structural schema must not have at all.
_NOT_STRUCTURAL = ("const", GROUP_VERSION_KIND, RESOURCE, "$comment", "$schema")


def definition(schema: Schema) -> Object:
    """The CustomResourceDefinition (apiextensions.k8s.io/v1) of a custom resource, references resolved.

    Raises ValueError for a schema that does not say its plural.
    """
    resource = schema.root.get(RESOURCE)
    if resource is None:
        raise ValueError(f"{schema.gvk}: not the schema of a custom resource")
    group, version = schema.gvk.group, schema.gvk.version
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{resource['names']['plural']}.{group}"},
        "spec": {
            "group": group,
            "names": resource["names"],
            "scope": resource["scope"],
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": _structural(schema.root, schema.definitions)},
                    "subresources": resource["subresources"],
                }
            ],
        },
    }


def _structural(schema: Object, definitions: Object) -> Object:
    """The schema as the API server takes it: no references, and nothing said about unknown fields."""
    if "$ref" in schema:
        more = {key: value for key, value in schema.items() if key != "$ref"}
        schema = definitions[schema["$ref"].rpartition("/")[2]] | more
    made: Object = {}
    for key, value in schema.items():
        if key in _NOT_STRUCTURAL or (key == "additionalProperties" and value is False):
            continue
        if key == "properties":
            made[key] = {name: _structural(member, definitions) for name, member in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            made[key] = _structural(value, definitions)
        else:
            made[key] = value
    return made


def schemas_of(manifest: Object, origin: str) -> list[Schema]:
    """The schemas of a CustomResourceDefinition, one for each version that has one."""
    spec = _object(manifest.get("spec"))
    names, found = _object(spec.get("names")), list[Schema]()
    versions = spec.get("versions")
    for version in versions if isinstance(versions, list) else ():
        described = _object(_object(_object(version).get("schema")).get("openAPIV3Schema"))
        if not described:
            continue
        gvk = Gvk(str(spec.get("group", "")), str(version.get("name", "")), str(names.get("kind", "")))
        about = {**spec, "subresources": version.get("subresources")}
        found.append(Schema(gvk, closed(described) | {RESOURCE: resource(about)}, {}, origin))
    return found


def resource(about: Any) -> Object:
    """Scope, names and subresources of a kind from what somebody wrote: what has not the right type is left out."""
    found = _object(about)
    names, subresources = _object(found.get("names")), _object(found.get("subresources"))
    short = names.get("shortNames")
    if "scale" in subresources:
        path = _object(subresources["scale"]).get("specReplicasPath")
        subresources = {**subresources, "scale": {"specReplicasPath": path if isinstance(path, str) else ""}}
    return {
        "scope": "Cluster" if found.get("scope") == "Cluster" else "Namespaced",
        "names": {
            **{key: value for key, value in names.items() if isinstance(value, str)},
            **({"shortNames": [it for it in short if isinstance(it, str)]} if isinstance(short, list) else {}),
        },
        "subresources": subresources,
    }


def closed(schema: Object) -> Object:
    """A structural schema that says of itself what the API server takes for granted: other fields are unknown."""
    made: Object = {}
    for key, value in schema.items():
        if key == "properties" and isinstance(value, dict):
            made[key] = {name: closed(_object(member)) for name, member in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            made[key] = closed(value)
        else:
            made[key] = value
    is_object = made.get("type") == "object" or "properties" in made
    if is_object and not made.get(PRESERVE) and "additionalProperties" not in made:
        made["additionalProperties"] = False
    return made


def _object(value: Any) -> Object:
    return value if isinstance(value, dict) else {}

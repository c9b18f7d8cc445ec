"""Fluid's CustomResourceDefinitions, written from the schemas that the program checks manifests with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubectl_fluid.validation.schema import files
from kubectl_fluid.validation.schema.crd import RESOURCE, definition
from kubectl_fluid.validation.schema.model import Schema

GROUP, VERSION = "data.fluid.io", "v1alpha1"


@dataclass(frozen=True, slots=True)
class Definition:
    """Where the API serves one kind."""

    plural: str
    cluster_scoped: bool
    status: bool


def _served(schema: Schema) -> Definition:
    plural: str = schema.root[RESOURCE]["names"]["plural"]
    return Definition(plural, cluster_scoped=not schema.namespaced, status="status" in schema.subresources)


FLUID = {schema.gvk.kind: _served(schema) for schema in files.fluid()}


def definitions() -> list[dict[str, Any]]:
    """All of them as objects, ready to be created, with two liberties for tests.

    A status that is written by hand need not be whole, and a Dataset has a field that only a later Fluid could have.
    """
    made = [definition(schema) for schema in files.fluid()]
    for it in made:
        fields = it["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
        fields.get("status", {}).pop("required", None)
        if it["spec"]["names"]["kind"] == "Dataset":
            fields["spec"]["properties"]["fieldOfTomorrow"] = {"x-kubernetes-preserve-unknown-fields": True}
    return made

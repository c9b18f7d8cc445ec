"""The CustomResourceDefinition of InjectionTemplate.

Decisions: every field is typed, containers and volumes by the API's own schemas (`schemas/kubernetes-1.*.json`),
because a field that a Pod does not have makes every Pod of the namespace fail; nothing is preserved that is unknown.
The rules are those that the policy relies on: what they let pass, it can evaluate.
"""

from __future__ import annotations

from typing import Any

from kubectl_fluid.injection.platforms import PLATFORMS
from kubectl_fluid.policy import names
from kubectl_fluid.policy.probe import PLACEHOLDER
from kubectl_fluid.validation.schema import files
from kubectl_fluid.validation.schema.crd import RESOURCE, closed, definition
from kubectl_fluid.validation.schema.model import Schema

Object = dict[str, Any]

#: No template comes near these; with them the API server can tell what the rules cost at most.
_MAX_TEXT, _MAX_ITEMS = 4096, 64
_MANY = {"maxItems": _MAX_ITEMS}
_REF = "#/$defs/core.v1."
#: Numbers that may be strings, as a structural schema says it.
_NUMBER: Object = {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]}
NUMBERS: Object = {"api.resource.Quantity": _NUMBER, "util.intstr.IntOrString": _NUMBER}


def schema() -> Schema:
    """The kind's schema. `schemas/make_template.py` writes it to a file, for rooms that do not know this one."""
    kubernetes = files.kubernetes(max(files.kubernetes_minors()))[0].definitions
    return Schema(names.TEMPLATE, _root(), {**kubernetes, **NUMBERS}, __name__)


def crd() -> Object:
    """The definition."""
    made = definition(schema())
    made["metadata"]["labels"] = dict(names.LABELS)
    made["spec"]["versions"][0]["additionalPrinterColumns"] = [
        {"name": "Dataset", "type": "string", "jsonPath": ".spec.dataset.name"},
        {"name": "Image", "type": "string", "jsonPath": ".spec.platforms[0].sidecar.container.image"},
        {"name": "Not ready", "type": "string", "jsonPath": ".spec.notReady.code"},
        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]
    return made


def _root() -> Object:
    singular = names.TEMPLATE.kind.lower()
    served = {
        "plural": names.PLURAL,
        "singular": singular,
        "kind": names.TEMPLATE.kind,
        "listKind": "InjectionTemplateList",
    }
    return {
        "additionalProperties": False,
        RESOURCE: {"names": served, "scope": "Namespaced", "subresources": {}},
        **_object(
            {
                "apiVersion": {"type": "string"},
                "kind": {"type": "string"},
                "metadata": {"type": "object"},
                "spec": closed(_spec()),
            },
            "spec",
            description="What admission policies put into Pods that mount the claim of this name.",
        ),
    }


def _object(
    properties: Object, *required: str, description: str = "", rules: tuple[tuple[str, str], ...] = ()
) -> Object:
    made: Object = {"type": "object", "properties": properties}
    if description:
        made["description"] = description
    if required:
        made["required"] = list(required)
    if rules:
        made["x-kubernetes-validations"] = [{"rule": rule, "message": message} for rule, message in rules]
    return made


def _text(description: str = "", **more: Any) -> Object:
    return {"type": "string", "maxLength": _MAX_TEXT, **({"description": description} if description else {}), **more}


def _problem(description: str) -> Object:
    return _object({"code": _text(), "message": _text(), "hint": _text()}, "code", "message", description=description)


def _spec() -> Object:
    platform = _object(
        {
            "name": _text(enum=list(PLATFORMS)),
            "refusal": _problem("Why the dataset cannot be served on this platform."),
            "sidecar": _sidecar(),
        },
        "name",
        rules=(("has(self.sidecar) != has(self.refusal)", "one of sidecar and refusal, not both"),),
    )
    dataset = _object({"namespace": _text(), "name": _text()}, "namespace", "name", description="The Dataset.")
    made = _object(
        {
            "dataset": dataset,
            "notReady": _problem("Why Pods have to wait for the Dataset; they are refused meanwhile."),
            "platforms": {
                "type": "array",
                "items": platform,
                "minItems": 1,
                "maxItems": len(PLATFORMS),
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
            },
        },
        "dataset",
        "platforms",
    )
    # One thing, for server-side apply: whoever changes a part of it changes all of it, and `policy sync` puts all back.
    return {**made, "x-kubernetes-map-type": "atomic"}


def _sidecar() -> Object:
    return _object(
        {
            "mode": _text("Init container that restarts, or first of the containers.", enum=["native", "legacy"]),
            "container": {"$ref": f"{_REF}Container", "description": "The sidecar."},
            "volumes": _volumes("Volumes that are added."),
            "withCache": _object(
                {
                    "volumeMounts": {"type": "array", "items": {"$ref": f"{_REF}VolumeMount"}, **_MANY},
                    "volumes": _volumes("The volumes of such a Pod."),
                },
                description="What is different in a Pod that keeps the cache folders.",
            ),
            "withoutCheck": _object(
                {"lifecycle": {"$ref": f"{_REF}Lifecycle"}},
                description="What is different in a Pod that does without the sidecar's mount check.",
            ),
            "application": _application(),
            "labels": _strings("Labels of the Pod."),
            "annotations": _strings("Annotations of the Pod, where it does not have them."),
        },
        *("mode", "container", "application", "labels", "withCache", "withoutCheck"),
        rules=_SIDECAR_RULES,
    )


_SHARES = "has(self.application.source.emptyDir)"
_MOUNTS = "self.container.volumeMounts"
_SIDECAR_RULES = (
    (
        "(self.mode == 'native') == (has(self.container.restartPolicy) && self.container.restartPolicy == 'Always')",
        "a native sidecar, and no other, has restartPolicy Always",
    ),
    ("self.container.name.startsWith('fluid-fuse-')", "a sidecar's name begins with fluid-fuse-"),
    (
        f"!{_SHARES} || (has({_MOUNTS}) && {_MOUNTS}.size() > 0 && {_MOUNTS}[0].name == '{PLACEHOLDER}')",
        f"where an emptyDir is shared, the sidecar's first mount is that of {PLACEHOLDER}",
    ),
)


def _volumes(description: str) -> Object:
    return {"type": "array", "items": {"$ref": f"{_REF}Volume"}, "description": description, **_MANY}


def _strings(description: str) -> Object:
    return {"type": "object", "additionalProperties": _text(), "maxProperties": _MAX_ITEMS, "description": description}


def _application() -> Object:
    source = _object(
        {
            "hostPath": _object({"path": _text(), "type": _text()}, "path"),
            "emptyDir": _object({}),
        },
        description="What the claim's volumes become.",
        rules=(("has(self.hostPath) != has(self.emptyDir)", "one of hostPath and emptyDir, not both"),),
    )
    return _object(
        {
            "source": source,
            "mountPropagation": _text(enum=["HostToContainer"]),
            "subPath": _text("Folder of the dataset that its mounts show; only where an emptyDir is shared."),
        },
        "source",
        "mountPropagation",
        description="What becomes of the application's volumes and mounts.",
    )

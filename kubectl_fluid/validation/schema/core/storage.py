"""StorageClasses and Namespaces."""

from __future__ import annotations

import json

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.metadata import finalizer_rule


def check_class(at: At) -> None:
    """A StorageClass."""
    provisioner = at.text("provisioner")
    if provisioner and (wrong := names.qualified_name(provisioner.lower())):
        at.say("provisioner", f'"{provisioner}": {wrong}')
    if at.text("reclaimPolicy") == "Recycle":
        at.say("reclaimPolicy", "Recycle is not supported: use Delete or Retain", "FieldValueNotSupported", "FL0006")
    if at.get("volumeBindingMode") == "":
        message = "is not supported: use Immediate or WaitForFirstConsumer"
        at.say("volumeBindingMode", message, "FieldValueNotSupported", "FL0006")
    seen = set[str]()
    for term in at.items("allowedTopologies"):
        keys = set[str]()
        for expression in term.items("matchLabelExpressions"):
            expression.name("key", names.qualified_name)
            expression.required("values")
            if expression.text("key") in keys:
                expression.duplicate("key", expression.text("key"))
            keys.add(expression.text("key"))
        if not keys:
            term.required("matchLabelExpressions", "at least one")
        identity = json.dumps(term.value, sort_keys=True)
        if identity in seen:
            term.say_here("is there already", "FieldValueDuplicate")
        seen.add(identity)


def check_namespace(at: At) -> None:
    """A Namespace."""
    spec = at.child("spec")
    for index, finalizer in enumerate(spec.get("finalizers", ())):
        if wrong := finalizer_rule(finalizer):
            spec.say_item("finalizers", index, f'"{finalizer}": {wrong}')

"""Files that volumes are made of: their paths and permissions."""

from __future__ import annotations

from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.fields import check_field_ref, check_resource_ref
from kubectl_fluid.validation.schema.core.paths import relative_unreserved

_MAX_MODE = 0o777


def check_mode(at: At, key: str) -> None:
    """The permissions of files."""
    mode = at.get(key)
    if mode is not None and not 0 <= mode <= _MAX_MODE:
        at.say(key, f"{mode}: must be a number between 0 and 0777 (octal), {_MAX_MODE} (decimal)")


def check_items(at: At) -> None:
    """Keys of a ConfigMap or Secret that become files."""
    for item in at.items("items"):
        item.name("path", relative_unreserved)
        check_mode(item, "mode")


def check_downward_file(item: At) -> None:
    """A field of the Pod that becomes a file."""
    item.name("path", relative_unreserved)
    check_mode(item, "mode")
    if item.has("fieldRef"):
        check_field_ref(item.child("fieldRef"), in_volume=True)
        if item.has("resourceFieldRef"):
            item.say("resourceFieldRef", "fieldRef and resourceFieldRef can not be specified together")
    elif item.has("resourceFieldRef"):
        check_resource_ref(item.child("resourceFieldRef"), in_volume=True)
    else:
        item.say_here("must have one of fieldRef and resourceFieldRef", "FieldValueRequired", "FL0005")

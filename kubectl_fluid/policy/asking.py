"""Label selectors for Pods that ask for a sidecar, as bindings hold them.

A binding's selector is looked at once for a request, before any parameter is: the Pods of others cost nothing, however
many templates or claims their namespace has. A selector joins its terms by AND, so there is a binding for each label;
no Pod matches two of them.
"""

from __future__ import annotations

from kubectl_fluid import keys
from kubectl_fluid.policy.names import Object


def in_(key: str, *values: str) -> Object:
    """The label has one of these values."""
    return {"key": key, "operator": "In", "values": list(values)}


def not_in(key: str, *values: str) -> Object:
    """There is no such label, or it has another value."""
    return {"key": key, "operator": "NotIn", "values": list(values)}


def exists(key: str, *, does: bool = True) -> Object:
    """There is such a label, or there is none."""
    return {"key": key, "operator": "Exists" if does else "DoesNotExist"}


#: Name → who asks: the rows of `injection.decision` that lead to a sidecar, whether or not it is switched off.
ASKING: dict[str, tuple[Object, ...]] = {
    "serverless": (in_(keys.INJECT, "true"),),
    "sidecar-target": (not_in(keys.INJECT, "true"), exists(keys.SIDECAR_TARGET)),
    "deprecated": (
        not_in(keys.INJECT, "true"),
        exists(keys.SIDECAR_TARGET, does=False),
        in_(keys.INJECT_DEPRECATED, "true"),
    ),
}
#: Who does not ask, and says that it was injected: guards look at these, too.
DONE = (
    not_in(keys.INJECT, "true"),
    exists(keys.SIDECAR_TARGET, does=False),
    not_in(keys.INJECT_DEPRECATED, "true"),
    in_(keys.DONE, "true"),
)

"""JSON merge patches (RFC 7396), in which the schemas of older versions of Kubernetes are kept."""

from __future__ import annotations

from typing import Any


def applied(value: Any, patch: Any) -> Any:
    """The value with a merge patch applied; neither is changed, and what the patch leaves alone is shared."""
    if not isinstance(patch, dict):
        return patch
    made = dict(value) if isinstance(value, dict) else {}
    for key, change in patch.items():
        if change is None:
            made.pop(key, None)
        else:
            made[key] = applied(made.get(key), change)
    return made


def difference(value: Any, wanted: Any) -> Any:
    """The merge patch that makes `wanted` of a value.

    Raises ValueError where there is none: a null cannot be said.
    """
    if not (isinstance(value, dict) and isinstance(wanted, dict)):
        patch = wanted
    else:
        patch = dict.fromkeys(key for key in value if key not in wanted) | {
            key: difference(value[key], member) if key in value else member
            for key, member in wanted.items()
            if key not in value or value[key] != member
        }
    if applied(value, patch) != wanted:
        raise ValueError("a merge patch cannot say null")
    return patch

"""The annotation that names specifications: `2-4Gi,4-8Gi,ecs.c6.xlarge`, the one wished for most first.

Source: Alibaba Cloud, `create-pods-by-specifying-multiple-specifications`. Some of its examples write `2-4G`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, Final

from kubectl_fluid import keys
from kubectl_fluid.claims import Object
from kubectl_fluid.sizing.size import Size, SizingError

MAX_SPECS: Final = 5

_VCPU_AND_MEMORY = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)-([0-9]{1,4}(?:\.[0-9]{1,3})?)Gi?", re.ASCII)
_INSTANCE_TYPE = re.compile(r"ecs\.[a-z0-9][a-z0-9.-]{0,60}", re.ASCII)


def parse_specs(text: str) -> tuple[Size | str, ...]:
    """The specifications in their order: sizes, and names of ECS instance types. Raises SizingError."""
    specs = tuple(_spec(part.strip()) for part in text.split(","))
    if len(specs) > MAX_SPECS:
        raise SizingError(f"{len(specs)} specifications are given, ECI takes {MAX_SPECS}")
    return specs


def _spec(text: str) -> Size | str:
    if found := _VCPU_AND_MEMORY.fullmatch(text):
        return Size(Fraction(found[1]), Fraction(found[2]))
    if _INSTANCE_TYPE.fullmatch(text):
        return text
    raise SizingError(f"{text!r} is no specification: write 2-4Gi (vCPU and memory) or an ECS type as ecs.c6.xlarge")


def annotated_specs(pod: Object) -> tuple[Size | str, ...]:
    """What the Pod's own annotation says, () without it. Raises SizingError."""
    text = _annotation(pod, keys.ECI_USE_SPECS)
    if text is None:
        return ()
    pointer = ("metadata", "annotations", keys.ECI_USE_SPECS)
    if not isinstance(text, str):
        raise SizingError(f"annotation {keys.ECI_USE_SPECS} must be a string", pointer)
    try:
        return parse_specs(text)
    except SizingError as error:
        raise SizingError(f"annotation {keys.ECI_USE_SPECS}: {error}", pointer) from error


def is_preemptible(pod: Object) -> bool:
    """Whether the Pod asks for a preemptible instance."""
    return _annotation(pod, keys.ECI_SPOT_STRATEGY) not in (None, "", "NoSpot")


def _annotation(pod: Object, key: str) -> Any:
    metadata = pod.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return annotations.get(key) if isinstance(annotations, dict) else None

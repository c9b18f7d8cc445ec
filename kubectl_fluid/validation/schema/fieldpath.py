"""What an API server calls a place: the pointer with dots, and at times, for built-in kinds, a name of its own."""

from __future__ import annotations

import re

from kubectl_fluid.validation.finding import Pointer
from kubectl_fluid.validation.schema.report import dotted

#: Mappings whose members it names in brackets: `data[a.b]`.
_MAPS = (
    *("data", "binaryData", "stringData", "limits", "requests", "overhead", "capacity", "options"),
    *("volumeAttributes", "parameters"),
)
#: Mappings whose members it does not name.
_WHOLE = ("labels", "annotations", "matchLabels", "nodeSelector", "selector")

#: Pattern at the end of a path → reasons for which it is so ("" for all) and what stands there instead.
_RENAMED: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern + "$"), reason, instead)
    for pattern, reason, instead in (
        (r"\.volumeMounts\[\d+\]\.(mountPropagation|recursiveReadOnly|subPath(?:Expr)?)", "", r".volumeMounts.\1"),
        (r"\.schedulingGates(\[\d+\])\.name", "", r".schedulingGates\1"),
        (r"\.resizePolicy(\[\d+\])\.resourceName", "FieldValueDuplicate", r".resizePolicy\1"),
        (r"\.resizePolicy\[\d+\]\.(resourceName|restartPolicy)", "", ".resizePolicy"),
        (r"\.envFrom\[\d+\]", "", ".envFrom"),
        (r"\.accessModes\[\d+\]", "", ".accessModes"),
        (r"spec\.finalizers\[\d+\]", "", "spec.finalizers"),
        (r"\.cephfs", "FieldValueForbidden", ".cephFS"),
        (r"\.downwardAPI", "FieldValueForbidden", ".downwarAPI"),
        (r"spec\.strategy\.type", "FieldValueNotSupported", "spec.strategy"),
        (r"\.os\.name", "FieldValueNotSupported", ".os"),
        (r"^stringData\[(.*)\]", "", r"data[\1]"),
        (r"\.resources\.requests\[storage\]", "", ".resources[storage]"),
        (r"\.downwardAPI\.items\[\d+\]((?:\.\w+)*)", "", r".downwardAPI\1"),
        (r"\.httpHeaders\[\d+\]\.name", "", ".httpHeaders"),
        (r"\.namespaces\[\d+\]", "", ".namespace"),
        (r"\.dataSourceRef\.kind", "", ".dataSourceRef"),
        (r"\.resources\.requests\[[^\]]*\]", "LessThanLimit", ".resources.requests"),
        (r"\.template\.metadata\.(labels|annotations)\[.*\]", "", r".template.\1"),
    )
)


def field_path(pointer: Pointer, reason: str, *, builtin: bool, beyond_limit: bool = False) -> str:
    """The path of a cause in an API server's answer, e.g. `spec.containers[0].resources.limits[memory]`.

    `beyond_limit`: the finding compares a request with its limit.
    """
    if not builtin:
        return dotted(_cut(pointer) if pointer[:1] == ("metadata",) else pointer)
    path = dotted(_cut(pointer))
    if len(pointer) > 1 and pointer[-2] in _MAPS and isinstance(pointer[-1], str):
        path = f"{dotted(pointer[:-1])}[{pointer[-1]}]"
    for pattern, only, instead in _RENAMED:
        if only in ("", "LessThanLimit" if beyond_limit else reason):
            changed = pattern.sub(instead, path)
            if changed != path:
                return changed
    return path


def _cut(pointer: Pointer) -> Pointer:
    """Without the name of a member that is not named."""
    if len(pointer) > 1 and pointer[-2] in _WHOLE and pointer[-1] not in ("matchLabels", "matchExpressions"):
        return pointer[:-1]
    return pointer

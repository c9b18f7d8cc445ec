"""Writes `data.fluid.io-v1alpha1.json`: JSON Schemas of Fluid's kinds, from a listing of the fields of its CRDs.

    python schemas/make_fluid.py [FOLDER]

FOLDER (default ../shared/facts) holds `crd-fields.txt` and `core-types.txt`, whose heads explain their notation.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Object = dict[str, Any]

HERE = Path(__file__).resolve().parent
TARGET = HERE / "data.fluid.io-v1alpha1.json"
GROUP, VERSION = "data.fluid.io", "v1alpha1"

#: The pattern that `<quantity>` stands for.
QUANTITY = (
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"
)
SOURCES = ("crd-fields.txt", "core-types.txt")


@dataclass(frozen=True)
class Definition:
    """What a CRD says besides its schema. `scale` is "" (none), "scale", or "selector" (with a selector path)."""

    kind: str
    short: str = ""
    category: bool = True
    cluster_scoped: bool = False
    status: bool = True
    scale: str = ""


#: Plural → the rest (Fluid a826600a, config/crd/bases; in facts/fluid.md §1.1).
KINDS = {
    "datasets": Definition("Dataset", "dataset"),
    "juicefsruntimes": Definition("JuiceFSRuntime", "juicefs", scale="selector"),
    "alluxioruntimes": Definition("AlluxioRuntime", "alluxio", scale="selector"),
    "jindoruntimes": Definition("JindoRuntime", "jindo", scale="scale"),
    "efcruntimes": Definition("EFCRuntime", "efc", scale="scale"),
    "vineyardruntimes": Definition("VineyardRuntime", "v6d", scale="selector"),
    "thinruntimes": Definition("ThinRuntime", category=False),
    "thinruntimeprofiles": Definition("ThinRuntimeProfile", category=False, cluster_scoped=True),
    "cacheruntimes": Definition("CacheRuntime"),
    "cacheruntimeclasses": Definition("CacheRuntimeClass", cluster_scoped=True, status=False),
    "dataloads": Definition("DataLoad", "load"),
    "datamigrates": Definition("DataMigrate", "migrate"),
    "databackups": Definition("DataBackup", "backup"),
    "dataprocesses": Definition("DataProcess", category=False),
}

_LINE = re.compile(r"(?P<path>\S+): (?P<type>.*)")
_TYPE = re.compile(
    r"(?P<wrap>map\[string\]|\[\])?(?P<name>core/v1\.\w+|[a-z-]+)(?:\((?P<more>[^)]*)\))?(?P<constraints>(?: .*)?)"
)
_SEGMENT = re.compile(r"(?P<name>[^.\[\]!]+)(?P<mark>[!\[\]]*)")
_CONSTRAINTS = re.compile(r"\[((?:[^\[\]\"]|\"(?:[^\"\\]|\\.)*\"|\[(?:[^\[\]\"]|\"(?:[^\"\\]|\\.)*\")*\])*)\]")
_CONSTRAINT = re.compile(r"([A-Za-z0-9-]+)=")


def sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each `#####` heading with its lines."""
    name, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith("##### "):
            if name:
                yield name, lines
            name, lines = line.removeprefix("##### "), []
        elif name and line:
            lines.append(line)
    if name:
        yield name, lines


def constraints(text: str) -> Object:
    """`[enum=["a", "b"] default="a"] [minimum=1]` as keywords of a schema."""
    found: Object = {}
    for block in _CONSTRAINTS.findall(text):
        place = 0
        while match := _CONSTRAINT.match(block, place):
            value, end = json.JSONDecoder().raw_decode(block, match.end())
            found[match[1]] = QUANTITY if value == "<quantity>" else value
            place = end + len(block[end:]) - len(block[end:].lstrip())
        if place != len(block):
            raise ValueError(f"constraint not understood: {block!r}")
    return {f"x-kubernetes-{key[4:]}" if key.startswith("k8s-") else key: value for key, value in found.items()}


def leaf(name: str, more: str) -> Object:
    """Schema of a named type."""
    if name.startswith("core/v1."):
        return {"$ref": f"#/$defs/{name.removeprefix('core/v1.')}"}
    if name == "int-or-string":
        return {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True}
    if name == "object":
        return {"type": "object", "additionalProperties": False}
    return {"type": name, **({"format": more} if more else {})}


def schema_of(text: str, where: str) -> Object:
    """Schema of what stands after the colon."""
    match = _TYPE.fullmatch(text)
    if not match:
        raise ValueError(f"{where}: type not understood: {text!r}")
    kind, said = match["name"], match["constraints"]
    of_list, _, of_items = said.partition(" items: ")
    keywords = constraints(of_list)
    inner = leaf(kind, "" if kind.startswith("core/") else match["more"] or "")
    if kind == "int-or-string" and match["wrap"] == "map[string]":
        keywords.setdefault("pattern", QUANTITY)  # every such map is a ResourceList
    for_items = constraints(of_items)
    if match["wrap"] and "pattern" in keywords:
        for_items["pattern"] = keywords.pop("pattern")
    if match["wrap"] == "map[string]":
        return {"type": "object", "additionalProperties": inner | for_items} | keywords
    if match["wrap"]:
        return {"type": "array", "items": inner | _on_elements(keywords) | for_items} | keywords
    return inner | keywords


def _on_elements(keywords: Object) -> Object:
    """Takes from a list's constraints those that can only speak of its elements."""
    return {key: keywords.pop(key) for key in ("x-kubernetes-map-type",) if key in keywords}


def tree(lines: list[str], where: str) -> Object:
    """Schema of an object from the lines of its fields, parents before children."""
    root: Object = {"type": "object", "additionalProperties": False}
    for line in lines:
        match = _LINE.fullmatch(line)
        if not match:
            raise ValueError(f"{where}: line not understood: {line!r}")
        *parents, last = [_segment(text) for text in match["path"].split(".")]
        at = root
        for name, is_list in parents:
            at = at["properties"][name]
            at = at["items"] if is_list else at
        name, _ = last
        at.setdefault("properties", {})[name] = schema_of(match["type"], f"{where}: {line}")
        if match["path"].endswith("!"):
            at.setdefault("required", []).append(name)
    return root


def _segment(text: str) -> tuple[str, bool]:
    match = _SEGMENT.fullmatch(text)
    if not match:
        raise ValueError(f"path not understood: {text!r}")
    return match["name"], "[]" in match["mark"]


def kind_schema(plural: str, lines: list[str]) -> Object:
    """Schema of a whole object."""
    known = KINDS[plural]
    schema = tree(lines, plural)
    fields = schema.pop("properties")
    schema["properties"] = {
        "apiVersion": {"type": "string", "const": f"{GROUP}/{VERSION}"},
        "kind": {"type": "string", "const": known.kind},
        "metadata": {"type": "object"},
        **fields,
    }
    names = {"plural": plural, "singular": known.kind.lower(), "kind": known.kind, "listKind": f"{known.kind}List"}
    more = {"shortNames": [known.short] if known.short else [], "categories": ["fluid"] if known.category else []}
    subresources: Object = {"status": {}} if known.status else {}
    if known.scale:
        subresources["scale"] = {
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.currentWorkerNumberScheduled",
            **({"labelSelectorPath": ".status.selector"} if known.scale == "selector" else {}),
        }
    return schema | {
        "x-kubernetes-group-version-kind": [{"group": GROUP, "version": VERSION, "kind": known.kind}],
        "x-kubernetes-resource": {
            "scope": "Cluster" if known.cluster_scoped else "Namespaced",
            "names": names | {key: value for key, value in more.items() if value},
            "subresources": subresources,
        },
    }


def document(folder: Path) -> Object:
    """The whole file."""
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in SOURCES}
    sums = ", ".join(
        f"{name} (sha256 {hashlib.sha256(text.encode()).hexdigest()[:16]})" for name, text in texts.items()
    )
    definitions = {KINDS[name].kind: kind_schema(name, lines) for name, lines in sections(texts["crd-fields.txt"])}
    kinds = list(definitions)
    for heading, lines in sections(texts["core-types.txt"]):
        name, _, said = heading.partition(" ")
        definitions[name] = tree(lines, name) | constraints(said)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"Made by schemas/make_fluid.py from {sums}: the CRDs of Fluid a826600a. Do not edit.",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in kinds],
        "$defs": definitions,
    }


def text_of(schema: Object) -> str:
    """The file's text: a line for each definition, so that a diff says which of them changed."""
    head = {key: value for key, value in schema.items() if key != "$defs"}
    lines = [json.dumps(key) + ": " + json.dumps(value, ensure_ascii=False) for key, value in head.items()]
    definitions = [
        json.dumps(name) + ": " + json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in schema["$defs"].items()
    ]
    lines.append('"$defs": {\n' + ",\n".join(definitions) + "\n}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    """Write the file."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else HERE.parents[1] / "shared" / "facts"
    TARGET.write_text(text_of(document(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()

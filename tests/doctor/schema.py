"""The JSON Schema of what `doctor -o json` prints."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema

from tests.support import ROOT


@cache
def _validator() -> Any:
    schema = json.loads((ROOT / "schemas" / "doctor-report.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def check(document: Any) -> None:
    """Fail unless the document is what the schema describes."""
    errors = [f"{'/'.join(map(str, it.absolute_path))}: {it.message}" for it in _validator().iter_errors(document)]
    assert errors == []


def checks_of(document: Any, name: str) -> list[dict[str, Any]]:
    """All answers of one check."""
    return [it for category in document["categories"] for it in category["checks"] if it["name"] == name]


def verdicts(document: Any) -> dict[str, str]:
    """Name, with its subject behind a space where it has one → verdict."""
    found = (it for category in document["categories"] for it in category["checks"])
    return {" ".join(filter(None, (it["name"], it.get("subject")))): it["verdict"] for it in found}

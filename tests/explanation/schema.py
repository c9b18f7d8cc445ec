"""The JSON Schema of what `explain -o json` prints."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema

from tests.support import ROOT


@cache
def _validator() -> Any:
    schema = json.loads((ROOT / "schemas" / "explanation.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def check(document: Any) -> None:
    """Fail unless the document is what the schema describes."""
    errors = [f"{'/'.join(map(str, it.absolute_path))}: {it.message}" for it in _validator().iter_errors(document)]
    assert errors == []

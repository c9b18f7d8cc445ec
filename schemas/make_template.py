"""Writes `kubectl-fluid.io-v1alpha1.json`: the JSON Schema of InjectionTemplate, of which its CRD is made as well.

    python -m schemas.make_template

Its containers and volumes are those of the newest Kubernetes, in whose file it refers to them.
"""

from __future__ import annotations

import json
from typing import Any

from kubectl_fluid.policy.crd import NUMBERS, schema
from kubectl_fluid.validation.schema import files
from kubectl_fluid.validation.schema.crd import GROUP_VERSION_KIND
from schemas.make_fluid import HERE, text_of

Object = dict[str, Any]

TARGET = HERE / files.OWN


def document() -> Object:
    """The whole file. The definitions behind the kind take the place of those that Kubernetes' file has of the name."""
    made = schema()
    newest = f"kubernetes-1.{max(files.kubernetes_minors())}.json"
    root = json.loads(json.dumps(made.root).replace('"#/$defs/', f'"{newest}#/$defs/'))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"Made by schemas/make_template.py from kubectl_fluid/policy/crd.py and {newest}. Do not edit.",
        "oneOf": [{"$ref": f"#/$defs/{made.gvk.kind}"}],
        "$defs": {made.gvk.kind: {**root, GROUP_VERSION_KIND: [made.gvk._asdict()]}, **NUMBERS},
    }


def main() -> None:
    """Write the file."""
    TARGET.write_text(text_of(document()), encoding="utf-8")


if __name__ == "__main__":
    main()

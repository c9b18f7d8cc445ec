"""Writes `kubernetes-1.MINOR.json`: JSON Schemas of built-in kinds, from the OpenAPI documents of Kubernetes' releases.

    python -m schemas.make_kubernetes

The newest minor is written whole. Each older one is a JSON merge patch (RFC 7396), `kubernetes-1.MINOR.patch.json`,
that makes it of the next newer one: null for what came in between, and what was another way before.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from kubectl_fluid.validation.schema.mergepatch import difference
from schemas.make_fluid import HERE, text_of
from schemas.openapi import GROUP_VERSION_KIND, definitions
from schemas.sources import Release, release

Object = dict[str, Any]

#: The release of each minor that its schemas are made of, newest first. 1.37.2 is also the API server of the tests.
RELEASES = ("v1.37.2", "v1.36.3", "v1.35.4", "v1.34.4", "v1.33.13", "v1.32.13", "v1.31.14", "v1.30.14")


def target(version: str) -> Path:
    """The file of a release."""
    minor = ".".join(version.removeprefix("v").split(".")[:2])
    return HERE / f"kubernetes-{minor}{'' if version == RELEASES[0] else '.patch'}.json"


def comment(of: Release) -> str:
    """What a file says it was made from."""
    return (
        "Made by schemas/make_kubernetes.py from the OpenAPI v3 documents of kube-apiserver "
        f"{of.version} (Go module k8s.io/kubernetes {of.checksum}). Do not edit."
    )


def whole(found: Object, said: str) -> str:
    """The text of the file of the newest minor."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": said,
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name, it in found.items() if GROUP_VERSION_KIND in it],
        "$defs": found,
    }
    return text_of(document)


def patch(newer: Object, found: Object, said: str) -> str:
    """The text of the file of an older minor: how its definitions come of those of the next newer one."""
    return text_of({"$comment": said, "$defs": dict(sorted(difference(newer, found).items()))})


def main() -> None:
    """Write the files."""
    newer: Object = {}
    for version in RELEASES:
        with release(version) as source:
            found = definitions(source.get)
            text = patch(newer, found, comment(source)) if newer else whole(found, comment(source))
        target(version).write_text(text, encoding="utf-8")
        print(f"{target(version).name}: {len(text)} bytes", file=sys.stderr)  # noqa: T201 - it takes a minute
        newer = found


if __name__ == "__main__":
    main()

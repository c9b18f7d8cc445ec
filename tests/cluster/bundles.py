"""The webhook's bundle on its way into an API server."""

from __future__ import annotations

import json
from typing import Any

from kubectl_fluid.webhook.bundle.choices import Choices
from kubectl_fluid.webhook.bundle.objects import bundle
from tests.cluster.control_plane import ControlPlane

Object = dict[str, Any]


def apply(api_server: ControlPlane, *values: Object, dry: bool = False) -> str:
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(values)})
    done = api_server.kubectl("apply", *(["--dry-run=server"] if dry else []), "-f", "-", stdin=text)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


def of_kind(kind: str, choices: Choices | None = None) -> Object:
    (value,) = [it for it in bundle(choices or Choices()) if it["kind"] == kind]
    return value

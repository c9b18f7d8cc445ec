"""Whether the API server would take a template: told before one is applied, by the schema that comes with the program.

Decision: fields that a Pod of the newest known Kubernetes does not have are refused, not dropped. A FUSE DaemonSet may
come from a newer cluster; a template without its field would make another sidecar than the webhook does.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from kubectl_fluid.validation.finding import Finding
from kubectl_fluid.validation.schema import check, load

Object = dict[str, Any]

_schemas = cache(load)


def findings(template: Object) -> list[Finding]:
    """What is wrong with a template, nothing for one that every API server of this definition takes."""
    return check(template, _schemas())

"""Whether the API server would take a template: told before one is applied, by the schema of its definition.

Decision: fields that a Pod of the newest known Kubernetes does not have are refused, not dropped. A FUSE DaemonSet may
come from a newer cluster; a template without its field would make another sidecar than the webhook does.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from kubectl_fluid.policy.crd import crd
from kubectl_fluid.validation.finding import Finding
from kubectl_fluid.validation.schema import files
from kubectl_fluid.validation.schema.check import check
from kubectl_fluid.validation.schema.crd import schemas_of
from kubectl_fluid.validation.schema.model import Schemas

Object = dict[str, Any]


def findings(template: Object) -> list[Finding]:
    """What is wrong with a template, nothing for one that every API server of this definition takes."""
    return check(template, _schemas())


@cache
def _schemas() -> Schemas:
    return Schemas([*files.kubernetes(max(files.kubernetes_minors())), *schemas_of(crd(), "policies/serverless")])

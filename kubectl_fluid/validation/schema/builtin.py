"""Built-in kinds: decoding, metadata, and the rules of each kind."""

from __future__ import annotations

from collections.abc import Callable

from kubectl_fluid.validation.schema import names, typed
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.features import SINCE
from kubectl_fluid.validation.schema.core.kinds import CHECKS, NAMES, SERVICE, WITHOUT_GENERATION
from kubectl_fluid.validation.schema.metadata import check_metadata
from kubectl_fluid.validation.schema.model import Object, Schema
from kubectl_fluid.validation.schema.report import NEWEST, ROOT, Place, Report

_TOP: Place = (None, ROOT)


def checker(schema: Schema) -> Callable[[Object], Report]:
    """The check of whole objects of a built-in kind."""
    walk = typed.Types(schema).walk(schema.root)
    identity = (schema.gvk.group, schema.gvk.kind)
    name_rule = NAMES.get(identity, names.dns_subdomain)
    minor = NEWEST if schema.minor is None else schema.minor
    if identity == SERVICE and minor < SINCE["RelaxedServiceNameValidation"]:
        name_rule = names.dns_1035_label
    rules = CHECKS.get(identity)
    counts = identity in WITHOUT_GENERATION

    def check(value: Object) -> Report:
        report = Report(minor=minor)
        decoded = walk(value, None, ROOT, report)
        if not report.decoding:
            check_metadata(
                decoded.get("metadata") or {},
                (_TOP, "metadata"),
                report,
                name_rule,
                builtin=True,
                counts_generation=counts,
            )
            if rules is not None:
                rules(At(decoded, _TOP, report))
        return report

    return check

"""The table of all rules."""

from __future__ import annotations

from kubectl_fluid.validation.rules import (
    cacheruntime,
    dataload,
    eci,
    ignoring,
    jindo,
    juicefs_rules,
    juicefs_runtime,
    labels,
    moreoperations,
    names,
    operations,
    others,
    pairing,
    pods,
    prefetch,
    references,
    runtimes,
    secrets,
    shape,
    thin,
)
from kubectl_fluid.validation.rules.rule import Also, Rule

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *names.RULES,
            *pairing.RULES,
            *juicefs_rules.RULES,
            *runtimes.RULES,
            *references.RULES,
            *secrets.RULES,
            *juicefs_runtime.RULES,
            *thin.RULES,
            *others.RULES,
            *jindo.RULES,
            *cacheruntime.RULES,
            *dataload.RULES,
            *operations.RULES,
            *moreoperations.RULES,
            *shape.RULES,
            *labels.RULES,
            *pods.RULES,
            *eci.RULES,
            *prefetch.RULES,
            *ignoring.RULES,
        ),
        key=lambda rule: rule.code,
    )
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}

#: Every check with the kinds that it is for.
CHECKS: tuple[Rule | Also, ...] = (*RULES, *ignoring.MORE)

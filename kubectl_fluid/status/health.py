"""The verdict on a Dataset: the first row of RULES that holds. docs/health.md is made from it.

What Fluid writes is not enough: a Dataset stays Bound while none of its workers is ready, its condition NotReady is
never taken back, and a blank figure is not 0 (Fluid a826600a: api/v1alpha1/dataset_types.go,
pkg/ddc/*/health_check.go, pkg/controllers/v1alpha1/dataset).
"""

from __future__ import annotations

from kubectl_fluid.status.case import Case
from kubectl_fluid.status.model import Health, Verdict
from kubectl_fluid.status.rules import HEALTHY, Rule
from kubectl_fluid.status.rules_bound import BOUND
from kubectl_fluid.status.rules_life import COMING, LEAVING
from kubectl_fluid.status.rules_reference import REFERENCE

RULES: tuple[Rule, ...] = (*LEAVING, *REFERENCE, *COMING, *BOUND)
#: Codes that say that something could not be read, not how it is.
UNREADABLE = frozenset(("RuntimeUnreadable", "ReferencedUnreadable"))


def health(case: Case) -> Health:
    """The verdict of the first rule that holds, else Healthy."""
    for rule in RULES:
        message = rule.find(case)
        if message is not None:
            return Health(rule.verdict, rule.code, message, rule.cure_for(case))
    return Health(Verdict.HEALTHY, HEALTHY, "it serves its data")


_HEAD = """\
# Health

Generated from `kubectl_fluid/status/health.py`. `kubectl fluid status` gives each Dataset the verdict of the first code
below that holds for it, from the top; a code never changes its meaning.

| verdict | means |
| --- | --- |
| `Healthy` | Pods can read the data, with all of the cache that was asked for |
| `Progressing` | nothing is wrong; wait |
| `Degraded` | Pods can read the data, but something is not as it should be |
| `Failed` | it does not work, and will not by waiting |
| `Unknown` | what was read does not say; the message says what is missing |

Exit code 0: all are Healthy. 1: some are not. 4: what is needed for a verdict could not be read (the codes
{unreadable}), and nothing else is wrong.
"""


def document() -> str:
    """The text of docs/health.md, in which each code has an anchor."""
    codes = " and ".join(f"`{code}`" for code in sorted(UNREADABLE))
    lines = [_HEAD.format(unreadable=codes)]
    for rule in RULES:
        lines += [f"## {rule.code}", "", f"`{rule.verdict.value}`: {rule.meaning}.", ""]
        lines += [f"What to do: {rule.advice}.", ""] if rule.advice else []
    lines += [f"## {HEALTHY}", "", "`Healthy`: no other row holds.", ""]
    return "\n".join(lines[:-1]) + "\n"

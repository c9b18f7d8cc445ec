"""One row of the table of verdicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kubectl_fluid.status.case import Case
from kubectl_fluid.status.model import Verdict

#: The code of a Dataset for which no row holds.
HEALTHY = "Healthy"


class Rule(NamedTuple):
    """A code, its verdict, what it means in general, when it holds, and what to do.

    `find` gives the sentence about this Dataset, or None where the rule does not hold. `cure` may name {namespace},
    {name}, {kind} (of the runtime) and {target} (the Dataset that it refers to).
    """

    code: str
    verdict: Verdict
    meaning: str
    find: Callable[[Case], str | None]
    cure: str = ""

    def cure_for(self, case: Case) -> str:
        """What to do about this Dataset."""
        kind = case.runtime.kind if case.runtime and case.runtime.kind else "JuiceFSRuntime"
        target = case.refers_to
        return self.cure.format(
            namespace=case.name.namespace,
            name=case.name.name,
            kind=kind.lower(),
            target=f"{target.namespace}/{target.name}" if target else "",
        )

    @property
    def advice(self) -> str:
        """What to do, for any Dataset."""
        return self.cure.format(namespace="NAMESPACE", name="NAME", kind="RUNTIME", target="NAMESPACE/NAME")


def listed(names: list[str], most: int = 3) -> str:
    """The first few names, and how many more."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")

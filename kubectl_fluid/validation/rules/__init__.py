"""Rules beyond the schema: what Fluid's controllers refuse, and what does something other than it says.

`table.RULES` is the one list of them, `run.Run` applies them: `add` each document, then `conclude`.
"""

from __future__ import annotations

from kubectl_fluid.validation.rules.rule import Rule
from kubectl_fluid.validation.rules.run import Rules, Run
from kubectl_fluid.validation.rules.subject import Where
from kubectl_fluid.validation.rules.table import BY_CODE, RULES
from kubectl_fluid.validation.rules.world import Kept

__all__ = ["BY_CODE", "RULES", "Kept", "Rule", "Rules", "Run", "Where"]

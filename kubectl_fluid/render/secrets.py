"""Options whose values lie in Secrets, and the variables that carry them.

Fluid a826600a, pkg/ddc/juicefs/transform_fuse.go, genValue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.render.inputs import EncryptOption

#: Known options and their variables, in the order in which the chart writes them.
VARIABLES = {"metaurl": "METAURL", "access-key": "ACCESS_KEY", "secret-key": "SECRET_KEY", "token": "TOKEN"}

#: An option of this name is a capacity, never a secret: it is left out.
QUOTA = "quota"

_VARIABLE_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Secret:
    """One option, the variable that carries it, and the key of the Secret that holds it."""

    option: EncryptOption
    variable: str

    @property
    def env(self) -> Object:
        """The container's environment entry."""
        reference = {"name": self.option.secret, "key": self.option.key}
        return {"name": self.variable, "valueFrom": {"secretKeyRef": reference}}


@dataclass(frozen=True, slots=True)
class Secrets:
    """All secret options: known ones by their name (the mount's win over shared ones), others in their order.

    `has_metaurl` is true even where the option names no Secret, since the source becomes `${METAURL}` all the same.
    """

    known: dict[str, Secret]
    others: tuple[Secret, ...]
    has_metaurl: bool

    def given(self, option: str) -> bool:
        """Whether a known option names a Secret: only then does Fluid write its variable."""
        return option in self.known

    @property
    def env(self) -> list[Object]:
        """Environment entries of a container, in the chart's order."""
        ordered = [self.known[name] for name in VARIABLES if name in self.known]
        return [secret.env for secret in (*ordered, *self.others)]


def collect(options: Iterable[EncryptOption], errors: list[Problem]) -> Secrets:
    """Sort options (shared ones first) into known and other ones; notes names that no variable can have."""
    known: dict[str, Secret] = {}
    others: list[Secret] = []
    has_metaurl = False
    for option in options:
        has_metaurl = has_metaurl or option.name == "metaurl"
        if (variable := VARIABLES.get(option.name)) is not None:
            known[option.name] = Secret(option, variable)
        elif option.name != QUOTA:
            variable = option.name.replace("-", "_")
            if not _VARIABLE_NAME.fullmatch(variable):
                message = f"{variable} is not a valid Linux environment variable name"
                errors.append(Problem("EnvName", message, f"rename the encrypt option {option.name!r}"))
            others.append(Secret(option, variable))
    return Secrets({name: it for name, it in known.items() if it.option.secret}, tuple(others), has_metaurl)

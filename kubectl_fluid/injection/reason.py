"""Why a claim or a Pod was taken or left: one value for the CLI's report, warnings, audit and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, unique
from typing import NamedTuple


@unique
class Outcome(Enum):
    """What happened to a Pod, from the mildest to the hardest."""

    SKIPPED = "skipped"
    INJECTED = "injected"
    REFUSED = "refused"


class Reason(NamedTuple):
    """One decision: `code` is stable and machine readable, `message` a sentence, `hint` what to do.

    `claim` names the PersistentVolumeClaim that the reason is about; "" where it is about the whole Pod. `pointer`
    is the path inside the Pod of what is wrong, where one place can be named.
    """

    code: str
    outcome: Outcome
    message: str
    hint: str = ""
    claim: str = ""
    pointer: tuple[str | int, ...] = ()


class Refusal(Exception):
    """The Pod cannot be injected and must not be admitted half done.

    `status` is the HTTP status that an AdmissionResponse gives: 403 and 400 are the caller's fault, 500 is an
    object in the cluster that is missing or unready.
    """

    def __init__(
        self,
        code: str,
        message: str,
        hint: str = "",
        *,
        claim: str = "",
        status: int = 500,
        pointer: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(message)
        self.reasons: tuple[Reason, ...] = (Reason(code, Outcome.REFUSED, message, hint, claim, pointer),)
        self.status = status

    @property
    def reason(self) -> Reason:
        """The first reason."""
        return self.reasons[0]

    @classmethod
    def of(cls, refusals: Sequence[Refusal]) -> Refusal:
        """One refusal with the reasons of several, in their order; the first one's status counts."""
        first = refusals[0]
        first.reasons = tuple(reason for refusal in refusals for reason in refusal.reasons)
        return first

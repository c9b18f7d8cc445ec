"""What may go wrong with an expression."""

from __future__ import annotations


class NotCel(Exception):
    """The text is no expression, or one of a kind that this room does not know: a mistake in this program."""


class Unevaluable(Exception):
    """The expression has no value for this object; the API server answers so too, and goes by `failurePolicy`."""

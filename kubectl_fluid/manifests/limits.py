"""What a document may cost: hostile input is refused before it costs memory, time or stack."""

from __future__ import annotations

MAX_DEPTH = 100
"""Nested collections. Pods need about 15, the deepest custom resources about 40; recursion over a value stays safe."""

MAX_NODES = 1_000_000
"""Scalars and collections in the text of one document; 8 MiB of Pods have about half of it."""

MAX_ALIAS_WEIGHT = 4 * 1024 * 1024
"""Characters and values that aliases may add to a document when they are written out."""

LONGEST_NUMBER = 400
"""Digits; no quantity needs them, and turning text into a number is quadratic."""

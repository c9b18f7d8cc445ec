"""What the webhook costs: its server alone, and all that an API server has to do because of it."""

from __future__ import annotations

from benchmarks.webhook.creation import creation
from benchmarks.webhook.run import missing, speed, start_up

__all__ = ["MEASURES", "missing"]

MEASURES = (speed, start_up, creation)

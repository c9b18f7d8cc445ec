"""What the steps of one Pod's injection share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kubectl_fluid.claims import Claims
from kubectl_fluid.injection.draft import Draft
from kubectl_fluid.injection.platforms import Platform
from kubectl_fluid.injection.reason import Reason
from kubectl_fluid.injection.settings import Settings, SidecarMode

Object = dict[str, Any]


@dataclass(slots=True)
class Run:
    """Everything that the rounds of one Pod share, and what they have made so far.

    `names` are sidecars in the order in which they were made; `config_maps` are by name, since several claims share
    them; `next_index` is the number of the round's next sidecar (profile `fluid`).
    """

    draft: Draft
    claims: Claims
    platform: Platform
    mode: SidecarMode
    settings: Settings
    names: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    config_maps: dict[tuple[str, str], Object] = field(default_factory=dict)
    next_index: int = 0

    def add_config_map(self, config_map: Object) -> None:
        """Remembers an object that the injected Pod needs."""
        metadata = config_map["metadata"]
        self.config_maps.setdefault((metadata["namespace"], metadata["name"]), config_map)

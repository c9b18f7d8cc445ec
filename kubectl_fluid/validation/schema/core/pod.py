"""What the rules of containers have to know of the Pod around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Pod:
    """`claims` are the names of `resourceClaims`, `named_volumes` the volumes by name."""

    restart_policy: str
    grace: int | None
    host_users: bool
    claims: set[str] = field(default_factory=set)
    named_volumes: dict[str, dict[str, Any]] = field(default_factory=dict)

"""Which FUSE clients of a dataset have their metrics scraped."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.claims import Problem
from kubectl_fluid.shapes import mapping

MOUNT_POD, SIDECAR = "MountPod", "Sidecar"


def scrape_target(runtime_type: str, fuse: dict[str, Any]) -> str | Problem:
    """`MountPod`, `Sidecar`, both joined by a comma, or "".

    Only a JindoRuntime can say so, in `spec.fuse.metrics.scrapeTarget`: words joined by commas, no space between them.
    All adds both, None adds nothing, and what follows those two is not read (Fluid a826600a,
    pkg/ddc/base/mount_mode.go).
    """
    text = mapping(fuse.get("metrics")).get("scrapeTarget") if runtime_type == "jindo" else None
    chosen: set[str] = set()
    for word in str(text).split(",") if text else ():
        if word == "All":
            chosen = {MOUNT_POD, SIDECAR}
        if word in ("All", "None"):
            break
        if word not in (MOUNT_POD, SIDECAR):
            message = f"spec.fuse.metrics.scrapeTarget of the JindoRuntime holds {word!r}"
            return Problem("BadScrapeTarget", message, "use All, None, or MountPod and Sidecar joined by a comma")
        chosen.add(word)
    return ",".join(sorted(chosen))

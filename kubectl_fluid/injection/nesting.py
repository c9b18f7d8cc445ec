"""Datasets within datasets: which of a Pod's claims have to wait for the sidecars that mount them too."""

from __future__ import annotations

from kubectl_fluid.claims import Claim, Claims


def outermost(found: list[Claim], claims: Claims, namespace: str) -> list[Claim]:
    """Those claims that no other one's FUSE client mounts, directly or through further datasets.

    The rest is taken in a later round, when the clients that mount it stand in the Pod as well, so that a dataset
    has one sidecar however many mount it. Where claims mount each other in a circle, all of them.
    """
    inner = {name for claim in found for name in _inside(claim, claims, namespace)}
    return [claim for claim in found if claim.name.name not in inner] or found


def _inside(claim: Claim, claims: Claims, namespace: str) -> set[str]:
    """Names of the claims that its FUSE client needs, without its own."""
    inside: set[str] = set()
    waiting: list[Claim | None] = [claim]
    while waiting:
        at = waiting.pop()
        for volume in at.dataset.fuse.volumes if at and at.dataset and at.dataset.fuse else ():
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if name and name not in inside:
                inside.add(name)
                waiting.append(claims(namespace, name))
    return inside - {claim.name.name}

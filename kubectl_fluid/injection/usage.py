"""The annotation that names the datasets in use."""

from __future__ import annotations

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim
from kubectl_fluid.injection.draft import Draft


def record(draft: Draft, found: list[Claim]) -> None:
    """Merges the claims' datasets into `fluid.io/datasets-in-use`, sorted (Fluid: DatasetUsageInjector)."""
    old = draft.annotations.get(keys.DATASETS_IN_USE, "")
    names = {name.strip() for name in old.split(",") if name.strip()}
    names.update(claim.dataset.name.name for claim in found if claim.dataset)
    if names:
        draft.annotations[keys.DATASETS_IN_USE] = ",".join(sorted(names))

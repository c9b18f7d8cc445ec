"""A DataLoad: warms the cache of a Dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubectl_fluid.scaffold.manifest import FLUID, Manifest, head


def manifest(name: str, dataset: str, namespace: str, paths: Sequence[str], options: Mapping[str, str]) -> Manifest:
    """The DataLoad of a Dataset in its own namespace: Fluid wants that named, and takes no other one."""
    spec = {
        "dataset": {"name": dataset, "namespace": namespace},
        "target": [{"path": path} for path in paths],
        **({"options": dict(options)} if options else {}),
    }
    return Manifest({**head(FLUID, "DataLoad", name, namespace), "spec": spec})

"""The kinds that a report is made from, and where an API server keeps them.

Fluid's: a826600a, api/v1alpha1 and config/crd/bases.
"""

from __future__ import annotations

from typing import NamedTuple

from kubectl_fluid.cluster.listing import Resource

GROUP, VERSION = "data.fluid.io", "v1alpha1"


class RuntimeKind(NamedTuple):
    """A kind of runtime: `type` as it stands in `Dataset.status.runtimes[].type`.

    `masters`: its masters serve data, so a phase of theirs means something. `status`: how its status is laid out.
    """

    type: str
    resource: Resource
    masters: bool = False
    by_component: bool = False


def _fluid(kind: str, plural: str) -> Resource:
    return Resource(kind, GROUP, VERSION, plural)


DATASETS = _fluid("Dataset", "datasets")
RUNTIMES: dict[str, RuntimeKind] = {
    it.type: it
    for it in (
        RuntimeKind("juicefs", _fluid("JuiceFSRuntime", "juicefsruntimes")),
        RuntimeKind("alluxio", _fluid("AlluxioRuntime", "alluxioruntimes"), masters=True),
        RuntimeKind("jindo", _fluid("JindoRuntime", "jindoruntimes"), masters=True),
        RuntimeKind("thin", _fluid("ThinRuntime", "thinruntimes")),
        RuntimeKind("efc", _fluid("EFCRuntime", "efcruntimes"), masters=True),
        RuntimeKind("vineyard", _fluid("VineyardRuntime", "vineyardruntimes"), masters=True),
        RuntimeKind("cache", _fluid("CacheRuntime", "cacheruntimes"), masters=True, by_component=True),
    )
}
OPERATIONS = (
    _fluid("DataLoad", "dataloads"),
    _fluid("DataMigrate", "datamigrates"),
    _fluid("DataBackup", "databackups"),
    _fluid("DataProcess", "dataprocesses"),
)
CLAIMS = Resource("PersistentVolumeClaim", "", "v1", "persistentvolumeclaims")
PODS = Resource("Pod", "", "v1", "pods")
EVENTS = Resource("Event", "", "v1", "events")

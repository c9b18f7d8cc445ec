"""Names, labels and owners of rendered objects (Fluid a826600a, pkg/utils/label.go, charts/library).

Names that are made from a Dataset's namespace and name give way to its UID where they get too long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kubectl_fluid import keys
from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.render.inputs import Metadata

#: From this length of the whole key on, prefix included, Fluid writes the UID instead.
_TOO_LONG = 63
#: Longest name of a Helm release.
_RELEASE = 53
_LABEL = 63
_DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?", re.ASCII)
_NOT_1035 = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')"
)
_DNS_1123 = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Identity:
    """The names of one dataset; `uid` is the Dataset's, "" where it is not known."""

    namespace: str
    name: str
    uid: str

    @classmethod
    def of(cls, metadata: Metadata) -> Identity:
        """The identity of a Dataset."""
        return cls(metadata.name.namespace, metadata.name.name, metadata.uid)

    @property
    def dataset_id(self) -> str:
        """Value of the label `fluid.io/dataset-id`."""
        return self._suffix("")

    @property
    def storage_label(self) -> str:
        """Key of the label of the dataset's PV, PVC and cache nodes."""
        return keys.STORAGE_PREFIX + self._suffix(keys.STORAGE_PREFIX)

    @property
    def fuse_label(self) -> str:
        """Key of the label of nodes that run the dataset's FUSE client."""
        return keys.FUSE_PREFIX + self._suffix(keys.FUSE_PREFIX)

    @property
    def needs_uid(self) -> bool:
        """Whether a name is too long and the UID that Fluid would write instead is not known."""
        return not self.uid and len(keys.STORAGE_PREFIX + self._plain) >= _TOO_LONG

    @property
    def _plain(self) -> str:
        return f"{self.namespace}-{self.name}"

    def _suffix(self, prefix: str) -> str:
        too_long = len(prefix + self._plain) >= _TOO_LONG
        return self.uid if too_long and self.uid else self._plain


@dataclass(frozen=True, slots=True)
class Chart:
    """One Helm release of a runtime's chart, e.g. `juicefs` `0.2.16`."""

    name: str
    version: str
    identity: Identity

    def library(self) -> dict[str, str]:
        """The labels that the library chart puts on everything."""
        return {
            "app.kubernetes.io/instance": self.identity.name,
            "app.kubernetes.io/managed-by": "Helm",
            "app.kubernetes.io/name": self.name,
            keys.DATASET_ID: self.identity.dataset_id,
            keys.MANAGED_BY: "fluid",
        }

    def selector(self, role: str) -> dict[str, str]:
        """The labels by which a workload selects its Pods."""
        return {
            "app": self.name,
            "chart": f"{self.name}-{self.version}",
            "heritage": "Helm",
            "release": self.identity.name,
            "role": role,
        }

    def labels(self, role: str) -> dict[str, str]:
        """All labels of the objects of a role."""
        return {**self.selector(role), **self.library()}


def owner_references(kind: str, metadata: Metadata, *, controller: bool = True) -> list[Object]:
    """The owner references of what a controller makes; none where the owner has no UID yet."""
    if not metadata.uid:
        return []
    reference: Object = {
        "apiVersion": "data.fluid.io/v1alpha1",
        "kind": kind,
        "name": metadata.name.name,
        "uid": metadata.uid,
    }
    if controller:
        reference.update(blockOwnerDeletion=False, controller=True)
    return [reference]


def _fault_of_label(name: str) -> str:
    """What Kubernetes says of a name that is no DNS-1035 label (apimachinery, IsDNS1035Label); "" if it is one."""
    if not name:
        return "Required value: name or generateName is required"
    faults = []
    if len(name) > _LABEL:
        faults.append(f"must be no more than {_LABEL} characters")
    if not _DNS_1035.fullmatch(name):
        faults.append(_NOT_1035)
    return f'Invalid value: "{name}": {",".join(faults)}' if faults else ""


def check_names(dataset: Metadata, runtime: Metadata, runtime_kind: str) -> list[Problem]:
    """Names that Fluid's controllers refuse, and a runtime that is not the Dataset's."""
    problems = []
    for start, metadata in (
        ("Failed to create dataset because err:", dataset),
        ("Failed to create ddc engine due to error", runtime),
    ):
        if fault := _fault_of_label(metadata.name.name):
            hint = "at most 63 lower case letters, digits and -, a letter first"
            problems.append(Problem("Name", f"{start} metadata.name: {fault}", hint))
    if not _DNS_1123.fullmatch(dataset.name.namespace):
        problems.append(Problem("Name", f"{dataset.name.namespace!r} is not the name of a namespace"))
    if len(runtime.name.name) > _RELEASE:
        message = f"the name of {runtime_kind} {runtime.name.name} is longer than {_RELEASE} characters"
        problems.append(Problem("Name", message, "it becomes the name of a Helm release"))
    if runtime.name != dataset.name:
        message = f"No dataset can be bound to the runtime, waiting: no Dataset {runtime.name}"
        problems.append(Problem("NoDataset", message, f"a runtime has the names of its Dataset ({dataset.name})"))
    return problems

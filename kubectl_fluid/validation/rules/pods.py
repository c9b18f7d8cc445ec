"""Pods that use Datasets: the claims they name, and what the sidecars bring along."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid import keys
from kubectl_fluid.claims import Name
from kubectl_fluid.render.checks import metrics_ports
from kubectl_fluid.render.edition import edition_of
from kubectl_fluid.render.inputs import read_dataset, read_runtime
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules import podview
from kubectl_fluid.validation.rules.near import near
from kubectl_fluid.validation.rules.read import entries, mapping, number, text
from kubectl_fluid.validation.rules.rule import WORKLOAD, Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject
from kubectl_fluid.validation.rules.world import World
from kubectl_fluid.workloads import Slot

#: Volcano mounts claims that stand beside its tasks.
_MOUNTS_ITSELF = "batch.volcano.sh/"


def _claims(subject: Subject) -> Iterator[Hit]:
    world = subject.world
    for slot in subject.slots:
        wants = podview.asks(slot.pod) or podview.on_eci(slot.pod)
        for name, pointer in podview.claims(slot.pod):
            kinds = ("PersistentVolumeClaim", "Dataset")
            if any(world.find(kind, subject.namespace, name) is not None for kind in kinds):
                continue
            meant = _near(world, Name(subject.namespace, name), wants=wants)
            message = f"there is no Dataset and no claim {subject.namespace}/{name}"
            sure = all(map(world.sure, kinds))
            severity = Severity.ERROR if sure else Severity.WARNING if meant else None
            if wants or meant or sure:
                yield Hit("FL0520", slot.locate(pointer), message, f"did you mean {meant}?" if meant else "", severity)


def _near(world: World, claim: Name, *, wants: bool) -> str:
    """A Dataset that may be meant."""
    for namespace in world.namespaces_of("Dataset", claim.name):
        return f"{namespace}/{claim.name}, in whose namespace the Pod has to be"
    return near(world, "Dataset", claim.namespace, claim.name, cutoff=0.7) if wants else ""


def _no_claim(subject: Subject) -> Iterator[Hit]:
    if text(subject.value, "apiVersion").startswith(_MOUNTS_ITSELF):
        return
    for slot in subject.slots:
        if podview.asks(slot.pod) and not any(podview.claims(slot.pod)):
            message = "the Pod asks for sidecars, but none of its volumes is a claim"
            yield Hit("FL0521", slot.locate(("metadata", "labels")), message)


def _not_asking(subject: Subject) -> Iterator[Hit]:
    for slot in subject.slots:
        if podview.pod_labels(slot.pod).get(keys.ECI) == "true" and not podview.asks(slot.pod):
            for name, pointer in podview.claims(slot.pod):
                if subject.world.find("Dataset", subject.namespace, name) is not None:
                    message = f"the Pod runs on ECI and uses Dataset {name}, but asks for no sidecar"
                    yield Hit("FL0522", slot.locate(pointer), message)


def _ports(subject: Subject) -> Iterator[Hit]:
    """Community editions of JuiceFS with a network of their own listen on 9567 unless told otherwise."""
    for slot in subject.slots:
        if not podview.asks(slot.pod):
            continue
        users = {
            number(port, "containerPort"): f"container {text(container, 'name')}"
            for pointer, container in podview.containers(slot.pod)
            if pointer[1] == "containers"
            for _, port in entries(container, "ports")
        }
        for name, pointer in podview.claims(slot.pod):
            port = _metrics_port(subject, name)
            if port is None:
                continue
            if port in users and users[port] != name:
                message = f"the sidecar of {name} listens on port {port}, as {users[port]} does"
                yield Hit("FL0523", slot.locate(pointer), message)
            users.setdefault(port, name)


def _metrics_port(subject: Subject, name: str) -> int | None:
    world = subject.world
    dataset, runtime = world.find("Dataset", subject.namespace, name), world.runtime(subject.namespace, name)
    if dataset is None or runtime is None or runtime[0] != "JuiceFSRuntime":
        return None
    mounts, read = read_dataset(dataset, []).mounts, read_runtime(runtime[1], [])
    if not mounts or read.fuse.host_network or not edition_of(mounts[0]).is_community:
        return None
    return metrics_ports(read, edition_of(mounts[0]), [])[1] or None


def _pull_secrets(subject: Subject) -> Iterator[Hit]:
    for slot in subject.slots:
        if podview.asks(slot.pod):
            yield from _missing_pull_secrets(subject, slot)


def _missing_pull_secrets(subject: Subject, slot: Slot) -> Iterator[Hit]:
    have = {text(item, "name") for _, item in entries(slot.pod, "spec", "imagePullSecrets")}
    for name, pointer in podview.claims(slot.pod):
        runtime = subject.world.runtime(subject.namespace, name)
        spec = mapping(runtime[1], "spec") if runtime else {}
        wanted = {
            text(item, "name")
            for holder in (spec, mapping(spec, "fuse"))
            for _, item in entries(holder, "imagePullSecrets")
        }
        if missing := sorted(wanted - have - {""}):
            message = (
                f"the FUSE client of {name} is pulled with secret {', '.join(missing)}, which the Pod does not name"
            )
            yield Hit("FL0524", slot.locate(pointer), message)


_WARNING, _POD = Severity.WARNING, (WORKLOAD,)

RULES = (
    Rule(
        "FL0520",
        Severity.INFO,
        "A volume names a claim that is not there",
        "The Pod is refused at admission, or waits. A warning where a Dataset of a similar name, or of this name in "
        "another namespace, is among the documents; an error with --cluster.",
        "create the Dataset and its runtime, or mend claimName",
        _POD,
        _claims,
        says="failed to get the following PVCs [x]",
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0521",
        _WARNING,
        "A Pod asks for sidecars and has no claim",
        "There is nothing to inject.",
        "add a volume with persistentVolumeClaim.claimName: the name of the Dataset",
        _POD,
        _no_claim,
        cel=f"!has(object.metadata.labels) || !('{keys.INJECT}' in object.metadata.labels) || (has("
        "object.spec.volumes) && object.spec.volumes.exists(v, has(v.persistentVolumeClaim)))",
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0522",
        _WARNING,
        "A Pod on ECI uses a Dataset and asks for no sidecar",
        "Nobody mounts the claim there: the Pod hangs in ContainerCreating.",
        f"label the Pod {keys.SIDECAR_TARGET}: eci",
        _POD,
        _not_asking,
        together=True,
    ),
    Rule(
        "FL0523",
        _WARNING,
        "Two containers of a Pod listen on one port",
        "Sidecars of JuiceFS' community edition serve metrics, with ContainerNetwork on 9567 unless told otherwise, "
        "and all containers of a Pod share one network.",
        "give one of the runtimes another port in spec.fuse.options.metrics, e.g. 0.0.0.0:9568",
        _POD,
        _ports,
        together=True,
        reason="FieldValueDuplicate",
    ),
    Rule(
        "FL0524",
        _WARNING,
        "The sidecar's image is pulled with a secret that the Pod does not name",
        "Pull secrets belong to the Pod: injection adds a container, not those.",
        "add it to the Pod's imagePullSecrets",
        _POD,
        _pull_secrets,
        together=True,
        reason="FieldValueRequired",
    ),
)

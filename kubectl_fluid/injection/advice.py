"""What a person should know of an injected Pod: who ends its sidecars, and what may stop it although it was injected.

Sources: Alibaba Cloud's documentation of ECI and ACS (pages `limits`, `declaring-container-types`, ACK's pages on
burst-resource), Fluid a826600a (the metrics port of the community edition).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim
from kubectl_fluid.injection.reason import Outcome, Reason
from kubectl_fluid.injection.run import Run
from kubectl_fluid.injection.settings import SidecarMode

Object = dict[str, Any]

#: Ports that ECI asks to avoid.
ECI_PORTS = frozenset({111, 998, 10250, 10255})


def who_ends(run: Run) -> Iterator[Reason]:
    """The sentence of every report that says who ends the sidecars of a Pod that has done its work."""
    if not run.names:
        return
    native = run.mode is SidecarMode.NATIVE
    sentence = run.platform.ends_native if native else run.platform.ends_legacy
    yield Reason("SidecarEnds", Outcome.INJECTED, f"{run.mode.value} sidecar: {sentence}")


def warnings(run: Run, found: list[Claim]) -> tuple[Reason, ...]:
    """What does not stop the injection but may stop the Pod, or cost more than one thinks."""
    return tuple(note for check in _CHECKS for note in check(run, found))


def _privileged(run: Run, _: list[Claim]) -> Iterator[Reason]:
    if not run.platform.has_host_paths and run.names:
        name = run.platform.name.upper()
        message = f"the sidecar is privileged, which {name} grants on request only"
        yield _note("PrivilegedByTicket", message, f"ask {name} for privileged containers by ticket")


def _burst(run: Run, _: list[Claim]) -> Iterator[Reason]:
    where = [holder for holder in (run.draft.annotations, run.draft.labels) if keys.BURST_RESOURCE in holder]
    if run.platform.limits == "ECI" and where:
        message = f"{keys.BURST_RESOURCE} conflicts with {keys.SIDECAR_TARGET}: the Pod may land outside ECI"
        yield _note("BurstResource", message, f'drop it and label the Pod {keys.ECI}: "true"')


def _pull_secrets(run: Run, found: list[Claim]) -> Iterator[Reason]:
    fuse = [claim.dataset.fuse for claim in found if claim.dataset and claim.dataset.fuse]
    have = {item.get("name") for item in run.draft.spec.get("imagePullSecrets") or [] if isinstance(item, dict)}
    if missing := sorted({secret for template in fuse for secret in template.image_pull_secrets} - have):
        message = f"the FUSE client's image is pulled with secret {', '.join(missing)}, which the Pod does not name"
        yield _note("ImagePullSecret", message, "add it to the Pod's imagePullSecrets")


def _ports(run: Run, _: list[Claim]) -> Iterator[Reason]:
    """Containers that run side by side share one network: two of them on one port cannot both listen."""
    users: dict[tuple[Any, Any], list[str]] = {}
    lasting = [it for it in run.draft.init_containers if it.get("restartPolicy") == "Always"]
    for container in [*run.draft.containers, *lasting]:
        ports = container.get("ports")
        for port in ports if isinstance(ports, list) else ():
            if isinstance(port, dict) and isinstance(port.get("containerPort"), int):
                key = (port["containerPort"], port.get("protocol") or "TCP")
                users.setdefault(key, []).append(container["name"])
    for (port, _), names in users.items():
        if len(names) > 1 and any(name in run.names for name in names):
            hint = (
                "on the host network Fluid's controller gives each runtime a port of its own; "
                "elsewhere set spec.fuse.options.metrics of one of them, e.g. 0.0.0.0:9568"
            )
            yield _note("PortClash", f"containers {', '.join(names)} share port {port} of the Pod", hint)
        if port in ECI_PORTS and run.platform.limits == "ECI":
            yield _note("ReservedPort", f"ECI uses port {port}, which {names[0]} listens on", "use another port")


def _datasets(_: Run, found: list[Claim]) -> Iterator[Reason]:
    for claim in found:
        for problem in claim.dataset.notes if claim.dataset else ():
            yield Reason(problem.code, Outcome.INJECTED, problem.message, problem.hint, claim.name.name)


_CHECKS: tuple[Callable[[Run, list[Claim]], Iterator[Reason]], ...] = (
    _privileged,
    _burst,
    _pull_secrets,
    _ports,
    _datasets,
)


def _note(code: str, message: str, hint: str) -> Reason:
    return Reason(code, Outcome.INJECTED, message, hint)

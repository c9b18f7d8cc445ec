"""Rounds of injection: a sidecar's own template may name a claim of another dataset, which then needs a sidecar too.

Fluid a826600a: pkg/webhook/plugins/fusesidecar and pkg/application/inject/fuse/injector.go.
"""

from __future__ import annotations

from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim, Dataset
from kubectl_fluid.injection import appcheck, naming
from kubectl_fluid.injection.gather import gather
from kubectl_fluid.injection.mountcheck import escape
from kubectl_fluid.injection.nesting import outermost
from kubectl_fluid.injection.reason import Outcome, Reason, Refusal
from kubectl_fluid.injection.run import Run
from kubectl_fluid.injection.settings import SidecarMode
from kubectl_fluid.injection.sidecar import READINESS_FAILURES, Sidecar, build, parts_of
from kubectl_fluid.injection.volumes import Use, take_over

Object = dict[str, Any]

#: Nested datasets deeper than this are a loop, or nothing that a Pod can run.
MAX_ROUNDS = 8


def inject(run: Run, first: list[Claim]) -> None:
    """Runs rounds until no claim of a dataset is left in the draft. Raises Refusal; the draft is then of no use."""
    found, rounds = first, 0
    while found:
        rounds += 1
        if rounds > MAX_ROUNDS:
            raise Refusal(
                "NestedTooDeep",
                f"datasets are nested more than {MAX_ROUNDS} deep, the last is {found[0].name}",
                "look for FUSE DaemonSets that mount each other's claims",
                claim=found[0].name.name,
            )
        _round(run, found if run.settings.fluid else outermost(found, run.claims, run.settings.namespace))
        found = gather(run.draft, run.claims, run.settings.namespace)
    run.draft.labels[keys.DONE] = "true"
    run.draft.labels[keys.MANAGED_BY] = "fluid"


def _round(run: Run, found: list[Claim]) -> None:
    found = sorted(found, key=lambda claim: claim.name.name)
    for claim in found:
        # A claim without FUSE client is told before any other fault of the Pod.
        parts_of(claim)
    appcheck.add(run, found)
    run.next_index = _first_index(run)
    made: list[Object] = []
    for claim in found:
        sidecar = build(claim, run.draft, run.platform, run.mode, run.settings)
        use = take_over(run.draft, claim, sidecar.dataset, run.platform, run.settings, inner=sidecar.inner)
        if run.settings.fluid:
            _place_as_fluid(run, sidecar, use)
        else:
            made += _place(run, sidecar, use)
    _prepend(run, made)


def _first_index(run: Run) -> int:
    """Fluid counts the sidecars among the containers anew in each round, and forgets the native ones; we do not."""
    count = sum(1 for container in run.draft.containers if container["name"].startswith(naming.PREFIX))
    return count + len(run.names) if run.mode is SidecarMode.NATIVE else count


def _place_as_fluid(run: Run, sidecar: Sidecar, use: Use) -> None:
    """Profile `fluid`: volumes always, the container in front of all others, a sleeping one for init containers."""
    index = naming.next_index(run.draft.container_names(), run.next_index)
    run.next_index = index + 1
    _add_volumes(run, sidecar, use, lambda name, taken: naming.fluid_volume(name, f"-{index}", taken))
    native = run.mode is SidecarMode.NATIVE
    if use.in_containers or (native and use.in_init_containers):
        container = _named(run, sidecar, f"{naming.PREFIX}-{index}")
        target = run.draft.init_containers if native else run.draft.containers
        target.insert(0, container)
        run.names.append(container["name"])
    if use.in_init_containers and not native:
        container = _named(run, sidecar, f"{naming.INIT_PREFIX}-{index}")
        container.pop("lifecycle", None)
        container |= {"command": ["sleep"], "args": ["2s"]}
        run.draft.init_containers.insert(0, container)
        run.names.append(container["name"])
    _report(run, sidecar, use)


def _place(run: Run, sidecar: Sidecar, use: Use) -> list[Object]:
    """Profile `default`: named after the claim; nothing is added for a claim that no container mounts."""
    _report(run, sidecar, use)
    if not (use.in_containers or use.in_init_containers):
        return []
    claim = sidecar.claim.name.name
    if use.in_init_containers and run.mode is SidecarMode.LEGACY:
        raise Refusal(
            "InitContainerReadsData",
            f"an init container mounts claim {claim}, but a legacy sidecar starts after all init containers",
            "use --sidecar-mode native (Kubernetes 1.29 or later)",
            claim=claim,
        )
    _add_volumes(run, sidecar, use, lambda name, taken: naming.by_claim(name, claim, taken))
    # The round's other sidecars are not in the draft yet.
    taken = run.draft.container_names().union(run.names)
    container = _named(run, sidecar, naming.by_claim(naming.PREFIX, claim, taken))
    run.names.append(container["name"])
    return [container]


def _prepend(run: Run, made: list[Object]) -> None:
    """Puts a round's sidecars in front: what an earlier round's sidecar mounts has to be there before it."""
    if run.mode is SidecarMode.NATIVE:
        run.draft.init_containers = made + run.draft.init_containers
    else:
        run.draft.containers = made + run.draft.containers


def _add_volumes(run: Run, sidecar: Sidecar, use: Use, rename: Any) -> None:
    taken = run.draft.volume_names()
    renamed: dict[str, str] = {}
    for volume in sidecar.volumes:
        name = rename(volume["name"], taken)
        renamed[volume["name"]] = name
        taken.add(name)
        run.draft.volumes.append({**volume, "name": name})
    sidecar.mounts = [{**mount, "name": renamed.get(mount["name"], mount["name"])} for mount in sidecar.mounts]
    if sidecar.shared_mount is not None:
        sidecar.mounts.insert(0, {"name": use.volume, **sidecar.shared_mount})
    for config_map in sidecar.config_maps:
        run.add_config_map(config_map)


def _named(run: Run, sidecar: Sidecar, name: str) -> Object:
    """The finished container; the Pod's labels say which dataset it serves."""
    container = {**sidecar.container, "name": name}
    container.pop("volumeMounts", None)
    if sidecar.mounts:
        container["volumeMounts"] = sidecar.mounts
    native = run.mode is SidecarMode.NATIVE
    environment = run.platform.native_env if native else run.platform.legacy_env
    if run.settings.resource_ignore and run.platform.limits == "ECI":
        environment = (*environment, (keys.ECI_RESOURCE_IGNORE, "TRUE"))
    if environment:
        container["env"] = _with_environment(container.get("env") or [], environment)
    if native:
        container["restartPolicy"] = "Always"
    elif run.platform.legacy_readiness and "readinessProbe" not in container:
        container["readinessProbe"] = _readiness(sidecar)
    dataset = sidecar.dataset.name
    run.draft.labels[keys.DATASET_NAME_PREFIX + name] = dataset.name
    run.draft.labels[keys.DATASET_NAMESPACE_PREFIX + name] = dataset.namespace
    if "Sidecar" in sidecar.dataset.metrics_target:
        run.draft.annotations.setdefault(keys.SCRAPE, "true")
    return container


def _with_environment(old: list[Object], added: tuple[tuple[str, str], ...]) -> list[Object]:
    names = {name for name, _ in added}
    return [
        *(variable for variable in old if variable.get("name") not in names),
        *({"name": name, "value": value} for name, value in added),
    ]


def _readiness(sidecar: Sidecar) -> Object:
    """Ready once the mount point lists: a launch priority waits for readiness only where there is a probe."""
    return {
        "exec": {"command": ["sh", "-c", 'grep -qF " $0 fuse" /proc/self/mounts', escape(sidecar.dataset.fluid_path)]},
        "periodSeconds": 1,
        "failureThreshold": READINESS_FAILURES,
    }


def _report(run: Run, sidecar: Sidecar, use: Use) -> None:
    claim, dataset = sidecar.claim.name.name, sidecar.dataset
    if use.in_containers or use.in_init_containers:
        reason = Reason(
            "Injected", Outcome.INJECTED, f"claim {claim} is served by a sidecar of {_of(dataset)}", "", claim
        )
    else:
        reason = Reason("NotMounted", Outcome.INJECTED, f"claim {claim} is declared but mounted nowhere", "", claim)
    run.reasons.append(reason)


def _of(dataset: Dataset) -> str:
    return f"dataset {dataset.name} ({dataset.runtime_type})"

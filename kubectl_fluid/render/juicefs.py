"""A JuiceFSRuntime and its Dataset become objects (Fluid a826600a, pkg/ddc/juicefs and charts/juicefs 0.2.16)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.render import checks, commands, lint, podvolumes, quoting, rbac, scripts, workloads
from kubectl_fluid.render.affinity import worker_affinity
from kubectl_fluid.render.cachedirs import cache_volumes
from kubectl_fluid.render.edition import Edition, edition_of
from kubectl_fluid.render.environment import Environment, Ports
from kubectl_fluid.render.images import resolve
from kubectl_fluid.render.inputs import Dataset, Runtime, read_dataset, read_runtime
from kubectl_fluid.render.labels import Chart, Identity, check_names, owner_references
from kubectl_fluid.render.options import Context, Options, Part, mount_options
from kubectl_fluid.render.resources import canonical_runtime, resources_of
from kubectl_fluid.render.result import Rendered, failed
from kubectl_fluid.render.secrets import Secrets, collect
from kubectl_fluid.render.volumes import Backing, persistent_volume, persistent_volume_claim
from kubectl_fluid.render.workloads import Parts, Paths, Release

KIND = "JuiceFSRuntime"
CHART_VERSION = "0.2.16"
MOUNT_TYPE = "JuiceFS"


@dataclass(frozen=True, slots=True)
class Transformed:
    """What follows from Dataset and runtime before any object is made."""

    edition: Edition
    secrets: Secrets
    folder: str
    gibibytes: int | None
    options: dict[Part, Options]
    parts: dict[Part, Parts]


def render_juicefs(dataset: Object, runtime: Object, environment: Environment, ports: Ports) -> Rendered:
    """All objects of one JuiceFSRuntime, or all that is wrong with it."""
    errors: list[Problem] = []
    warnings = lint.ignored_fields(dataset, runtime)
    subject, owner = read_dataset(dataset, errors), canonical_runtime(read_runtime(runtime, errors), errors)
    release = _release(subject, owner, environment)
    transformed = _transform(release, ports, errors)
    warnings += lint.warnings(release, transformed.edition, transformed.secrets, transformed.options)
    texts = _scripts(release, transformed)
    if not errors and any(map(quoting.runs_values, texts.values())):
        errors.append(_RUNS_VALUES)
    if errors:
        return failed(errors, warnings)
    objects = _objects(release, transformed, texts, warnings)
    return Rendered(
        namespace=release.chart.identity.namespace,
        objects=tuple(objects),
        warnings=tuple(dict.fromkeys(warnings)),
        worker_affinity=worker_affinity(release),
        worker_replicas=release.runtime.replicas,
    )


_RUNS_VALUES = Problem(
    "ShellCharacter",
    "quotes in names, paths or options of Dataset and JuiceFSRuntime turn parts of other values into shell commands",
    "leave quotes out of them: Fluid does not quote them",
)


def _release(dataset: Dataset, runtime: Runtime, environment: Environment) -> Release:
    identity = Identity.of(dataset.metadata)
    return Release(
        dataset=dataset,
        runtime=runtime,
        environment=environment,
        chart=Chart("juicefs", CHART_VERSION, identity),
        paths=Paths(f"{environment.runtime_root('juicefs')}/{identity.namespace}/{identity.name}"),
        owners=owner_references(KIND, runtime.metadata),
    )


def _transform(release: Release, ports: Ports, errors: list[Problem]) -> Transformed:
    """Work out everything, in Fluid's order, so that the first error is the one that Fluid gives."""
    dataset, runtime = release.dataset, release.runtime
    errors += check_names(dataset.metadata, runtime.metadata, KIND)
    errors += checks.tiered_store(runtime.metadata.name, runtime.levels)
    errors += checks.mounts(dataset)
    errors += checks.volume_name(dataset)
    if not dataset.mounts:
        dataset = replace(dataset, mounts=(checks.NO_MOUNT,))
    edition = edition_of(dataset.mounts[0])
    worker_port, fuse_port = _ports(runtime, edition, ports, errors)
    secrets = collect((*dataset.shared_encrypt_options, *dataset.mounts[0].encrypt_options), errors)
    known_folder = checks.sub_path(dataset.mounts[0].mount_point, errors)
    gibibytes = checks.quota_gibibytes(dataset, known_folder, errors)
    folder = "/" if known_folder is None else known_folder
    options, parts = {}, {}
    for part, port in ((Part.FUSE, fuse_port), (Part.WORKER, worker_port)):
        options[part] = mount_options(part, Context(dataset, runtime, edition, folder, port))
        parts[part] = _parts(part, release, edition, secrets, options[part], port, errors)
    errors += checks.shell_values(checks.script_values(dataset, runtime, folder))
    return Transformed(edition, secrets, folder, gibibytes, options, parts)


def _ports(runtime: Runtime, edition: Edition, ports: Ports, errors: list[Problem]) -> tuple[int | None, int | None]:
    """Metrics ports of workers and FUSE: on the host's network the controller's choice, otherwise their own."""
    own_worker, own_fuse = checks.metrics_ports(runtime, edition, errors)
    if edition.facts.grouped:
        return None, None
    worker, fuse = ports.allocate(worker=runtime.worker.host_network, fuse=runtime.fuse.host_network)
    return worker or own_worker, fuse or own_fuse


def _parts(
    part: Part,
    release: Release,
    edition: Edition,
    secrets: Secrets,
    options: Options,
    port: int | None,
    errors: list[Problem],
) -> Parts:
    runtime = release.runtime
    component = runtime.fuse if part is Part.FUSE else runtime.worker
    resources = resources_of(part, runtime, edition, errors)
    cache = cache_volumes(options, runtime.first_level, component)
    if part is Part.FUSE:
        own = podvolumes.fuse_volumes(runtime.volumes, component.volume_mounts, errors)
        volumes = workloads.fuse_volumes(release, own, cache)
    else:
        own = podvolumes.worker_volumes(runtime, errors)
        volumes = workloads.worker_volumes(release, own, cache)
    return Parts(
        component=component,
        image=resolve(component.image, edition, release.environment),
        env=[{"name": "JFS_FOREGROUND", "value": "1"}, *component.env, *secrets.env],
        resources=resources,
        port=port,
        volumes=volumes,
    )


def _scripts(release: Release, transformed: Transformed) -> dict[Part, str]:
    dataset, edition, secrets = release.dataset, transformed.edition, transformed.secrets
    if not dataset.mounts:
        return {}
    prepare = commands.prepare(dataset, release.runtime, edition, secrets)
    quota = ""
    if transformed.gibibytes is not None:
        quota = commands.quota(dataset, edition, secrets, transformed.folder, transformed.gibibytes)
    texts = {}
    for part, script in ((Part.FUSE, scripts.fuse_script), (Part.WORKER, scripts.worker_script)):
        mount = commands.mount(dataset, edition, secrets, release.paths.mount, transformed.options[part])
        texts[part] = script(scripts.Commands(prepare, quota, mount), edition, dataset.mounts[0].name)
    return texts


def _objects(
    release: Release, transformed: Transformed, texts: dict[Part, str], warnings: list[Problem]
) -> list[Object]:
    name, chart = release.name, release.chart
    backing = Backing(
        dataset=release.dataset,
        runtime=release.runtime.metadata,
        mount_path=release.paths.mount,
        mount_type=MOUNT_TYPE,
        fuse_node_selector=release.runtime.fuse.node_selector,
    )
    fuse_labels, worker_labels = chart.labels(workloads.FUSE_ROLE), chart.labels(workloads.WORKER_ROLE)
    return [
        workloads.daemon_set(release, transformed.parts[Part.FUSE]),
        scripts.config_map(f"{name}-fuse-script", fuse_labels, release.owners, texts[Part.FUSE]),
        *rbac.loader_rights(release),
        workloads.stateful_set(release, transformed.parts[Part.WORKER]),
        scripts.config_map(f"{name}-worker-script", worker_labels, release.owners, texts[Part.WORKER]),
        persistent_volume(backing, warnings),
        persistent_volume_claim(backing, warnings),
    ]

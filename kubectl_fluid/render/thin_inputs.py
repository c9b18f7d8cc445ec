"""ThinRuntime and ThinRuntimeProfile, merged as Fluid merges them (Fluid a826600a, pkg/ddc/thin/transform*.go).

Lists of the profile come first and the runtime's behind them; single values of the runtime win.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.render.fields import Fields
from kubectl_fluid.render.inputs import (
    Image,
    Level,
    Metadata,
    is_host_network,
    read_env,
    read_image,
    read_levels,
    read_metadata,
)
from kubectl_fluid.render.podvolumes import fuse_volumes
from kubectl_fluid.render.resources import canonical_lists, canonical_within

_PROBES = ("livenessProbe", "readinessProbe")


@dataclass(frozen=True, slots=True)
class Part:
    """FUSE or workers, of profile and runtime together; `volumes` and `mounts` are the user's own."""

    image: Image
    pull_secrets: tuple[Object, ...]
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: tuple[Object, ...]
    ports: tuple[Object, ...]
    probes: Mapping[str, Object]
    resources: Object
    node_selector: Mapping[str, str]
    host_network: bool
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    options: Mapping[str, str]
    pre_stop: Object
    volumes: tuple[Object, ...]
    mounts: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class ThinRuntime:
    """A ThinRuntime with its profile; `profile_options` says whether the profile sets mount options."""

    metadata: Metadata
    file_system: str
    replicas: int
    levels: tuple[Level, ...]
    fuse: Part
    worker: Part | None
    runtime_options: Mapping[str, str]
    profile_options: bool


def read_thin(runtime: Object, profile: Object | None, errors: list[Problem]) -> ThinRuntime:
    """Read a ThinRuntime; the profile must be the one that it names."""
    root = Fields(runtime, "ThinRuntime", errors)
    spec = root.child("spec")
    model = Fields(profile or {}, "ThinRuntimeProfile", errors)
    wanted, given = spec.text("profileName"), model.child("metadata").text("name")
    if wanted and wanted != given:
        errors.append(no_profile(wanted))
    base = model.child("spec") if wanted else Fields({}, "ThinRuntimeProfile.spec", errors)
    return ThinRuntime(
        metadata=read_metadata(root),
        file_system=base.text("fileSystemType"),
        replicas=spec.count("replicas"),
        levels=read_levels(spec),
        fuse=_part(base, spec, "fuse", errors),
        worker=_part(base, spec, "worker", errors) if spec.child("worker").flag("enabled") else None,
        runtime_options=spec.child("fuse").strings("options"),
        profile_options=bool(base.child("fuse").strings("options")),
    )


def no_profile(name: str) -> Problem:
    """The problem of a ThinRuntime whose profile is not there."""
    message = f'thinruntimeprofiles.data.fluid.io "{name}" not found'
    return Problem("NoProfile", message, "give the ThinRuntimeProfile as well")


def _part(base: Fields, spec: Fields, key: str, errors: list[Problem]) -> Part:
    model, own = base.child(key), spec.child(key)
    ours, theirs = read_image(own), read_image(model)
    mode = own.text("networkMode") or model.text("networkMode")
    volumes = [
        fuse_volumes(it.named("volumes"), it.child(key).named("volumeMounts", "name", "mountPath"), errors)
        for it in (base, spec)
    ]
    together = volumes[0] + volumes[1]
    return Part(
        image=Image(
            ours.image or theirs.image,
            ours.tag or theirs.tag,
            ours.pull_policy or theirs.pull_policy or "IfNotPresent",
        ),
        pull_secrets=_first(own, model, spec, base, key="imagePullSecrets"),
        command=own.texts("command") or model.texts("command"),
        args=own.texts("args") or model.texts("args"),
        env=(*read_env(model), *read_env(own)),
        ports=(*model.objects("ports"), *own.objects("ports")),
        probes={probe: it for probe in _PROBES if (it := own.mapping(probe) or model.mapping(probe))},
        resources=_resources(model, own, errors),
        # A profile's node selector is lost for FUSE; of workers the runtime's replaces it.
        node_selector=own.strings("nodeSelector") or (model.strings("nodeSelector") if key == "worker" else {}),
        host_network=is_host_network(mode),
        labels=model.child("podMetadata").strings("labels") | own.child("podMetadata").strings("labels"),
        annotations=model.child("podMetadata").strings("annotations") | own.child("podMetadata").strings("annotations"),
        options=model.strings("options") | own.strings("options"),
        pre_stop=_pre_stop(model, own, errors),
        volumes=tuple(canonical_within(together.volumes, f"{spec.path}.volumes", errors)),
        mounts=together.mounts,
    )


def _first(*fields: Fields, key: str) -> tuple[Object, ...]:
    return next((found for it in fields if (found := it.objects(key))), ())


def _resources(model: Fields, own: Fields, errors: list[Problem]) -> Object:
    merged: Object = {}
    for fields in (model, own):
        for key, amounts in canonical_lists(fields.mapping("resources"), f"{fields.path}.resources", errors).items():
            merged[key] = {**merged.get(key, {}), **amounts}
    return merged


def _pre_stop(model: Fields, own: Fields, errors: list[Problem]) -> Object:
    found: Object = {}
    for fields, kind in ((model, "thinruntimeprofile"), (own, "thinruntime")):
        lifecycle = fields.child("lifecycle")
        if lifecycle.has("postStart"):
            message = f"custom fuse.lifecycle.postStart configuration in {kind} is not supported"
            errors.append(Problem("PostStart", message, "the mount check needs it"))
        found = lifecycle.mapping("preStop") or found
    return found

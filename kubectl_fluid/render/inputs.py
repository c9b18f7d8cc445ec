"""Dataset and JuiceFSRuntime, read down to the fields that make a difference.

Everything here is frozen and shares nothing with the raw objects. Field by field effects: docs/juicefs.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kubectl_fluid.claims import Name, Object, Problem
from kubectl_fluid.render.fields import Fields

READ_ONLY_MANY = "ReadOnlyMany"


@dataclass(frozen=True, slots=True)
class Metadata:
    """Names, UID ("" where the cluster has not given one yet) and annotations of an object."""

    name: Name
    uid: str
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EncryptOption:
    """An option whose value lies in a Secret of the runtime's namespace; secret and key may be empty."""

    name: str
    secret: str
    key: str


@dataclass(frozen=True, slots=True)
class Mount:
    """One entry of a Dataset's spec.mounts."""

    mount_point: str
    name: str
    path: str
    read_only: bool
    shared: bool
    options: Mapping[str, str]
    encrypt_options: tuple[EncryptOption, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A Dataset; `node_affinity` is spec.nodeAffinity.required."""

    metadata: Metadata
    mounts: tuple[Mount, ...]
    shared_options: Mapping[str, str]
    shared_encrypt_options: tuple[EncryptOption, ...]
    placement: str
    node_affinity: Object
    tolerations: tuple[Object, ...]
    declared_access_modes: tuple[str, ...]
    api_version: str = "data.fluid.io/v1alpha1"

    @property
    def access_modes(self) -> tuple[str, ...]:
        """Access modes of PV and PVC; a Dataset that names none can only be read."""
        return self.declared_access_modes or (READ_ONLY_MANY,)

    @property
    def read_only(self) -> bool:
        """Whether the FUSE client mounts read-only."""
        return READ_ONLY_MANY in self.access_modes


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a tiered store; quantities are text."""

    medium: str
    path: str
    quota: str
    quota_list: str
    high: str
    low: str
    volume_type: str
    volume_source: Object


@dataclass(frozen=True, slots=True)
class Image:
    """Image, tag and pull policy as a user gave them, each possibly empty."""

    image: str
    tag: str
    pull_policy: str


@dataclass(frozen=True, slots=True)
class Component:
    """What a user said of the workers or of FUSE."""

    image: Image
    options: Mapping[str, str]
    env: tuple[Object, ...]
    resources: Object
    node_selector: Mapping[str, str]
    volume_mounts: tuple[Object, ...]
    host_network: bool
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    clean_policy: str


@dataclass(frozen=True, slots=True)
class Runtime:
    """A JuiceFSRuntime; component images are resolved (the workers' comes from spec.juicefsVersion)."""

    metadata: Metadata
    replicas: int
    configs: tuple[str, ...]
    levels: tuple[Level, ...]
    worker: Component
    fuse: Component
    volumes: tuple[Object, ...]
    volume_claim_templates: tuple[Object, ...]

    @property
    def first_level(self) -> Level | None:
        """The only level that JuiceFS uses."""
        return self.levels[0] if self.levels else None


def read_dataset(value: Object, problems: list[Problem]) -> Dataset:
    """Read a Dataset; fields of a wrong type are noted in `problems` and count as absent."""
    root = Fields(value, "Dataset", problems)
    spec = root.child("spec")
    return Dataset(
        metadata=read_metadata(root),
        mounts=tuple(_mount(fields) for fields in spec.children("mounts")),
        shared_options=spec.strings("sharedOptions"),
        shared_encrypt_options=_encrypt_options(spec, "sharedEncryptOptions"),
        placement=spec.text("placement"),
        node_affinity=spec.child("nodeAffinity").mapping("required"),
        tolerations=spec.objects("tolerations"),
        declared_access_modes=spec.texts("accessModes"),
    )


def read_runtime(value: Object, problems: list[Problem]) -> Runtime:
    """Read a JuiceFSRuntime; fields of a wrong type are noted in `problems` and count as absent."""
    root = Fields(value, "JuiceFSRuntime", problems)
    spec = root.child("spec")
    return Runtime(
        metadata=read_metadata(root),
        replicas=spec.count("replicas"),
        configs=spec.texts("configs"),
        levels=read_levels(spec),
        worker=_component(spec, "worker", read_image(spec.child("juicefsVersion"))),
        fuse=_component(spec, "fuse", read_image(spec.child("fuse"))),
        volumes=spec.named("volumes"),
        volume_claim_templates=spec.objects("volumeClaimTemplates"),
    )


def read_metadata(root: Fields) -> Metadata:
    """Names and annotations of an object; without a namespace it is in `default`."""
    metadata = root.child("metadata")
    return Metadata(
        name=Name(metadata.text("namespace") or "default", metadata.text("name")),
        uid=metadata.text("uid"),
        annotations=metadata.strings("annotations"),
    )


def read_image(fields: Fields) -> Image:
    """The three image fields of a component."""
    return Image(fields.text("image"), fields.text("imageTag"), fields.text("imagePullPolicy"))


def read_levels(spec: Fields) -> tuple[Level, ...]:
    """The levels of spec.tieredstore; volumeType has the schema's default."""
    return tuple(
        Level(
            medium=level.text("mediumtype"),
            path=level.text("path"),
            quota=level.quantity("quota"),
            quota_list=level.text("quotaList"),
            high=level.text("high"),
            low=level.text("low"),
            volume_type=level.text("volumeType") or "hostPath",
            volume_source=level.mapping("volumeSource"),
        )
        for level in spec.child("tieredstore").children("levels")
    )


def read_env(fields: Fields) -> tuple[Object, ...]:
    """The entries of `env`, as they are: a name each, and a value that is a string or comes from elsewhere."""
    for entry in fields.children("env"):
        entry.text("value")
        entry.mapping("valueFrom")
    return fields.named("env")


def is_host_network(mode: str) -> bool:
    """Whether a networkMode means the host's network: it does unless the mode is ContainerNetwork."""
    return mode in {"", "HostNetwork"}


def _mount(fields: Fields) -> Mount:
    return Mount(
        mount_point=fields.text("mountPoint"),
        name=fields.text("name"),
        path=fields.text("path"),
        read_only=fields.flag("readOnly"),
        shared=fields.flag("shared"),
        options=fields.strings("options"),
        encrypt_options=_encrypt_options(fields, "encryptOptions"),
    )


def _encrypt_options(fields: Fields, key: str) -> tuple[EncryptOption, ...]:
    options = []
    for option in fields.children(key):
        ref = option.child("valueFrom").child("secretKeyRef")
        options.append(EncryptOption(option.text("name"), ref.text("name"), ref.text("key")))
    return tuple(options)


def _component(spec: Fields, key: str, image: Image) -> Component:
    fields = spec.child(key)
    common, own = spec.child("podMetadata"), fields.child("podMetadata")
    return Component(
        image=image,
        options=fields.strings("options"),
        env=read_env(fields),
        resources=fields.mapping("resources"),
        node_selector=fields.strings("nodeSelector"),
        volume_mounts=fields.named("volumeMounts", "name", "mountPath"),
        host_network=is_host_network(fields.text("networkMode")),
        labels=common.strings("labels") | own.strings("labels"),
        annotations=common.strings("annotations") | own.strings("annotations"),
        clean_policy=fields.text("cleanPolicy"),
    )

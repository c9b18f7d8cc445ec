"""Fields of Dataset and JuiceFSRuntime that make a difference, for docs/juicefs.md."""

from __future__ import annotations

from dataclasses import dataclass

from kubectl_fluid import keys


@dataclass(frozen=True, slots=True)
class Effect:
    """A field and what comes of it."""

    kind: str
    path: str
    effect: str


EFFECTS: tuple[Effect, ...] = (
    Effect("Dataset", "spec.mounts[0].mountPoint", "`juicefs://<folder>`: the folder of the volume that is mounted"),
    Effect("Dataset", "spec.mounts[0].name", "name of the volume in the format, auth and (enterprise) mount commands"),
    Effect(
        "Dataset",
        "spec.mounts[0].options",
        "`storage`, `bucket`, `bucket2`, `quota`: see below; others: mount options, and `--key=value` of the format "
        "command (community)",
    ),
    Effect(
        "Dataset",
        "spec.mounts[0].encryptOptions",
        "values from Secrets, see below; `metaurl` makes it the community edition",
    ),
    Effect("Dataset", "spec.sharedOptions", "as `mounts[0].options`, which win; `quota` has no effect here"),
    Effect(
        "Dataset",
        "spec.sharedEncryptOptions",
        "as `mounts[0].encryptOptions`, which win; `metaurl` does not make it the community edition here",
    ),
    Effect(
        "Dataset",
        "spec.accessModes",
        "access modes of PV and PVC; with `ReadOnlyMany`, the default, FUSE mounts read-only",
    ),
    Effect(
        "Dataset",
        "spec.placement",
        "`Exclusive` (default): no two workers of any dataset on a node; `Shared`: only apart from exclusive ones",
    ),
    Effect("Dataset", "spec.nodeAffinity.required", "required node affinity of the workers"),
    Effect(
        "Dataset",
        "spec.tolerations",
        "tolerations of the workers, without `tolerationSeconds`; FUSE tolerates everything",
    ),
    Effect("Dataset", f"annotation `{keys.STORAGE_REQUEST}`", "size of PV and PVC, otherwise 100Pi"),
    Effect("JuiceFSRuntime", "spec.replicas", "number of workers"),
    Effect("JuiceFSRuntime", "spec.juicefsVersion", "image of workers and of DataLoads"),
    Effect("JuiceFSRuntime", "spec.configs", "`--<item>` of the format or auth command"),
    Effect(
        "JuiceFSRuntime",
        "spec.tieredstore.levels[0].path",
        "cache folders, separated by colons: mount option `cache-dir` and a volume for each",
    ),
    Effect("JuiceFSRuntime", "spec.tieredstore.levels[0].quota", "mount option `cache-size`, for all folders together"),
    Effect("JuiceFSRuntime", "spec.tieredstore.levels[0].low", "mount option `free-space-ratio`"),
    Effect("JuiceFSRuntime", "spec.tieredstore.levels[0].volumeType", "`hostPath` (default) or `emptyDir`"),
    Effect(
        "JuiceFSRuntime", "spec.tieredstore.levels[0].volumeSource", "`emptyDir` with its fields, for that volumeType"
    ),
    Effect(
        "JuiceFSRuntime",
        "spec.tieredstore.levels[].mediumtype",
        "`MEM` in the last level: the container requests at least `quota` of memory, unless its options set "
        "`cache-size` (workers: enterprise only)",
    ),
    Effect("JuiceFSRuntime", "spec.worker.options", "mount options of the workers, see below"),
    Effect("JuiceFSRuntime", "spec.worker.env", "environment of the workers"),
    Effect("JuiceFSRuntime", "spec.worker.resources", "requests and limits of the workers"),
    Effect("JuiceFSRuntime", "spec.worker.nodeSelector", "node selector of the workers"),
    Effect(
        "JuiceFSRuntime",
        "spec.worker.volumeMounts",
        "mounts of `spec.volumes` and `spec.volumeClaimTemplates`; one at a cache folder takes its place",
    ),
    Effect("JuiceFSRuntime", "spec.worker.networkMode", "the node's network unless it is `ContainerNetwork`"),
    Effect("JuiceFSRuntime", "spec.worker.podMetadata", "labels and annotations of worker Pods"),
    Effect("JuiceFSRuntime", "spec.fuse.image", "image of FUSE"),
    Effect("JuiceFSRuntime", "spec.fuse.imageTag", "its tag; image and tag fall back to the default each on its own"),
    Effect("JuiceFSRuntime", "spec.fuse.imagePullPolicy", "its pull policy, otherwise `IfNotPresent`"),
    Effect("JuiceFSRuntime", "spec.fuse.options", "mount options of FUSE, see below"),
    Effect("JuiceFSRuntime", "spec.fuse.env", "environment of FUSE"),
    Effect("JuiceFSRuntime", "spec.fuse.resources", "requests and limits of FUSE, and so of the sidecar"),
    Effect("JuiceFSRuntime", "spec.fuse.nodeSelector", "node selector of FUSE Pods and node affinity of the PV"),
    Effect(
        "JuiceFSRuntime", "spec.fuse.volumeMounts", "mounts of `spec.volumes`; one at a cache folder takes its place"
    ),
    Effect("JuiceFSRuntime", "spec.fuse.networkMode", "the node's network unless it is `ContainerNetwork`"),
    Effect("JuiceFSRuntime", "spec.fuse.podMetadata", "labels and annotations of FUSE Pods"),
    Effect(
        "JuiceFSRuntime",
        "spec.fuse.cleanPolicy",
        "`OnFuseChanged`: the FUSE Pod's labels as a file beside the mount point; the other policies concern the CSI "
        "plugin only",
    ),
    Effect("JuiceFSRuntime", "spec.podMetadata", "labels and annotations of both; those of a component win"),
    Effect("JuiceFSRuntime", "spec.volumes", "volumes that a `volumeMounts` names"),
    Effect(
        "JuiceFSRuntime", "spec.volumeClaimTemplates", "claims of the StatefulSet; each must be mounted by the workers"
    ),
    Effect(
        "JuiceFSRuntime",
        "spec.management.metadataSyncPolicy",
        "whether the Dataset's status counts files and bytes; nothing that is rendered",
    ),
    Effect("JuiceFSRuntime", f"annotation `{keys.METADATA_LIST}`", "more labels and annotations of PV and PVC"),
    Effect("JuiceFSRuntime", f"annotation `{keys.SKIP_MOUNT_READY}`", "copied into the PV"),
    Effect(
        "JuiceFSRuntime",
        f"annotation `{keys.FUSE_HOST_PID}`",
        "a Go boolean: FUSE Pods share the node's process IDs",
    ),
)

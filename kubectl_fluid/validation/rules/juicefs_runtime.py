"""The rules that a JuiceFSRuntime must keep."""

from __future__ import annotations

from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.juicefs import rules_about

_rule = rules_about("JuiceFSRuntime")
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_NO_LEVEL = (
    "!has(object.spec) || !has(object.spec.tieredstore) || !has(object.spec.tieredstore.levels) || "
    "object.spec.tieredstore.levels.size() == 0"
)
_LEVEL = "object.spec.tieredstore.levels[0]"
_VOLUME = "(has(object.spec.volumes) && object.spec.volumes.exists(v, v.name == m.name))"

RULES = (
    _rule(
        "FL0302",
        _ERROR,
        "A JuiceFS cache has only a quotaList",
        "Fluid's controller panics once it reads the cache's state, and it looks at quota only.",
        "set quota: it counts for all paths together",
        cel=f"{_NO_LEVEL} || !has({_LEVEL}.quotaList) || has({_LEVEL}.quota)",
    ),
    _rule(
        "FL0303",
        _WARNING,
        "Cache folders are joined by commas",
        "JuiceFS separates them by colons: this is one folder with a comma in its name.",
        "join paths with :",
        cel=f"{_NO_LEVEL} || !has({_LEVEL}.path) || !{_LEVEL}.path.contains(',')",
    ),
    _rule(
        "FL0304",
        _WARNING,
        "A cache level has no path",
        "The mount option `cache-dir` is empty: JuiceFS caches nothing.",
        "set tieredstore.levels[0].path",
        cel=f"{_NO_LEVEL} || has({_LEVEL}.path)",
        reason="FieldValueRequired",
    ),
    _rule(
        "FL0305",
        _ERROR,
        "Cache folders are empty or doubled",
        "Each folder becomes a volume mount, and an API server refuses two at one path, or one at none.",
        "name each folder once, with a single colon between two",
        says="must be unique",
        cel=f"{_NO_LEVEL} || !has({_LEVEL}.path) || {_LEVEL}.path.split(':').all(p, p != '' && "
        f"{_LEVEL}.path.split(':').exists_one(q, q == p))",
        reason="FieldValueDuplicate",
    ),
    _rule(
        "FL0306",
        _WARNING,
        "volumeSource is not an emptyDir as volumeType says",
        "A plain emptyDir is used.",
        "set volumeSource.emptyDir, or leave volumeSource out",
        cel=f"{_NO_LEVEL} || !has({_LEVEL}.volumeType) || {_LEVEL}.volumeType != 'emptyDir' || "
        f"!has({_LEVEL}.volumeSource) || has({_LEVEL}.volumeSource.emptyDir) || dyn({_LEVEL}.volumeSource) == {{}}",
    ),
    _rule(
        "FL0307",
        _ERROR,
        "A cache in memory is larger than the memory limit",
        "With a level of medium MEM and no cache-size option, the quota is requested as memory; nothing is installed.",
        "raise resources.limits.memory, lower the quota, or set options.cache-size",
        "the fuse memory tieredStore's size A is greater than fuse limits memory B",
    ),
    _rule(
        "FL0308",
        _WARNING,
        "A cache in memory raises the memory request, and so the bill",
        "With a level of medium MEM and no cache-size option, Fluid raises the container's memory request to the "
        "quota. The sidecar has the same request, and serverless platforms size and bill the Pod by it.",
        'set fuse.options.cache-size, e.g. "0" for no cache in the FUSE client',
        cel=f"{_NO_LEVEL} || object.spec.tieredstore.levels[object.spec.tieredstore.levels.size() - 1].mediumtype != "
        f"'MEM' || !has({_LEVEL}.quota) || !isQuantity(string({_LEVEL}.quota)) || (has(object.spec.fuse) && has("
        "object.spec.fuse.options) && 'cache-size' in object.spec.fuse.options && "
        "object.spec.fuse.options['cache-size'] != '')",
    ),
    _rule(
        "FL0309",
        _ERROR,
        "The option metrics names no port",
        "Fluid takes the container's port from it; nothing is installed (community edition).",
        "write <host>:<port>, e.g. 0.0.0.0:9567",
        "invalid metrics port: <value>",
    ),
    _rule(
        "FL0310",
        _ERROR,
        "A volumeMount names no volume",
        "Volumes of FUSE stand in spec.volumes, those of workers there or in spec.volumeClaimTemplates; nothing is "
        "installed.",
        "define the volume in spec.volumes",
        "failed to find the volume for volumeMount X",
        # An API server drops the names of volumeClaimTemplates: one of them may be what a worker mounts.
        cel="!has(object.spec) || ((!has(object.spec.fuse) || !has(object.spec.fuse.volumeMounts) || "
        f"object.spec.fuse.volumeMounts.all(m, {_VOLUME})) && (!has(object.spec.worker) || "
        f"!has(object.spec.worker.volumeMounts) || object.spec.worker.volumeMounts.all(m, {_VOLUME}) || (has("
        "object.spec.volumeClaimTemplates) && object.spec.volumeClaimTemplates.size() > 0)))",
        reason="FieldValueNotFound",
    ),
    _rule(
        "FL0311",
        _ERROR,
        "A volumeClaimTemplate is not mounted",
        "Each template must be mounted by the workers; nothing is installed.",
        "add it to worker.volumeMounts",
        "volumeClaimTemplate X must be mounted by worker volumeMounts",
    ),
    _rule(
        "FL0312",
        _ERROR,
        "A name stands in volumes and in volumeClaimTemplates",
        "The workers' volume would be ambiguous; nothing is installed.",
        "rename one of them",
        "worker volume name X is ambiguous because it is defined in both volumes and volumeClaimTemplates",
        reason="FieldValueDuplicate",
    ),
    _rule(
        "FL0313",
        _WARNING,
        "volumeClaimTemplates lose their names",
        "The CRD's schema has no fields in their metadata, so an API server drops the names, and no volumeMount "
        "finds them.",
        "use spec.volumes with a claim of its own",
        cel="!has(object.spec) || !has(object.spec.volumeClaimTemplates) || "
        "object.spec.volumeClaimTemplates.size() == 0",
    ),
    _rule(
        "FL0314",
        _ERROR,
        "An image holds a tag, and another one is put behind it",
        "Image and tag fall back to the defaults each on its own: `repo:tag` becomes `repo:tag:default`, which nobody "
        "can pull.",
        "move the tag to imageTag",
        says="invalid reference format",
        cel="!has(object.spec) || !has(object.spec.fuse) || !has(object.spec.fuse.image) || "
        "has(object.spec.fuse.imageTag) || !object.spec.fuse.image.matches(':[^/]*$')",
    ),
    _rule(
        "FL0315",
        _ERROR,
        "A label takes the place of one that selects Pods",
        "The selector of the StatefulSet or DaemonSet (app, chart, release, heritage, role) no longer fits its Pods.",
        "rename the label in podMetadata",
        says="`selector` does not match template `labels`",
        cel="!has(object.spec) || !has(object.spec.podMetadata) || !has(object.spec.podMetadata.labels) || "
        "!['app', 'chart', 'release', 'heritage', 'role'].exists(k, k in object.spec.podMetadata.labels)",
    ),
    _rule(
        "FL0316",
        _WARNING,
        "cache-size or cache-dir among the workers' options",
        "They are deprecated there.",
        "use tieredstore.levels[0].quota and .path",
        "cache-size & cache-dir in worker.options will be deprecated in the future, please use tieredStore.levels "
        "instead",
        cel="!has(object.spec) || !has(object.spec.worker) || !has(object.spec.worker.options) || !('cache-size' in "
        "object.spec.worker.options || 'cache-dir' in object.spec.worker.options)",
    ),
    _rule(
        "FL0317",
        _WARNING,
        "FUSE and workers have different cache groups",
        "The cache of the workers is never used (enterprise edition).",
        "set cache-group in both fuse.options and worker.options, or in neither",
    ),
)

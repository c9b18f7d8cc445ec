"""What Fluid accepts, renders and never complains of, although its user should know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.render import cachedirs, checks, ignored
from kubectl_fluid.render import options as opts
from kubectl_fluid.render.edition import METAURL, Edition
from kubectl_fluid.render.inputs import Component
from kubectl_fluid.render.options import Options, Part
from kubectl_fluid.render.quoting import is_one_plain_word
from kubectl_fluid.render.resources import memory_cache
from kubectl_fluid.render.secrets import QUOTA, Secrets
from kubectl_fluid.render.workloads import FUSE_ROLE, WORKER_ROLE, Release


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at: Dataset and runtime with what follows from them."""

    release: Release
    edition: Edition
    secrets: Secrets
    options: Mapping[Part, Options]

    def components(self) -> Iterator[tuple[Part, Component]]:
        """FUSE and workers."""
        yield Part.FUSE, self.release.runtime.fuse
        yield Part.WORKER, self.release.runtime.worker


def ignored_fields(dataset: Object, runtime: Object) -> list[Problem]:
    """Fields that have no effect."""
    return ignored.ignored_fields(ignored.JUICEFS, dataset, runtime)


def warnings(release: Release, edition: Edition, secrets: Secrets, options: Mapping[Part, Options]) -> list[Problem]:
    """All that is worth a warning; nothing where there is no mount."""
    if not release.dataset.mounts:
        return []
    subject = Subject(release, edition, secrets, options)
    return [problem for check in _CHECKS for problem in check(subject)]


def _secrets(it: Subject) -> Iterator[Problem]:
    mount = it.release.dataset.mounts[0]
    shared = {option.name for option in it.release.dataset.shared_encrypt_options}
    own = {option.name for option in mount.encrypt_options}
    if METAURL in shared and METAURL not in own:
        message = "metaurl is only in sharedEncryptOptions: Fluid takes this for the enterprise edition"
        yield Problem("SharedMetaurl", message, "move it to mounts[0].encryptOptions")
    elif METAURL in own and "token" in shared | own:
        yield Problem("TwoEditions", "both metaurl and token are given: the community edition ignores the token")
    elif not (shared | own) & {METAURL, "token"}:
        message = "neither metaurl nor token is given: the volume is mounted without authentication"
        yield Problem("NoCredentials", message, "add encryptOptions metaurl (community) or token (cloud)")
    for option in (*it.release.dataset.shared_encrypt_options, *mount.encrypt_options):
        if option.name != QUOTA and not (option.secret and option.key):
            message = f"the encrypt option {option.name} names no Secret or no key of it"
            yield Problem("NoSecret", message, "set valueFrom.secretKeyRef.name and .key")
    names = [secret.variable for secret in it.secrets.others]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem("DoubledVariable", f"the variable {name} is set more than once", "give each encrypt option once")


def _volume(it: Subject) -> Iterator[Problem]:
    mount = it.release.dataset.mounts[0]
    if not mount.name:
        yield Problem("NoVolumeName", "mounts[0].name is empty: it is the name of the JuiceFS volume")
    if mount.mount_point == checks.SCHEME:
        message = f"mountPoint {checks.SCHEME} without a path makes a mount option subdir without a value"
        yield Problem("NoPath", message, f"write {checks.SCHEME}/ for the whole volume")
    elif mount.mount_point.startswith(checks.SCHEME) and not mount.mount_point.startswith(f"{checks.SCHEME}/"):
        yield Problem("RelativePath", f"the folder in mountPoint {mount.mount_point} does not begin with /")
    given = {**it.release.dataset.shared_options, **mount.options}
    if it.edition.is_community and not (given.get(opts.STORAGE) and given.get(opts.BUCKET)):
        message = "storage or bucket is missing: `juicefs format` gets --no-update and will not make a new volume"
        yield Problem("NoBucket", message, "set both in mounts[0].options, or format the volume beforehand")
    if QUOTA in it.release.dataset.shared_options and QUOTA not in mount.options:
        yield Problem("SharedQuota", "quota in sharedOptions has no effect", "move it to mounts[0].options")


def _tiers(it: Subject) -> Iterator[Problem]:
    level = it.release.runtime.first_level
    if level is None:
        return
    if not level.path:
        yield Problem("NoCachePath", "tieredstore.levels[0] has no path: JuiceFS caches nothing")
    if "," in level.path:
        message = f"JuiceFS separates cache folders by colons: {level.path} is one folder with a comma in its name"
        yield Problem("CommaPath", message, "join paths with :")
    if level.quota_list and not level.quota:
        message = (
            "tieredstore.levels[0] has only a quotaList: Fluid's controller panics once it reads the cache's state"
        )
        yield Problem("QuotaList", message, "set quota")
    if level.volume_type == "emptyDir" and level.volume_source and "emptyDir" not in level.volume_source:
        yield Problem("VolumeSource", "volumeSource is not an emptyDir as volumeType says: a plain one is used")
    for part, options in it.options.items():
        paths = cachedirs.paths_of(options)
        if "" in paths or len(set(paths)) < len(paths):
            message = f"the {part.value} cache folders {':'.join(paths)} hold an empty or doubled one"
            yield Problem("CachePaths", message, "an API server refuses the Pod")


def _components(it: Subject) -> Iterator[Problem]:
    for part, component in it.components():
        tag = component.image.image.rpartition("/")[2]
        if ":" in tag and not component.image.tag:
            field = "fuse" if part is Part.FUSE else "juicefsVersion"
            message = f"{field}.image {component.image.image} holds a tag, and another one is put behind it"
            yield Problem("TwoTags", message, f"move it to {field}.imageTag")
        role = FUSE_ROLE if part is Part.FUSE else WORKER_ROLE
        clash = sorted(component.labels.keys() & it.release.chart.selector(role).keys())
        if clash:
            message = f"labels of {part.value} Pods take the place of those that select them: {', '.join(clash)}"
            yield Problem("SelectorLabel", message, "an API server refuses the workload: rename the label")
        size = memory_cache(part, component, it.release.runtime, it.edition)
        if size is not None:
            message = f"a cache in memory: the {part.value} container requests at least {size} of memory"
            yield Problem("MemoryCache", message, f"set {part.value}.options.cache-size to leave the request alone")


def _options(it: Subject) -> Iterator[Problem]:
    worker = it.release.runtime.worker.options
    if worker.get(opts.CACHE_SIZE) or worker.get(opts.CACHE_DIR):
        message = (
            "cache-size & cache-dir in worker.options will be deprecated in the future, "
            "please use tieredStore.levels instead"
        )
        yield Problem("RuntimeDeprecated", message)
    groups = {options.get(opts.CACHE_GROUP) for options in it.options.values()}
    if it.edition.facts.grouped and len(groups) > 1:
        message = "fuse and workers have different cache groups: the cache of the workers is never used"
        yield Problem("CacheGroups", message, "set cache-group in both fuse.options and worker.options, or in neither")


def _scripts(it: Subject) -> Iterator[Problem]:
    dataset, runtime = it.release.dataset, it.release.runtime
    folder = dataset.mounts[0].mount_point.removeprefix(checks.SCHEME)
    for where, value in checks.script_values(dataset, runtime, folder):
        if not is_one_plain_word(value):
            message = f"{where} is written into a shell script unquoted: {value!r} is not what the program gets"
            yield Problem("Unquoted", message, "use no spaces, quotes, backslashes or wildcards")


def _cluster(it: Subject) -> Iterator[Problem]:
    if it.release.chart.identity.needs_uid:
        message = "names as long as these are replaced by the Dataset's UID, which only the cluster gives"
        yield Problem("LongName", message, "labels will differ: set metadata.uid to what the cluster has")
    if it.release.runtime.volume_claim_templates:
        message = "an API server drops the metadata of volumeClaimTemplates, and with it the names"
        yield Problem("TemplateNames", message, "use spec.volumes with a claim of its own")


_CHECKS: tuple[Callable[[Subject], Iterator[Problem]], ...] = (
    _secrets,
    _volume,
    _tiers,
    _components,
    _options,
    _scripts,
    _cluster,
)

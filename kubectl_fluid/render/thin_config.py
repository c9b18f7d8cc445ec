"""What a generic FUSE client is told: config.json, Secrets as files, folders of the node.

Fluid a826600a, pkg/ddc/thin/transform_config.go and transform_fuse.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.render.cachedirs import Volumes
from kubectl_fluid.render.inputs import Dataset, Mount
from kubectl_fluid.render.thin_inputs import ThinRuntime

#: Option of a mount: a folder of the node, `host[:container]`, that FUSE gets as well.
HOST_VOLUME = "fluid.fuse.hostvolume"
_CLAIM_SCHEME = "pvc://"
_SECRETS = "/etc/fluid/secrets"


def config_json(dataset: Dataset, runtime: ThinRuntime, target: str, *, secrets_as_files: bool) -> str:
    """The text of config.json, keys in the order of Fluid's structure."""
    import json

    config: Object = {"mounts": [_mount(dataset, mount, secrets_as_files=secrets_as_files) for mount in dataset.mounts]}
    config["targetPath"] = target
    if runtime.runtime_options:
        config["runtimeOptions"] = dict(sorted(runtime.runtime_options.items()))
    config["accessModes"] = list(dataset.access_modes)
    return json.dumps(config, separators=(",", ":"), ensure_ascii=False)


def mount_options(dataset: Dataset, runtime: ThinRuntime) -> str:
    """The variable MOUNT_OPTIONS. Options of a profile take the place of `ro`."""
    read_only = {"ro": ""} if dataset.read_only and not runtime.profile_options else {}
    options = {**read_only, **runtime.fuse.options}
    return ",".join(f"{key}={value}" if value else key for key, value in sorted(options.items()))


def secret_volumes(dataset: Dataset) -> Volumes:
    """A volume for each Secret that an encrypt option names."""
    names = [option.secret for mount in dataset.mounts for option in mount.encrypt_options]
    names = list(dict.fromkeys([*(option.secret for option in dataset.shared_encrypt_options), *names]))
    return Volumes(
        tuple({"name": f"thin-fuseconfig-{name}", "secret": {"secretName": name}} for name in names),
        tuple(
            {"name": f"thin-fuseconfig-{name}", "mountPath": f"{_SECRETS}/{name}", "readOnly": True} for name in names
        ),
    )


def host_volumes(dataset: Dataset, taken: set[str], errors: list[Problem]) -> Volumes:
    """The folders of the node that mounts ask for."""
    volumes: list[Object] = []
    mounts: list[Object] = []
    for mount in dataset.mounts:
        value = mount.options.get(HOST_VOLUME)
        if value is None:
            continue
        host, _, inside = value.partition(":")
        if reason := _host_volume_reason(value, host, inside, taken):
            errors.append(Problem("HostVolume", reason, "write /folder or /folder:/folder-in-the-container"))
        name = f"fluid-fuse-hostvolume-{len(volumes)}"
        volumes.append({"name": name, "hostPath": {"path": host}})
        entry: Object = {"name": name, "mountPath": inside or host}
        if "ReadOnlyMany" in dataset.declared_access_modes:
            entry["readOnly"] = True
        mounts.append(entry)
    return Volumes(tuple(volumes), tuple(mounts))


def mount_problems(dataset: Dataset) -> Iterator[Problem]:
    """Mounts of one name or path, options that are given twice, and claims that only a cluster can resolve."""
    names: set[str] = set()
    paths: set[str] = set()
    shared = {option.name for option in dataset.shared_encrypt_options}
    for index, mount in enumerate(dataset.mounts):
        path = mount.path or f"/{mount.name}"
        if mount.name in names:
            yield Problem("DoubledMount", f'Dataset.spec.mounts[{index}].name: Duplicate value: "{mount.name}"')
        elif path in paths:
            yield Problem("DoubledMount", f'Dataset.spec.mounts[{index}].path: Duplicate value: "{path}"')
        names.add(mount.name)
        paths.add(path)
        for name in sorted(shared | {option.name for option in mount.encrypt_options}):
            if name in dataset.shared_options or name in mount.options:
                message = (
                    f"the option {name} is set more than one times, "
                    "please double check the dataset's option and encryptOptions"
                )
                yield Problem("DoubledOption", message)
        if mount.mount_point.startswith(_CLAIM_SCHEME):
            claim = mount.mount_point.removeprefix(_CLAIM_SCHEME)
            message = f"the mount of claim {claim} depends on the volume behind it, which only the cluster knows"
            yield Problem("MountedClaim", message, "take the FUSE DaemonSet from the cluster")


def _mount(dataset: Dataset, mount: Mount, *, secrets_as_files: bool) -> Object:
    options = {**dataset.shared_options, **mount.options}
    if secrets_as_files:
        for option in (*dataset.shared_encrypt_options, *mount.encrypt_options):
            options[option.name] = f"{_SECRETS}/{option.secret}/{option.key}"
    entry: Object = {
        "mountPoint": mount.mount_point,
        "options": dict(sorted(options.items())),
        "name": mount.name,
        "path": mount.path,
        "readOnly": mount.read_only,
        "shared": mount.shared,
    }
    return {key: value for key, value in entry.items() if value or key == "mountPoint"}


def _host_volume_reason(value: str, host: str, inside: str, taken: set[str]) -> str:
    if value.count(":") > 1:
        return f"invalid dataset option, {HOST_VOLUME}: {value}"
    if not host.startswith("/"):
        return f"invalid dataset option, {HOST_VOLUME}: {value}, should be a absolute hostPath"
    if ":" in value and not inside.startswith("/"):
        return f"invalid dataset options, {HOST_VOLUME}: {value}, should be a absolute mountPath"
    if inside in taken:
        return f"invalid dataset options, {HOST_VOLUME}: {value}, mountPath {inside} is conflicted"
    return ""

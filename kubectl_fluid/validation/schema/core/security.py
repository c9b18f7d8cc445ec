"""Security contexts of Pods and containers."""

from __future__ import annotations

import re

from kubectl_fluid.validation.schema.core.at import MAX_INT32, At
from kubectl_fluid.validation.schema.core.paths import relative

_SYSCTL = re.compile(r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?", re.ASCII)
_SYSCTL_LENGTH = 253
_PATH_LENGTH = 4095


def check_container_security(container: At, *, host_users: bool) -> None:
    """`securityContext` of a container."""
    if not container.has("securityContext"):
        return
    at = container.child("securityContext")
    _check_ids(at, "runAsUser", "runAsGroup")
    if at.text("procMount") == "Unmasked" and host_users:
        at.say("procMount", "`hostUsers` must be false to use Unmasked")
    _check_profiles(at)
    if at.get("allowPrivilegeEscalation") is False:
        if at.get("privileged"):
            container.say("securityContext", "`allowPrivilegeEscalation` cannot be false when `privileged` is true")
        if "CAP_SYS_ADMIN" in at.child("capabilities").get("add", ()):
            message = "`allowPrivilegeEscalation` cannot be false when CAP_SYS_ADMIN is added"
            container.say("securityContext", message)


def check_pod_security(pod: At) -> None:
    """`securityContext` of a Pod."""
    if not pod.has("securityContext"):
        return
    at = pod.child("securityContext")
    _check_ids(at, "fsGroup", "runAsUser", "runAsGroup")
    for index, group in enumerate(at.get("supplementalGroups", ())):
        if not 0 <= group <= MAX_INT32:
            at.say_item("supplementalGroups", index, f"{group}: must be between 0 and {MAX_INT32}")
    seen = set[str]()
    for sysctl in at.items("sysctls"):
        name = sysctl.text("name")
        if name and (len(name) > _SYSCTL_LENGTH or not _SYSCTL.fullmatch(name)):
            sysctl.say("name", f'"{name}" is not the name of a sysctl')
        elif name in seen:
            sysctl.duplicate("name", name)
        seen.add(name)
        for host, prefixes in (("hostNetwork", ("net.",)), ("hostIPC", ("kernel.shm", "kernel.msg", "fs.mqueue."))):
            if pod.get(host) and name.replace("/", ".").startswith(prefixes):
                sysctl.say("name", f'"{name}": may not be specified when {host} is true')
    _check_profiles(at)
    policy = at.get("seLinuxChangePolicy")
    if policy not in (None, "MountOption", "Recursive"):
        message = f'"{policy}" is not supported: use MountOption or Recursive'
        at.say("seLinuxChangePolicy", message, "FieldValueNotSupported", "FL0006")


def _check_ids(at: At, *keys: str) -> None:
    for key in keys:
        at.between(key, 0, MAX_INT32)


def _check_profiles(at: At) -> None:
    if at.has("seccompProfile"):
        profile = at.child("seccompProfile")
        if profile.text("type") == "Localhost":
            if profile.has("localhostProfile"):
                profile.name("localhostProfile", relative)
            else:
                profile.required("localhostProfile", "with type Localhost")
        elif profile.has("localhostProfile"):
            profile.say("localhostProfile", "can only be set when type is Localhost")
    if at.has("appArmorProfile"):
        profile = at.child("appArmorProfile")
        path = profile.get("localhostProfile")
        if profile.text("type") == "Localhost":
            if not path or not path.strip():
                profile.required("localhostProfile", "with type Localhost")
            elif path != path.strip() or len(path) > _PATH_LENGTH:
                profile.say("localhostProfile", "must not be padded with whitespace, nor longer than a path")
        elif path is not None:
            profile.say("localhostProfile", "can only be set when type is Localhost")

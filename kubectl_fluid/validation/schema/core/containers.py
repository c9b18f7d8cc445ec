"""Containers: names, images, ports, environment, mounts."""

from __future__ import annotations

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.fields import check_field_ref, check_resource_ref
from kubectl_fluid.validation.schema.core.paths import backsteps, relative
from kubectl_fluid.validation.schema.core.pod import Pod
from kubectl_fluid.validation.schema.core.resources import check_resources
from kubectl_fluid.validation.schema.core.security import check_container_security

_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")


def check_container(at: At, pod: Pod) -> None:
    """What all kinds of containers have in common."""
    at.name("name", names.dns_label)
    at.required("image")
    _check_ports(at)
    for variable in at.items("env"):
        _check_variable(variable, pod)
    for source in at.items("envFrom"):
        _check_env_from(source)
    _check_mounts(at, pod)
    _check_devices(at, pod)
    check_resources(at.child("resources"), pod.claims)
    _check_resize(at, pod)
    check_container_security(at, host_users=pod.host_users)


def _check_ports(at: At) -> None:
    seen = set[str]()
    for port in at.items("ports"):
        name = port.text("name")
        port.name("name", names.port_name)
        if name and name in seen:
            port.duplicate("name", name)
        seen.add(name)
        if port.get("containerPort", 0) == 0 and port.has("containerPort"):
            port.required("containerPort")
        elif port.has("containerPort"):
            port.port("containerPort")
        if port.get("hostPort", 0) != 0:
            port.port("hostPort")


def _env_name(at: At) -> names.Rule:
    return names.env_name if at.on("RelaxedEnvironmentVariableValidation") else names.plain_env_name


def _check_variable(variable: At, pod: Pod) -> None:
    variable.name("name", _env_name(variable))
    if not variable.has("valueFrom"):
        return
    source = variable.child("valueFrom")
    _check_source(source, pod)
    there = [name for name in _SOURCES if source.has(name)]
    if not there:
        variable.say("valueFrom", f"must specify one of: {', '.join(_SOURCES)}")
    elif variable.text("value"):
        variable.say("valueFrom", "may not be specified when `value` is not empty")
    elif len(there) > 1:
        variable.say("valueFrom", f"may not have more than one of: {', '.join(there)}")


def _check_source(source: At, pod: Pod) -> None:
    if source.has("fieldRef"):
        check_field_ref(source.child("fieldRef"), in_volume=False)
    if source.has("resourceFieldRef"):
        check_resource_ref(source.child("resourceFieldRef"), in_volume=False)
    for name in ("configMapKeyRef", "secretKeyRef"):
        if source.has(name):
            reference = source.child(name)
            if wrong := names.dns_subdomain(reference.text("name")):
                reference.say("name", f'"{reference.text("name")}": {wrong}')
            reference.name("key", names.config_key)
    if source.has("fileKeyRef"):
        _check_file_key(source.child("fileKeyRef"), pod)


def _check_file_key(reference: At, pod: Pod) -> None:
    reference.name("key", names.env_name)
    reference.name("path", backsteps)
    volume = reference.text("volumeName")
    reference.name("volumeName", names.dns_label)
    if volume not in pod.named_volumes:
        reference.not_found("volumeName", volume, "no volume of the Pod has that name")
    elif "emptyDir" not in pod.named_volumes[volume]:
        reference.say("volumeName", f'"{volume}": the volume must be an emptyDir')


def _check_env_from(source: At) -> None:
    source.name("prefix", _env_name(source))
    there = [name for name in ("configMapRef", "secretRef") if source.has(name)]
    if len(there) != 1:
        source.say_here("must have one of `configMapRef` and `secretRef`" + (", not both" if there else ""))
    for name in there:
        reference = source.child(name)
        if reference.required("name"):
            reference.name("name", names.prefix_of(names.dns_subdomain))


def _check_mounts(at: At, pod: Pod) -> None:
    devices = {it.text("name"): it.text("devicePath") for it in at.items("volumeDevices")}
    seen = set[str]()
    for mount in at.items("volumeMounts"):
        name, path = mount.text("name"), mount.text("mountPath")
        if name not in pod.named_volumes:
            mount.not_found("name", name, "no volume of the Pod has that name")
        if path in seen:
            mount.say("mountPath", f'"{path}": must be unique')
        seen.add(path)
        if name in devices:
            mount.say("name", f'"{name}" is in volumeDevices too')
        if path in devices.values():
            mount.say("mountPath", f'"{path}" is a path of volumeDevices too')
        mount.name("subPath", relative)
        mount.name("subPathExpr", relative)
        if mount.text("subPath") and mount.text("subPathExpr"):
            mount.say("subPathExpr", "subPathExpr and subPath are mutually exclusive")
        _check_propagation(mount, privileged=bool(at.child("securityContext").get("privileged")))


def _check_propagation(mount: At, *, privileged: bool) -> None:
    propagation = mount.text("mountPropagation")
    if propagation == "Bidirectional" and not privileged:
        mount.forbidden("mountPropagation", "Bidirectional is available only to privileged containers")
    recursive = mount.get("recursiveReadOnly")
    if recursive in ("Enabled", "IfPossible"):
        if not mount.get("readOnly"):
            mount.forbidden("recursiveReadOnly", "may only be specified when readOnly is true")
        if propagation not in ("", "None"):
            mount.forbidden("recursiveReadOnly", "may only be specified when mountPropagation is None")
    elif recursive not in (None, "Disabled"):
        message = f'"{recursive}" is not supported: use one of `Disabled`, `IfPossible`, `Enabled`'
        mount.say("recursiveReadOnly", message, "FieldValueNotSupported", "FL0006")
    if mount.get("mountPropagation") == "":
        message = "is not supported: use one of `Bidirectional`, `HostToContainer`, `None`"
        mount.say("mountPropagation", f'"" {message}', "FieldValueNotSupported", "FL0006")


def _check_devices(at: At, pod: Pod) -> None:
    mounts = {it.text("name"): it.text("mountPath") for it in at.items("volumeMounts")}
    names_, paths = set[str](), set[str]()
    for device in at.items("volumeDevices"):
        name, path = device.text("name"), device.text("devicePath")
        if name in names_:
            device.say("name", f'"{name}": must be unique')
        if name not in pod.named_volumes:
            device.not_found("name", name, "no volume of the Pod has that name")
        elif not {"persistentVolumeClaim", "ephemeral"} & set(pod.named_volumes[name]):
            device.say("name", f'"{name}": only a persistentVolumeClaim or ephemeral volume can be a device')
        if path in paths:
            device.say("devicePath", f'"{path}": must be unique')
        if name in mounts:
            device.say("name", f'"{name}" is in volumeMounts too')
        if path in mounts.values():
            device.say("devicePath", f'"{path}" is a path of volumeMounts too')
        device.name("devicePath", backsteps)
        names_.add(name)
        paths.add(path)


def _check_resize(at: At, pod: Pod) -> None:
    seen = set[str]()
    for policy in at.items("resizePolicy"):
        resource, restart = policy.text("resourceName"), policy.text("restartPolicy")
        if resource in seen:
            policy.duplicate("resourceName", resource)
        seen.add(resource)
        if resource and resource not in ("cpu", "memory"):
            policy.say("resourceName", f'"{resource}" is not supported: use cpu or memory', "FieldValueNotSupported")
        if restart and restart not in ("NotRequired", "RestartContainer"):
            message = f'"{restart}" is not supported: use NotRequired or RestartContainer'
            policy.say("restartPolicy", message, "FieldValueNotSupported")
        if pod.restart_policy == "Never" and restart != "NotRequired":
            policy.say("restartPolicy", "must be NotRequired when the Pod's restartPolicy is Never")

"""Pods and their templates."""

from __future__ import annotations

import re

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import MAX_INT32, At
from kubectl_fluid.validation.schema.core.containers import check_container
from kubectl_fluid.validation.schema.core.dns import check_address, check_dns
from kubectl_fluid.validation.schema.core.pod import Pod
from kubectl_fluid.validation.schema.core.probes import check_probes
from kubectl_fluid.validation.schema.core.resources import amount, check_resources
from kubectl_fluid.validation.schema.core.restarts import check_restart
from kubectl_fluid.validation.schema.core.security import check_pod_security
from kubectl_fluid.validation.schema.core.selectors import check_affinity, check_spread, check_tolerations
from kubectl_fluid.validation.schema.core.volumes import check_volumes
from kubectl_fluid.validation.schema.metadata import check_annotations, check_labels

_PROBES = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
_NOT_EPHEMERAL = (*_PROBES, "ports", "resources", "resizePolicy", "restartPolicy", "restartPolicyRules")
_MAX_HOSTNAME = 64
_GRACE = "terminationGracePeriodSeconds"
_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"


def check_pod(at: At) -> None:
    """A Pod."""
    spec = _with_grace(at.child("spec"))
    _check_pod_annotations(at.child("metadata"))
    check_pod_spec(spec, pod_name=at.child("metadata").text("name"))
    if spec.get("ephemeralContainers"):
        spec.forbidden("ephemeralContainers", "cannot be set on create")
    if spec.text("nodeName") and spec.get("schedulingGates"):
        spec.forbidden("nodeName", "cannot be set until all schedulingGates have been cleared")
    for kind in ("containers", "initContainers"):
        for container in spec.items(kind):
            if container.text("image").strip() != container.text("image"):
                container.say("image", "must not have leading or trailing whitespace")
    if not spec.text("serviceAccountName") and not spec.text("serviceAccount"):
        for volume in spec.items("volumes"):
            for source in volume.child("projected").items("sources"):
                if source.has("serviceAccountToken"):
                    source.forbidden("serviceAccountToken", "needs a serviceAccountName")
    _check_admission(spec)


def _with_grace(spec: At) -> At:
    """The spec of a Pod with a time that is not negative, of which the API server makes 1; a template keeps it."""
    return At({**spec.value, _GRACE: 1}, spec.place, spec.report) if spec.get(_GRACE, 0) < 0 else spec


def _check_admission(spec: At) -> None:
    """What API servers refuse by their built-in admission plugins, as far as that does not depend on the cluster."""
    if spec.has("overhead") and not spec.has("runtimeClassName"):
        spec.forbidden("overhead", "is taken from the RuntimeClass, and this Pod has none")
    if not spec.text("priorityClassName"):
        if spec.get("priority", 0) != 0:
            spec.forbidden("priority", "is taken from the priorityClassName, and this Pod has none")
        if spec.get("preemptionPolicy", "PreemptLowerPriority") != "PreemptLowerPriority":
            spec.forbidden("preemptionPolicy", "is taken from the priorityClassName, and this Pod has none")


def check_template(at: At, *, without: tuple[str, ...] = ()) -> None:
    """A `core.PodTemplateSpec`. `without`: fields of the spec that its owner replaces."""
    metadata, spec = at.child("metadata"), at.child("spec")
    check_labels(metadata.value, metadata.place, metadata.report)
    check_annotations(metadata.value, metadata.place, metadata.report)
    _check_pod_annotations(metadata)
    if without:
        spec = At({key: value for key, value in spec.value.items() if key not in without}, spec.place, spec.report)
    check_pod_spec(spec, pod_name="")
    if spec.get("ephemeralContainers"):
        spec.forbidden("ephemeralContainers", "ephemeral containers are not allowed in a Pod template")


def _check_pod_annotations(metadata: At) -> None:
    cost = metadata.get("annotations", {}).get(_DELETION_COST)
    if cost is not None and not (
        re.fullmatch(r"0|-?[1-9][0-9]{0,9}", cost) and -MAX_INT32 - 1 <= int(cost) <= MAX_INT32
    ):
        metadata.say_item("annotations", _DELETION_COST, f'"{cost}": must be a 32bit integer')


def check_pod_spec(spec: At, *, pod_name: str) -> None:
    """A `core.PodSpec`; `pod_name` is "" for that of a template."""
    pod = Pod(
        restart_policy=spec.text("restartPolicy") or "Always",
        grace=spec.get(_GRACE, 30),
        host_users=spec.get("hostUsers", True),
        claims={it.text("name") for it in spec.items("resourceClaims")},
        named_volumes={it.text("name"): it.value for it in spec.items("volumes")},
    )
    check_volumes(spec, pod_name)
    _check_resource_claims(spec)
    _check_containers(spec, pod)
    if spec.has("resources"):
        _check_pod_resources(spec)
    _check_host(spec, pod)
    check_labels(spec.value, spec.place, spec.report, "nodeSelector")
    check_pod_security(spec)
    check_affinity(spec.child("affinity"))
    check_dns(spec)
    _check_gates(spec)
    check_spread(spec)
    if spec.get("overhead"):
        amounts = spec.child("overhead")
        check_resources(At({"limits": amounts.value}, spec.place, spec.report), set(), limits_are="overhead")
    check_tolerations(spec)
    _check_names(spec)
    spec.between("activeDeadlineSeconds", 1, MAX_INT32)
    for alias in spec.items("hostAliases"):
        check_address(alias, "ip", alias.text("ip"))
        for index, name in enumerate(alias.get("hostnames", ())):
            if wrong := names.dns_subdomain(name):
                alias.say_item("hostnames", index, f'"{name}": {wrong}')


def _check_resource_claims(spec: At) -> None:
    seen = set[str]()
    for claim in spec.items("resourceClaims"):
        name = claim.text("name")
        if name and name in seen:
            claim.duplicate("name", name)
        seen.add(name)
        claim.name("name", names.dns_label)
        sources = [key for key in ("resourceClaimName", "resourceClaimTemplateName") if claim.has(key)]
        if len(sources) != 1:
            claim.say_here("must have one of resourceClaimName and resourceClaimTemplateName")
        for key in sources:
            if wrong := names.dns_subdomain(claim.text(key)):
                claim.say(key, f'"{claim.text(key)}": {wrong}')


def _check_containers(spec: At, pod: Pod) -> None:
    spec.required("containers")
    seen = set[str]()
    ports = set[tuple[object, ...]]()
    for container in spec.items("containers"):
        check_container(container, pod)
        _check_unique(container, seen)
        check_probes(container, pod)
        check_restart(container, init=False)
        _check_host_ports(container, ports)
    for container in spec.items("initContainers"):
        check_container(container, pod)
        _check_unique(container, seen)
        check_restart(container, init=True)
        _check_host_ports(container, set())
        if container.text("restartPolicy") == "Always":
            check_probes(container, pod)
            continue
        for field in _PROBES:
            if container.has(field):
                container.forbidden(field, "may not be set for init containers without restartPolicy: Always")
        for policy in container.items("resizePolicy"):
            resized = policy.on("InPlacePodVerticalScalingInitContainers")
            if policy.text("restartPolicy") == "RestartContainer" and resized:
                policy.say("restartPolicy", "must not be RestartContainer for init containers that end")
    _check_ephemeral(spec, pod, seen)


def _check_unique(container: At, seen: set[str]) -> None:
    name = container.text("name")
    if name and name in seen:
        container.duplicate("name", name)
    seen.add(name)


def _check_ephemeral(spec: At, pod: Pod, seen: set[str]) -> None:
    others = frozenset(seen)
    for container in spec.items("ephemeralContainers"):
        check_container(container, pod)
        _check_unique(container, seen)
        target = container.text("targetContainerName")
        if target and target not in others:
            container.not_found("targetContainerName", target, "no container of the Pod has that name")
        for field in _NOT_EPHEMERAL:
            if container.get(field):
                container.forbidden(field, "cannot be set for an ephemeral container")
        for mount in container.items("volumeMounts"):
            for field in ("subPath", "subPathExpr"):
                if mount.text(field):
                    mount.forbidden(field, "cannot be set for an ephemeral container")


def _check_host_ports(container: At, taken: set[tuple[object, ...]]) -> None:
    for port in container.items("ports"):
        if number := port.get("hostPort", 0):
            identity = (port.text("protocol") or "TCP", port.text("hostIP"), number)
            if identity in taken:
                port.duplicate("hostPort", number)
            taken.add(identity)


def _check_pod_resources(spec: At) -> None:
    at = spec.child("resources")
    if at.has("claims"):
        at.forbidden("claims", "may not be set for whole Pods")
    check_resources(at, {it.text("name") for it in spec.items("resourceClaims")}, of_pod=True)
    for name, text in at.get("requests", {}).items():
        wanted = amount(text)
        parts = [amount(it.child("resources").get("requests", {}).get(name) or "0") for it in spec.items("containers")]
        if wanted is not None and None not in parts and sum(it or 0 for it in parts) > wanted:
            at.say_item("requests", name, "must be at least what the containers request together")
    for name, text in at.get("limits", {}).items():
        limit = amount(text)
        for container in spec.items("containers"):
            own = container.child("resources").get("limits", {}).get(name)
            if own is not None and limit is not None and (amount(own) or 0) > limit:
                container.child("resources").say_item("limits", name, f"must be at most the limit of the Pod, {text}")


def _check_host(spec: At, pod: Pod) -> None:
    if spec.get("hostNetwork"):
        for port in (port for container in spec.items("containers") for port in container.items("ports")):
            # A Pod's own host ports get the container's as their default; those of templates stay empty.
            if port.get("hostPort", 0) and port.get("hostPort") != port.get("containerPort"):
                port.say("hostPort", "must match `containerPort` when `hostNetwork` is true")
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        spec.say("shareProcessNamespace", "cannot be true when hostPID is true")
    if not pod.host_users:
        _check_user_namespace(spec)


def _check_user_namespace(spec: At) -> None:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            spec.forbidden(field, "cannot be true when `hostUsers` is false")
    for kind in ("containers", "initContainers", "ephemeralContainers"):
        for container in spec.items(kind):
            if container.get("volumeDevices") and container.on("volumeDevices in user namespaces"):
                container.forbidden("volumeDevices", "cannot be set when `hostUsers` is false")


def _check_gates(spec: At) -> None:
    for gate in spec.items("readinessGates"):
        if wrong := names.qualified_name(gate.text("conditionType")):
            gate.say("conditionType", f'"{gate.text("conditionType")}": {wrong}')
    seen = set[str]()
    for gate in spec.items("schedulingGates"):
        name = gate.text("name")
        gate.name("name", names.qualified_name)
        if name in seen:
            gate.duplicate("name", name)
        seen.add(name)


def _check_names(spec: At) -> None:
    rules = {
        "serviceAccountName": names.dns_subdomain,
        "serviceAccount": names.dns_subdomain,
        "nodeName": names.dns_subdomain,
        "hostname": names.dns_label,
        "subdomain": names.dns_label,
        "priorityClassName": names.dns_subdomain,
    }
    for field, rule in rules.items():
        spec.name(field, rule)
    _check_more_names(spec)


def _check_more_names(spec: At) -> None:
    for field in ("runtimeClassName", "hostnameOverride"):
        if spec.has(field) and (wrong := names.dns_subdomain(spec.text(field))):
            spec.say(field, f'"{spec.text(field)}": {wrong}')
    if spec.has("hostnameOverride"):
        for other_field in ("setHostnameAsFQDN", "hostNetwork"):
            if spec.get(other_field):
                spec.forbidden("hostnameOverride", f"may not be specified when {other_field} is true")
        if len(spec.text("hostnameOverride")) > _MAX_HOSTNAME:
            spec.say("hostnameOverride", f"must be no more than {_MAX_HOSTNAME} characters", "FieldValueTooLong")
    if spec.has("os") and spec.child("os").text("name") not in ("linux", "windows"):
        spec.child("os").say("name", "is not supported: use linux or windows", "FieldValueNotSupported", "FL0006")
    if spec.get("preemptionPolicy") == "":
        spec.required("preemptionPolicy")

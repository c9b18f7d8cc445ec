"""Deployments, ReplicaSets, DaemonSets, StatefulSets, ReplicationControllers."""

from __future__ import annotations

import re
from typing import Any

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.claims import check_claim_spec
from kubectl_fluid.validation.schema.core.pods import check_template
from kubectl_fluid.validation.schema.core.selectors import check_label_selector, is_sound, matches

_PERCENT = re.compile(r"[0-9]+%", re.ASCII)
_DEFAULT_DEADLINE = 600


def check_deployment(at: At) -> None:
    """A Deployment."""
    spec = at.child("spec")
    _check_selector(spec, "deployment")
    _check_always(spec, "ReplicaSet")
    spec.not_negative("replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds")
    deadline = spec.get("progressDeadlineSeconds", _DEFAULT_DEADLINE)
    if deadline <= spec.get("minReadySeconds", 0):
        spec.say("progressDeadlineSeconds", f"{deadline}: must be greater than minReadySeconds")
    strategy = spec.child("strategy")
    if strategy.text("type") == "Recreate":
        if strategy.has("rollingUpdate"):
            strategy.forbidden("rollingUpdate", "may not be specified when strategy `type` is Recreate")
    else:
        _check_rolling(strategy.child("rollingUpdate"))


def _check_rolling(at: At) -> None:
    zero = True
    for field in ("maxUnavailable", "maxSurge"):
        value = at.get(field, "25%")
        zero = zero and value in (0, "0%", "0")
        check_int_or_percent(at, field)
    if at.get("maxUnavailable") is not None and zero and at.get("maxSurge") is not None:
        at.say("maxUnavailable", "may not be 0 when `maxSurge` is 0")


def check_int_or_percent(at: At, field: str, *, limit: bool = True) -> None:
    """A number that is not negative, or a percentage (of at most 100 % for `maxUnavailable`)."""
    value = at.get(field)
    if isinstance(value, str):
        if not _PERCENT.fullmatch(value):
            at.say(field, f'"{value}": must be an integer or a percentage (e.g. 5%)')
        elif limit and field == "maxUnavailable" and int(value[:-1]) > 100:  # noqa: PLR2004 - per cent
            at.say(field, f"{value}: must not be greater than 100%")
    else:
        at.not_negative(field)


def _check_selector(spec: At, kind: str) -> None:
    """`selector`, and that it selects the template's labels."""
    if not spec.has("selector"):
        spec.required("selector")
    else:
        check_label_selector(spec.child("selector"))
        selector = spec.get("selector")
        if not selector.get("matchLabels") and not selector.get("matchExpressions"):
            spec.say("selector", f"an empty selector is invalid for a {kind}")
    check_selected(spec, spec.get("selector"))


def check_selected(spec: At, selector: dict[str, Any] | None) -> None:
    """That a selector selects the labels of the template; no selector selects nothing."""
    metadata = spec.child("template").child("metadata")
    labels = metadata.get("labels", {})
    if selector is None or (is_sound(selector) and not matches(selector, labels)):
        metadata.say("labels", "`selector` does not match the template's `labels`")


def _check_always(spec: At, kind: str, *, without: tuple[str, ...] = ()) -> None:
    """The template of Pods that are restarted forever."""
    template = spec.child("template")
    check_template(template, without=without)
    pod = template.child("spec")
    policy = pod.text("restartPolicy")
    if policy in ("OnFailure", "Never"):
        message = f"{policy} is not supported in a template of a {kind}: use Always"
        pod.say("restartPolicy", message, "FieldValueNotSupported", "FL0006")
    if pod.has("activeDeadlineSeconds"):
        pod.forbidden("activeDeadlineSeconds", f"is not supported in a template of a {kind}")


def check_replica_set(at: At) -> None:
    """A ReplicaSet."""
    spec = at.child("spec")
    spec.not_negative("replicas", "minReadySeconds")
    _check_selector(spec, "replicaset")
    _check_always(spec, "ReplicaSet")


def check_daemon_set(at: At) -> None:
    """A DaemonSet."""
    spec = at.child("spec")
    _check_selector(spec, "daemonset")
    _check_always(spec, "DaemonSet")
    spec.not_negative("minReadySeconds", "revisionHistoryLimit")
    strategy = spec.child("updateStrategy")
    if strategy.text("type") == "OnDelete":
        return
    rolling = strategy.child("rollingUpdate")
    given = {field: rolling.get(field) for field in ("maxUnavailable", "maxSurge") if rolling.has(field)}
    for field in given:
        check_int_or_percent(rolling, field)
    some = [value for value in (given.get("maxUnavailable", 1), given.get("maxSurge", 0)) if value not in (0, "0%")]
    if not some:
        rolling.required("maxUnavailable", "cannot be 0 when maxSurge is 0")
    elif len(some) > 1 and "maxSurge" in given:
        rolling.say("maxSurge", "may not be set when maxUnavailable is non-zero")


def check_stateful_set(at: At) -> None:
    """A StatefulSet."""
    spec = at.child("spec")
    spec.not_negative("replicas", "minReadySeconds", "revisionHistoryLimit")
    spec.child("ordinals").not_negative("start")
    spec.name("serviceName", names.dns_label)
    strategy = spec.child("updateStrategy")
    if strategy.text("type") == "Recreate" and not strategy.on("StatefulSetRecreateStrategy"):
        message = '"Recreate" is not supported: use one of `OnDelete`, `RollingUpdate`'
        strategy.say("type", message, "FieldValueNotSupported", "FL0006")
    elif strategy.text("type") == "OnDelete" and strategy.has("rollingUpdate"):
        strategy.say("rollingUpdate", "only allowed with type RollingUpdate")
    elif strategy.has("rollingUpdate"):
        rolling = strategy.child("rollingUpdate")
        rolling.not_negative("partition")
        check_int_or_percent(rolling, "maxUnavailable")
        if rolling.get("maxUnavailable") in (0, "0%"):
            rolling.say("maxUnavailable", "cannot be 0")
    for template in spec.items("volumeClaimTemplates"):
        check_claim_spec(template.child("spec"))
    _check_selector(spec, "statefulset")
    _check_always(with_claim_volumes(spec), "StatefulSet", without=("hostname", "subdomain"))


def with_claim_volumes(spec: At) -> At:
    """The spec with the volumes that a StatefulSet's claims become; they replace those of the same name."""
    replaced = {it.child("metadata").text("name") for it in spec.items("volumeClaimTemplates")}
    if not replaced:
        return spec
    claims = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in sorted(replaced)]
    template = spec.get("template", {})
    pod = template.get("spec", {})
    volumes = [it for it in pod.get("volumes", ()) if it.get("name") not in replaced]
    pod = {**pod, "volumes": volumes + claims}  # at the end: the indices of the document's own stay right
    return At({**spec.value, "template": {**template, "spec": pod}}, spec.place, spec.report)


def check_replication_controller(at: At) -> None:
    """A ReplicationController; its selector's default are the template's labels."""
    spec = at.child("spec")
    spec.not_negative("replicas", "minReadySeconds")
    if not spec.has("template"):
        spec.required("template")
        return
    selector = spec.get("selector") or spec.child("template").child("metadata").get("labels")
    if not selector:
        spec.required("selector")
    elif not matches({"matchLabels": selector}, spec.child("template").child("metadata").get("labels", {})):
        spec.child("template").child("metadata").say("labels", "`selector` does not match the template's `labels`")
    _check_always(spec, "ReplicationController")

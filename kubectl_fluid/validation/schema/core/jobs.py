"""Jobs and CronJobs."""

from __future__ import annotations

import re

from kubectl_fluid.render.schedule import ScheduleError, check_schedule
from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.pods import check_template
from kubectl_fluid.validation.schema.core.selectors import check_label_selector, is_sound, matches

_MAX_INDEXED, _MAX_RULES, _MAX_CODES, _MAX_MANAGER = 100_000, 20, 255, 63
_PATH = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+", re.ASCII)
_ZONE, _SOME_ZONES = re.compile(r"[A-Za-z]+[A-Za-z0-9_+/-]*", re.ASCII), 100
_GENERATED = ("controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name")
_CRON_NAME = 52


def check_job(at: At) -> None:
    """A Job. Its selector is made from its uid, unless `manualSelector` is set."""
    spec, name = at.child("spec"), at.child("metadata").text("name")
    if spec.get("manualSelector"):
        if not spec.has("selector"):
            spec.required("selector", "with manualSelector")
        else:
            check_label_selector(spec.child("selector"))
    else:
        _check_generated(spec, name)
    check_job_spec(spec)
    if name and (wrong := names.label_value(name)):
        at.child("metadata").say("name", f'"{name}" is the value of a label of its Pods: {wrong}', code="FL0011")
    completions = spec.get("completions") or 0
    last = f"{name}-{completions - 1}"
    if spec.text("completionMode") == "Indexed" and completions > 0 and name and (wrong := names.dns_label(last)):
        at.child("metadata").say("name", f'"{last}" would be the name of a Pod: {wrong}')


def _check_generated(spec: At, name: str) -> None:
    """A selector that is completed by the API server, and labels that it adds to the template."""
    labels = spec.child("template").child("metadata").get("labels", {})
    generated = {label: name if label.endswith("name") else "\0" for label in _GENERATED}  # the uid is not known
    for label, value in generated.items():
        if name and labels.get(label, value) != value:
            spec.child("template").child("metadata").say_item("labels", label, "is set by the API server: leave it out")
    if not spec.has("selector"):
        return
    check_label_selector(spec.child("selector"))
    selector = spec.get("selector")
    if is_sound(selector) and not matches(selector, {**labels, **generated}):
        spec.say("selector", "is generated: leave it out, or set manualSelector")


def check_job_spec(spec: At, *, of_cron_job: bool = False) -> None:
    """The spec of a Job; that of a CronJob gets no defaults."""
    spec.not_negative("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit")
    spec.not_negative("ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes")
    if spec.has("maxFailedIndexes") and not spec.has("backoffLimitPerIndex"):
        spec.required("backoffLimitPerIndex", "with maxFailedIndexes")
    _check_manager(spec)
    _check_indexed(spec, of_cron_job=of_cron_job)
    if spec.has("podFailurePolicy"):
        _check_failure_policy(spec)
    if spec.text("podReplacementPolicy") == "TerminatingOrFailed" and spec.has("podFailurePolicy"):
        message = "is not supported with podFailurePolicy: use Failed"
        spec.say("podReplacementPolicy", message, "FieldValueNotSupported", "FL0006")
    template = spec.child("template")
    check_template(template)
    pod = template.child("spec")
    policy = pod.text("restartPolicy")
    if policy in ("", "Always"):
        message = "is required: write OnFailure or Never"
        message = "must be OnFailure or Never in a Job, not Always" if policy else message
        pod.say("restartPolicy", message, "FieldValueRequired", "FL0005")
    elif policy == "OnFailure" and spec.has("podFailurePolicy"):
        pod.say("restartPolicy", "only Never is supported with podFailurePolicy")


def _check_manager(spec: At) -> None:
    manager = spec.get("managedBy")
    if manager is None:
        return
    host, slash, path = manager.partition("/")
    if not slash or not path or names.dns_subdomain(host) or not _PATH.fullmatch(path):
        spec.say("managedBy", f'"{manager}": must be a domain-prefixed path (such as acme.io/foo)')
    elif len(manager) > _MAX_MANAGER:
        spec.say("managedBy", f"must be no more than {_MAX_MANAGER} characters", "FieldValueTooLong")


def _check_indexed(spec: At, *, of_cron_job: bool) -> None:
    if spec.text("completionMode") != "Indexed":
        for field in ("backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"):
            if spec.has(field):
                spec.say(field, "requires completionMode: Indexed")
        if spec.get("completionMode") == "":
            spec.say(
                "completionMode", "is not supported: use Indexed or NonIndexed", "FieldValueNotSupported", "FL0006"
            )
        return
    completions = spec.get("completions")
    if completions is None and (of_cron_job or spec.has("parallelism")):
        spec.required("completions", "with completionMode: Indexed")
    elif completions is None:
        completions = 1  # the default where neither is there
    if spec.get("parallelism", 0) > _MAX_INDEXED:
        spec.say("parallelism", f"must be less than or equal to {_MAX_INDEXED} with completionMode: Indexed")
    failed = spec.get("maxFailedIndexes", 0)
    if completions is not None and failed > completions:
        spec.say("maxFailedIndexes", "must be less than or equal to completions")
    if spec.has("successPolicy"):
        _check_success_policy(spec.child("successPolicy"), completions or 0)


def _check_success_policy(policy: At, completions: int) -> None:
    if not policy.get("rules"):
        if policy.has("rules"):
            policy.required("rules", "at least one")
    elif len(policy.get("rules")) > _MAX_RULES:
        policy.say("rules", f"must have at most {_MAX_RULES} rules", "FieldValueTooMany")
    for rule in policy.items("rules"):
        if not rule.has("succeededCount") and not rule.has("succeededIndexes"):
            rule.say_here("must have succeededCount or succeededIndexes", "FieldValueRequired", "FL0005")
        indexes = _indexes(rule, completions) if rule.has("succeededIndexes") else completions
        rule.not_negative("succeededCount")
        if rule.get("succeededCount", 0) > min(completions, completions if indexes is None else indexes):
            rule.say("succeededCount", "must be less than or equal to the number of completions and indexes")


def _indexes(rule: At, completions: int) -> int | None:
    """How many indexes `1,3-5` names; None when it is wrong."""
    text, last, count = rule.text("succeededIndexes"), -1, 0
    for part in text.split(",") if text else ():
        numbers = part.split("-")
        if not all(re.fullmatch("[0-9]+", it, re.ASCII) for it in numbers) or len(numbers) > 2:  # noqa: PLR2004 - from-to
            rule.say("succeededIndexes", f'"{text}": must be numbers and ranges in ascending order, like 1,3-5')
            return None
        low, high = int(numbers[0]), int(numbers[-1])
        if low <= last or high >= completions or (len(numbers) > 1 and high <= low):
            rule.say("succeededIndexes", f'"{text}": must ascend, and stay below completions')
            return None
        last, count = high, count + high - low + 1
    return count


def _check_failure_policy(spec: At) -> None:
    policy = spec.child("podFailurePolicy")
    pod = spec.child("template").child("spec")
    containers = {it.text("name") for kind in ("containers", "initContainers") for it in pod.items(kind)}
    if len(policy.get("rules", ())) > _MAX_RULES:
        policy.say("rules", f"must have at most {_MAX_RULES} rules", "FieldValueTooMany")
    for rule in policy.items("rules"):
        if rule.text("action") == "FailIndex" and not spec.has("backoffLimitPerIndex"):
            rule.say("action", "FailIndex requires backoffLimitPerIndex")
        codes, conditions = rule.has("onExitCodes"), bool(rule.get("onPodConditions"))
        if codes == conditions:
            rule.say_here("must have one of onExitCodes and onPodConditions")
        if codes:
            _check_codes(rule.child("onExitCodes"), containers)
        for condition in rule.items("onPodConditions"):
            if wrong := names.qualified_name(condition.text("type")):
                condition.say("type", f'"{condition.text("type")}": {wrong}')
            if condition.text("status") not in ("", "True", "False", "Unknown"):
                condition.say("status", "is not supported: use True, False or Unknown", "FieldValueNotSupported")


def _check_codes(at: At, containers: set[str]) -> None:
    values = at.get("values", [])
    if not values:
        at.say("values", "at least one value is required")
    elif len(values) > _MAX_CODES:
        at.say("values", f"must have at most {_MAX_CODES} values", "FieldValueTooMany")
    if values != sorted(values):
        at.say("values", "must be ordered")
    for index, value in enumerate(values):
        if value == 0 and at.text("operator") == "In":
            at.say_item("values", index, "must not be 0 for operator In")
        if value in values[:index]:
            at.say_item("values", index, f"{value} is there already", "FieldValueDuplicate")
    if at.has("containerName") and at.text("containerName") not in containers:
        at.say("containerName", "must be a container of the template")


def check_cron_job(at: At) -> None:
    """A CronJob."""
    spec, metadata = at.child("spec"), at.child("metadata")
    if len(metadata.text("name")) > _CRON_NAME:
        metadata.say("name", f"must be no more than {_CRON_NAME} characters", code="FL0011")
    text = spec.text("schedule")
    try:
        if text:
            check_schedule(text)
    except ScheduleError as wrong:
        spec.say("schedule", f'"{text}": {wrong}')
    if spec.has("timeZone"):
        zone = spec.text("timeZone")
        if not zone:
            spec.say("timeZone", "must be nil or non-empty string")
        elif not _is_zone(zone):
            spec.say("timeZone", f'"{zone}" is not the name of a time zone')
    spec.not_negative("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
    template = spec.child("jobTemplate").child("spec")
    if template.has("manualSelector") and template.get("manualSelector"):
        template.say("manualSelector", "is not supported in a CronJob", "FieldValueNotSupported")
    if template.has("selector"):
        template.say("selector", "is generated: leave it out")
    check_job_spec(template, of_cron_job=True)


def _is_zone(name: str) -> bool:
    """Whether a time zone has that name, as far as this machine's data tells."""
    import zoneinfo

    if not _ZONE.fullmatch(name) or name.lower() == "local":
        return False
    known = zoneinfo.available_timezones()
    return name in known or len(known) < _SOME_ZONES

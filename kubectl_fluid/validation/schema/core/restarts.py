"""Restart policies of single containers."""

from __future__ import annotations

from kubectl_fluid.validation.schema.core.at import At

_MAX_RULES, _MAX_CODES = 20, 255
_RULES, _RESTART_ALL = "ContainerRestartRules", "RestartAllContainersOnContainerExits"


def check_restart(container: At, *, init: bool) -> None:
    """`restartPolicy` and `restartPolicyRules` of a container or init container."""
    policy, rules = container.get("restartPolicy"), container.get("restartPolicyRules", [])
    if not container.on(_RULES):
        _check_sidecar(container, init=init)
        return
    if rules and policy is None:
        container.required("restartPolicy", "with restartPolicyRules")
    if init and rules and policy == "Always" and not container.on(_RESTART_ALL):
        container.forbidden("restartPolicyRules", "may not be set for init containers with restartPolicy: Always")
    if policy not in (None, "Always", "OnFailure", "Never"):
        message = f'"{policy}" is not supported: use Always, OnFailure or Never'
        container.say("restartPolicy", message, "FieldValueNotSupported", "FL0006")
    if len(rules) > _MAX_RULES:
        container.say("restartPolicyRules", f"must have at most {_MAX_RULES} rules", "FieldValueTooMany")
    _check_restart_rules(container)


def _check_restart_rules(container: At) -> None:
    actions = ("Restart", "RestartAllContainers") if container.on(_RESTART_ALL) else ("Restart",)
    for rule in container.items("restartPolicyRules"):
        if rule.text("action") not in ("", *actions):
            rule.say("action", f"is not supported: use {' or '.join(actions)}", "FieldValueNotSupported")
        if not rule.has("exitCodes"):
            rule.required("exitCodes")
            continue
        codes = rule.child("exitCodes")
        if codes.text("operator") not in ("", "In", "NotIn"):
            codes.say("operator", "is not supported: use In or NotIn", "FieldValueNotSupported")
        if len(codes.get("values", ())) > _MAX_CODES:
            codes.say("values", f"must have at most {_MAX_CODES} values", "FieldValueTooMany")


def _check_sidecar(container: At, *, init: bool) -> None:
    """The restart policy of a container, where init containers alone may have one, and that one alone."""
    policy = container.get("restartPolicy")
    if policy is None or (init and policy == "Always"):
        return
    if container.on("restart policies of single containers"):
        container.report.dropped.append(((container.place, "restartPolicy"), _RULES))
    elif init:
        message = f'"{policy}" is not supported before Kubernetes 1.35: use Always'
        container.say("restartPolicy", message, "FieldValueNotSupported", "FL0006")
    else:
        container.forbidden("restartPolicy", "may not be set before Kubernetes 1.35, but for init containers")

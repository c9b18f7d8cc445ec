"""Probes, lifecycle hooks and their handlers."""

from __future__ import annotations

import re

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.pod import Pod

_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_HEADER = re.compile(r"[-A-Za-z0-9]+", re.ASCII)
_TIMES = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
_PORTS = 65535


def check_probes(container: At, pod: Pod) -> None:
    """The probes and hooks of a container that may have them."""
    lifecycle = container.child("lifecycle")
    for hook in ("postStart", "preStop"):
        if lifecycle.has(hook):
            _check_handler(lifecycle.child(hook), pod)
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.has(name):
            _check_probe(container.child(name), name, pod)


def _check_probe(probe: At, name: str, pod: Pod) -> None:
    _check_handler(probe, pod)
    probe.not_negative(*_TIMES)
    if probe.get("terminationGracePeriodSeconds", 1) <= 0:
        probe.say("terminationGracePeriodSeconds", "must be greater than 0")
    if name == "readinessProbe":
        if probe.has("terminationGracePeriodSeconds"):
            probe.say("terminationGracePeriodSeconds", "must not be set for readiness probes")
    elif probe.get("successThreshold", 1) not in (0, 1):  # 0 becomes the default, 1
        probe.say("successThreshold", f"must be 1 for a {name}")


def _check_handler(at: At, pod: Pod) -> None:
    kind = at.first(_HANDLERS)
    if kind is None:
        at.say_here("must have a handler: one of exec, httpGet, tcpSocket, grpc", "FieldValueRequired", "FL0005")
        return
    handler = at.child(kind)
    match kind:
        case "exec":
            handler.required("command")
        case "httpGet":
            _check_http(handler)
        case "tcpSocket":
            _check_port(handler)
        case "grpc":
            _check_port(handler)
        case "sleep":
            seconds, grace = handler.get("seconds", 0), pod.grace
            least = 0 if handler.on("PodLifecycleSleepActionAllowZero") else 1
            if grace is not None and not least <= seconds <= grace:
                at.say("sleep", f"must be between {least} and terminationGracePeriodSeconds ({grace})")
    at.at_most_one(_HANDLERS, "may not have more than one handler")


def _check_http(handler: At) -> None:
    _check_port(handler)
    for header in handler.items("httpHeaders"):
        if not _HEADER.fullmatch(header.text("name")):
            header.say("name", "a header's name consists of alphanumeric characters and '-'")


def _check_port(handler: At) -> None:
    port = handler.get("port", 0)
    if isinstance(port, str):
        if wrong := names.port_name(port):
            handler.say("port", f'"{port}": {wrong}')
    elif not 1 <= port <= _PORTS:
        handler.say("port", f"{port}: must be between 1 and {_PORTS}")

"""What `version` tells, as it stands in its JSON."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from typing import Any

from kubectl_fluid import __version__
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.doctor import bundle
from kubectl_fluid.doctor.machine import Program, look
from kubectl_fluid.validation.schema.files import kubernetes_minors

#: Seconds for each answer of the server.
_TIMEOUT = 10.0


def facts(environment: Environment) -> dict[str, Any]:
    """Of this installation. Other programs of its name are started, with `--version`."""
    machine = look(environment.variables)
    minors = kubernetes_minors()
    return {
        "version": __version__,
        "path": environment.path,
        "schemas": {"fluid": bundle.source().removeprefix("Fluid "), "kubernetes": [f"1.{it}" for it in minors]},
        "python": {
            "version": machine.python,
            "implementation": platform.python_implementation(),
            "executable": sys.executable,
        },
        "packages": dict(machine.packages),
        "onPath": [
            {"path": it.path, "thisProgram": _is_this(it, environment.path), "says": it.says} for it in machine.plugins
        ],
    }


def _is_this(program: Program, path: str) -> bool:
    """By doctor, which knows scripts of this Python; or since it is the file that was started (an archive's)."""
    return program.ours or (bool(path) and os.path.realpath(program.path) == os.path.realpath(path))


def server_facts(options: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
    """Of a cluster: `error` says why something could not be told."""
    from kubectl_fluid.cluster.connect import connect
    from kubectl_fluid.cluster.errors import ClusterError
    from kubectl_fluid.cluster.request import shown
    from kubectl_fluid.doctor import reach, reads

    found: dict[str, Any] = {"address": "", "kubernetes": "", "fluid": [], "error": ""}
    try:
        connection = connect(
            options["kubeconfig"],
            options["context"],
            options["as_user"],
            options["as_groups"],
            timeout=_TIMEOUT,
            variables=environment.variables,
        )
    except ClusterError as error:
        return found | {"error": str(error)}
    found["address"] = shown(connection.api.server)
    try:
        answer = reach.greet(connection.api).answer
        if isinstance(answer, ClusterError):
            raise answer
        found["kubernetes"] = reach.version(answer)
        controllers = reads.look(connection.api, {"fluid"}, None).controllers
        if isinstance(controllers, ClusterError):
            raise controllers
        found["fluid"] = sorted({it.tag or "(no tag)" for it in controllers})
    except ClusterError as error:
        found["error"] = str(error)
    finally:
        connection.api.pool.clear()
    return found

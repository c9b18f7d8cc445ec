"""kubectl, asked for names and given up when the time is over, with all that it has started."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from typing import Any

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.kubeconfig import choose
from kubectl_fluid.cluster.listing import Resource
from kubectl_fluid.shapes import items, mapping

#: Objects of one kind, bytes of their list, and kinds.
LIMIT, MAX_ANSWER, MAX_KINDS = 500, 8 * 1024 * 1024, 4
#: Seconds that a process takes to be gone.
_LAST = 0.02
#: RFC 1123; a shell is to be told nothing else.
_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?", re.ASCII)


class Asked:
    """The names of the objects of some kinds, which come while `within` waits."""

    def __init__(self, variables: Mapping[str, str], options: Mapping[str, Any], resources: Sequence[Resource]) -> None:
        self._variables, self._options, self._resources = variables, options, resources
        self._found: list[list[str]] | None = None
        self._lock = threading.Lock()
        self._over = False
        self._started: list[subprocess.Popen[bytes]] = []

    def within(self, seconds: float) -> list[list[str]]:
        """The names by kind, all of them; or nothing at all."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        thread.join(seconds)
        found = self._found
        with self._lock:
            self._over = True
            for process in self._started:
                _kill(process)
        return found or [[] for _ in self._resources]

    def _run(self) -> None:
        with suppress(ClusterError, OSError, ValueError, RecursionError):
            kubectl = shutil.which("kubectl", path=self._variables.get("PATH"))
            namespace = self._options.get("namespace") or self._context_namespace()
            if kubectl is None or namespace is None:
                return
            command = [kubectl, *_flags(self._options), "get", "--raw"]
            paths = [f"{it.path(namespace)}?limit={LIMIT}" for it in self._resources[:MAX_KINDS]]
            asked = [self._start([*command, path]) for path in paths]
            found = [list(_names(process)) for process in asked]
            self._found = found + [[] for _ in self._resources[MAX_KINDS:]]

    def _context_namespace(self) -> str | None:
        """The one of the kubeconfig's context; None where there is none. Reading YAML takes a third of the time."""
        chosen = choose(self._options.get("kubeconfig"), self._options.get("context"), self._variables)
        return chosen.namespace if chosen else None

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        """In a session of its own, so that what a credential plugin starts can be ended with it."""
        with self._lock:
            if self._over:
                raise OSError
            process = subprocess.Popen(  # noqa: S603 - a list, no shell; kubectl is what has called us
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._variables,
                start_new_session=True,
            )
            self._started.append(process)
        return process


def _flags(options: Mapping[str, Any]) -> Iterable[str]:
    """Options of this program that kubectl has too."""
    for name, key in (("kubeconfig", "kubeconfig"), ("context", "context"), ("as", "as_user")):
        if options.get(key):
            yield f"--{name}={options[key]}"
    yield from (f"--as-group={group}" for group in options.get("as_groups") or ())


def _names(process: subprocess.Popen[bytes]) -> Iterable[str]:
    """Names in a list as the API server answers it; none where it refuses."""
    with process.stdout or BytesIO() as stream:
        answer = stream.read(MAX_ANSWER)
    listed = json.loads(answer) if answer else None
    for item in items(mapping(listed).get("items")):
        name = mapping(item.get("metadata")).get("name")
        if isinstance(name, str) and _NAME.fullmatch(name):
            yield name


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    with suppress(OSError, subprocess.TimeoutExpired):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait(_LAST)

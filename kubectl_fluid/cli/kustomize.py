"""`-k DIR`: what `kubectl kustomize DIR` prints."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable, system_reason
from kubectl_fluid.cli.spool import Replay

#: A line of kubectl's log: `E1125 03:45:55.705666   17805 run.go:72] "command failed" err="…"`.
_LOGGED = re.compile(r'[EF]\d{4} [\d:.]+ +\d+ [^ ]+\] "command failed" err=("(?:[^"\\]|\\.)*")')


def build(folder: str, environment: Environment) -> Replay:
    """Run kubectl and keep what it prints. Raises CommandError with kubectl's own words when it fails."""
    kubectl = shutil.which("kubectl", path=environment.variables.get("PATH"))
    what = printable(f"kubectl kustomize {folder}")
    if kubectl is None:
        raise CommandError(what, "kubectl is not on the PATH", "install kubectl, or pipe the manifests in with -f -")
    try:
        done = subprocess.run(  # noqa: S603 - a list, no shell; `--` keeps the folder from being an option
            [kubectl, "kustomize", "--", folder], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise CommandError(what, system_reason(error)) from error
    if done.returncode != 0:
        words = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise CommandError(what, _message(words) or f"exit code {done.returncode}")
    return Replay(io.BytesIO(done.stdout))


def _message(words: str) -> str:
    """The message alone, of what kubectl says or logs."""
    logged = _LOGGED.match(words)
    if logged is None:
        return words.removeprefix("error: ")
    try:
        return " ".join(str(json.loads(logged[1])).split())
    except ValueError:  # Go's escapes are not all JSON's
        return logged[1].strip('"')

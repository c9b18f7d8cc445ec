"""What `create` does with its manifests: print them, or apply them with kubectl."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable, system_reason
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.result import object_name
from kubectl_fluid.manifests import dump
from kubectl_fluid.scaffold.manifest import Manifest

#: Parts of what kubectl says when it is not let in, or nobody answers.
UNREACHABLE = (
    "Unable to connect to the server",
    "The connection to the server",
    "(Forbidden)",
    "(Unauthorized)",
    "You must be logged in",
    "failed to download openapi",
)


@dataclass(frozen=True, slots=True)
class Emission:
    """The options of a verb that creates objects, as click gives them."""

    dry_run: str
    output: str | None
    namespace: str | None
    kubeconfig: str | None
    context: str | None
    as_user: str | None
    as_groups: tuple[str, ...]

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Emission:
        """The members of this class among click's options."""
        return cls(**{name: options[name] for name in cls.__slots__})

    def arguments(self) -> Iterator[str]:
        """What `kubectl apply` is told; no value can be taken for an option of its own."""
        if self.dry_run != "none":
            yield f"--dry-run={self.dry_run}"
        for option, value in (
            ("output", self.output),
            ("namespace", self.namespace),
            ("kubeconfig", self.kubeconfig),
            ("context", self.context),
            ("as", self.as_user),
        ):
            if value is not None:
                yield f"--{option}={value}"
        for group in self.as_groups:
            yield f"--as-group={group}"


def emit(manifests: Sequence[Manifest], emission: Emission, environment: Environment) -> ExitStatus:
    """Print or apply. Manifests that are not complete are printed, never applied."""
    complete = [manifest for manifest in manifests if manifest.complete]
    if emission.dry_run == "client":
        shown = manifests if emission.output in ("yaml", "json") else complete
        environment.stdout.write(_text(shown, emission.output).encode())
    else:
        _apply(complete, emission, environment)
    if emission.dry_run != "client" or emission.output != "yaml":  # there they stand above the object
        for manifest in manifests:
            for line in manifest.comment:
                environment.say(line)
    return ExitStatus.OK


def _text(manifests: Sequence[Manifest], output: str | None) -> str:
    values = [manifest.value for manifest in manifests]
    if output == "yaml":
        return "---\n".join(map(_commented, manifests))
    if output == "json":
        one = values[0] if len(values) == 1 else {"apiVersion": "v1", "kind": "List", "items": values}
        return dump.to_json(one) + "\n"
    suffix = "" if output == "name" else " created (dry run)"
    return "".join(f"{object_name(value)}{suffix}\n" for value in values)


def _commented(manifest: Manifest) -> str:
    return "".join(f"# {line}\n" for line in manifest.comment) + dump.to_yaml(manifest.value)


def _apply(manifests: Sequence[Manifest], emission: Emission, environment: Environment) -> None:
    """`kubectl apply -f -`. Raises CommandError with kubectl's own words when it fails."""
    what = "kubectl apply"
    kubectl = shutil.which("kubectl", path=environment.variables.get("PATH"))
    if kubectl is None:
        hint = "install kubectl, or print the manifests with --dry-run=client -o yaml"
        raise CommandError(what, "kubectl is not on the PATH", hint)
    try:
        done = subprocess.run(  # noqa: S603 - a list, no shell; values stand behind an = each
            [kubectl, "apply", "--filename=-", *emission.arguments()],
            input=_text(manifests, "yaml").encode(),
            capture_output=True,
            env=dict(environment.variables),
            check=False,
        )
    except (OSError, ValueError) as error:
        raise CommandError(what, system_reason(error) if isinstance(error, OSError) else str(error)) from error
    environment.stdout.write(done.stdout)
    words = done.stderr.decode("utf-8", "replace")
    if done.returncode != 0:
        status = ExitStatus.UNREACHABLE if any(it in words for it in UNREACHABLE) else ExitStatus.FAILED
        sentence = " ".join(words.split()).removeprefix("error: ") or f"exit code {done.returncode}"
        raise CommandError(what, sentence, "print the manifests with --dry-run=client -o yaml to look at them", status)
    for line in words.splitlines():
        environment.say(printable(line))

"""Checks of this machine."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.doctor.machine import Machine, Program
from kubectl_fluid.doctor.model import Check, Verdict, clipped, counted


def checks(machine: Machine) -> Iterator[Check]:
    """All of them."""
    packages = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    said = f"kubectl-fluid {machine.program} on Python {machine.python}" + (f", with {packages}" if packages else "")
    yield Check("python", Verdict.OK, said)
    yield _plugin(machine.plugins)
    yield _kubectl(machine.kubectl)


def _plugin(found: tuple[Program, ...]) -> Check:
    """Kubectl starts the first one on PATH, and warns of the others with each `kubectl plugin list`."""
    if not found:
        hint = "put the folder of kubectl-fluid into PATH, so that `kubectl fluid` finds it"
        return Check("plugin", Verdict.WARNING, "no kubectl-fluid is on PATH: kubectl does not know this plugin", hint)
    first, *others = found
    details = tuple(_named(it) for it in found)
    if not first.ours:
        says = clipped(first.says) or "it does not tell its version"
        said = f"kubectl starts {clipped(first.path)} ({says}), which is not the program that runs here"
        return Check("plugin", Verdict.WARNING, said, "remove it, or put this one first into PATH", details=details)
    if others:
        said = f"kubectl starts {clipped(first.path)}, which hides {counted(len(others), 'other')} on PATH"
        return Check("plugin", Verdict.WARNING, said, "remove those that are not needed", details=details)
    return Check("plugin", Verdict.OK, f"kubectl starts {clipped(first.path)}, which is this program")


def _named(it: Program) -> str:
    says = "this program" if it.ours else clipped(it.says) or "it does not tell its version"
    return f"{clipped(it.path)}: {says}"


def _kubectl(path: str) -> Check:
    if path:
        return Check("kubectl", Verdict.OK, f"kubectl is {clipped(path)}")
    said = "kubectl is not on PATH: `create` and `-k` need it"
    return Check("kubectl", Verdict.WARNING, said, "install kubectl, or put its folder into PATH")

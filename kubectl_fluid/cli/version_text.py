"""`version` for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_fluid.cli.errors import printable


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """A line for each fact; see `version_facts` for what there is."""
    rows = list(_rows(found))
    width = max(len(said) for said, _ in rows) + 2
    yield from (printable(f"{said + ':' if said else '':<{width}}{value}").rstrip() for said, value in rows)


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    schemas, python = found["schemas"], found["python"]
    yield "kubectl-fluid", found["version"]
    yield "path", found["path"] or "(not known)"
    minors = schemas["kubernetes"]
    yield "schemas", f"Fluid {schemas['fluid']}, Kubernetes {minors[0]} to {minors[-1]}"
    yield "python", f"{python['version']} ({python['executable']})"
    packages = ", ".join(f"{name} {version}" for name, version in found["packages"].items())
    if packages:
        yield "packages", packages
    yield from _others(found["onPath"])
    if "server" in found:
        yield from _server(found["server"])


def _others(programs: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    if not programs:
        yield "on PATH", "no kubectl-fluid: kubectl does not know this plugin"
    for at, it in enumerate(programs):
        says = "this program" if it["thisProgram"] else it["says"] or "it does not tell its version"
        hidden = ", hidden by the first" if at else ""
        yield "" if at else "on PATH", f"{it['path']} ({says}{hidden})"


def _server(server: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if server["kubernetes"]:
        yield "server", f"{server['address']}, Kubernetes {server['kubernetes']}"
    if server["error"]:
        yield "server's Fluid" if server["kubernetes"] else "server", server["error"]
    else:
        yield "server's Fluid", ", ".join(server["fluid"]) or "not installed"

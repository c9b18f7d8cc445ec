"""krew's manifest: `krew-manifest.yaml` is its template, and `fluid.yaml` what comes of it for one release."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from release.platforms import PLATFORMS
from release.problem import Problem
from release.source import ROOT, Project

TEMPLATE = ROOT / "krew-manifest.yaml"
#: The plugin's name; krew wants the file to be called after it.
PLUGIN = "fluid"
_PLACE = re.compile(r"\{\{ *([a-z0-9-]+) *\}\}")
_MAX_SHORT = 50


def render(project: Project, sums: Mapping[str, str]) -> str:
    """The manifest. `sums` has the SHA-256 of each archive by the platform's name. Raises Problem."""
    values = {"version": project.version, "url": project.url} | {f"sha256-{name}": it for name, it in sums.items()}
    missing: set[str] = set()

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            missing.add(match[1])
        return values.get(match[1], "")

    lines = TEMPLATE.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(_PLACE.sub(value, line) for line in lines if not line.startswith("#"))
    if missing:
        raise Problem(f"{TEMPLATE.name} asks for {', '.join(sorted(missing))}, which this release does not have")
    check(text, project)
    return text


def archive_name(project: Project, platform: str) -> str:
    """The file of a platform's archive. krew takes a .tar.gz on Windows too, and a .zip would be a third larger."""
    return f"{project.name}-v{project.version}-{platform}.tar.gz"


def check(text: str, project: Project) -> None:
    """What krew's own validator would refuse, as far as it can be told from the text. Raises Problem."""
    manifest = yaml.safe_load(text)
    spec = manifest["spec"]
    expected = {
        "apiVersion": (manifest["apiVersion"], "krew.googlecontainertools.github.com/v1alpha2"),
        "kind": (manifest["kind"], "Plugin"),
        "metadata.name": (manifest["metadata"]["name"], PLUGIN),
        "spec.version": (spec["version"], f"v{project.version}"),
        "spec.platforms": ([_platform(it) for it in spec["platforms"]], [it.name for it in PLATFORMS]),
    }
    for what, (found, wanted) in expected.items():
        if found != wanted:
            raise Problem(f"{TEMPLATE.name}: {what} is {found!r} and should be {wanted!r}")
    short = spec["shortDescription"]
    if not 0 < len(short) < _MAX_SHORT or "\n" in short:
        raise Problem(f"{TEMPLATE.name}: shortDescription should be one line of less than {_MAX_SHORT} characters")
    for platform in spec["platforms"]:
        _check_platform(platform, project)


def _platform(item: dict[str, Any]) -> str:
    labels = item["selector"]["matchLabels"]
    return f"{labels['os']}-{labels['arch']}"


def _check_platform(item: dict[str, Any], project: Project) -> None:
    name = _platform(item)
    ending = ".exe" if name.startswith("windows") else ""
    wrong = [
        what
        for what, fine in {
            "uri": item["uri"].endswith(f"/{archive_name(project, name)}"),
            "sha256": re.fullmatch(r"[0-9a-f]{64}", str(item["sha256"])) is not None,
            "bin": item["bin"] == f"{project.name}{ending}",
            "files": bool(item["files"]) and all(it.keys() == {"from", "to"} for it in item["files"]),
        }.items()
        if not fine
    ]
    if wrong:
        raise Problem(f"{TEMPLATE.name}: {', '.join(wrong)} of {name} cannot be right")

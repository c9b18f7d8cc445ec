"""The real krew takes the archives: installs, runs, upgrades, uninstalls; and its validator takes the manifest."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from release.archive import Entry, tar_gz
from release.krew import PLUGIN
from release.platforms import PLATFORMS, Platform
from tests.cli.running import run
from tests.release.conftest import Release
from tests.release.tools import Krew

pytestmark = [pytest.mark.release, pytest.mark.timeout(120)]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class Pages:
    """What stands for the project's page of releases: `folder` is served at `url`, and holds the archives."""

    folder: Path
    url: str


@pytest.fixture
def pages(release: Release, tmp_path: Path) -> Iterator[Pages]:
    folder = tmp_path / "pages"
    folder.mkdir()
    for path in release.folder.glob("*.tar.gz"):
        (folder / path.name).symlink_to(path)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Pages(folder, f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()


@pytest.fixture
def root(krew: Krew, tmp_path: Path) -> dict[str, str]:
    """Variables of a person whose krew has an index of their own in place of krew's."""
    variables = {"KREW_ROOT": str(tmp_path / "krew root"), "HOME": str(tmp_path)}
    commit(tmp_path / "index", "")
    krew.run("krew", "index", "add", "default", (tmp_path / "index").as_uri(), **variables)
    return variables


def manifest_at(release: Release, pages: Pages) -> str:
    """The manifest with its archives at `pages`."""
    text = (release.folder / f"{PLUGIN}.yaml").read_text()
    elsewhere = re.sub(r"(?m)^( *uri: )https://\S+/([^/\s]+)$", rf"\1{pages.url}/\2", text)
    assert elsewhere.count(pages.url) == len(PLATFORMS)
    return elsewhere


def test_the_validator_installs_every_platform(release: Release, pages: Pages, krew: Krew, tmp_path: Path) -> None:
    manifest = tmp_path / f"{PLUGIN}.yaml"
    manifest.write_text(manifest_at(release, pages))
    done = krew.validate(manifest)
    assert f"all {len(PLATFORMS)} spec.platforms installed fine" in done.stderr


def test_krew_installs_from_a_file_what_then_runs_and_uninstalls_it(
    release: Release, here: Platform, krew: Krew, root: dict[str, str]
) -> None:
    manifest = release.folder / f"{PLUGIN}.yaml"
    done = krew.run("krew", "install", f"--manifest={manifest}", f"--archive={release.archive(here)}", **root)
    assert "Python 3.10 or newer is needed" in done.stderr, "the caveat"
    link = Path(root["KREW_ROOT"]) / "bin" / "kubectl-fluid"
    assert link.is_symlink()
    assert krew.start(link, "--version", **root).stdout == run("--version").out
    assert '"thisProgram": true' in krew.start(link, "version", "-o", "json", **root).stdout
    krew.run("krew", "uninstall", PLUGIN, **root)
    assert not link.exists()
    assert list((Path(root["KREW_ROOT"]) / "store").iterdir()) == []


def test_krew_upgrades_from_an_index_and_keeps_one_version(
    release: Release, here: Platform, pages: Pages, krew: Krew, root: dict[str, str], tmp_path: Path
) -> None:
    commit(tmp_path / "index", manifest_at(release, pages))
    krew.run("krew", "update", **root)
    krew.run("krew", "install", PLUGIN, **root)
    commit(tmp_path / "index", newer(release, here, pages))
    krew.run("krew", "upgrade", **root)
    store = Path(root["KREW_ROOT"]) / "store" / PLUGIN
    assert [it.name for it in store.iterdir()] == ["v9.9.9"]
    link = Path(root["KREW_ROOT"]) / "bin" / "kubectl-fluid"
    assert krew.start(link, "--version", **root).stdout == "kubectl-fluid 9.9.9\n"
    krew.run("krew", "uninstall", PLUGIN, **root)


def commit(index: Path, manifest: str) -> None:
    """What an index is: a git repository with manifests in `plugins/`."""
    (index / "plugins").mkdir(parents=True, exist_ok=True)
    (index / "plugins" / (f"{PLUGIN}.yaml" if manifest else ".keep")).write_text(manifest)
    who = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    for words in (["init", "--quiet"], ["add", "."], [*who, "commit", "--quiet", "-m", "manifest"]):
        subprocess.run(["git", "-C", index, *words], check=True)


def newer(release: Release, here: Platform, pages: Pages) -> str:
    """The manifest of version 9.9.9, whose archive (for this machine) lies beside the others."""
    with tarfile.open(release.archive(here)) as archive:
        entries = [
            Entry(it.name, content.read(), executable=bool(it.mode & 0o100))
            for it in archive
            if (content := archive.extractfile(it)) is not None and not it.name.endswith(".pyc")
        ]
    entries = [
        Entry(it.name, it.content.replace(b'"0.1.0"', b'"9.9.9"'), it.executable)
        if it.name == "lib/kubectl_fluid/__init__.py"
        else it
        for it in entries
    ]
    made = tar_gz(entries, release.project.epoch)
    (pages.folder / "newer.tar.gz").write_bytes(made)
    value = yaml.safe_load(manifest_at(release, pages))
    value["spec"]["version"] = "v9.9.9"
    for platform in value["spec"]["platforms"]:
        if platform["selector"]["matchLabels"] == {"os": here.os, "arch": here.arch}:
            platform |= {"uri": f"{pages.url}/newer.tar.gz", "sha256": hashlib.sha256(made).hexdigest()}
    return yaml.safe_dump(value)

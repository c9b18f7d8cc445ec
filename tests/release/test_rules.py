"""What builds a release, in its smaller parts: these tests need neither network nor release."""

from __future__ import annotations

import gzip
import io
import re
import struct
import tarfile
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

from release import elf, krew, lock, pruning
from release.archive import Entry, tar_gz, tar_part
from release.platforms import MINORS, PLATFORMS
from release.problem import Problem
from release.source import Project
from tests.support import ROOT

PROJECT = Project("kubectl-fluid", "1.2.3", "https://example.com/project", 1_000_000_000)
SUMS = {it.name: f"{at:064x}" for at, it in enumerate(PLATFORMS)}


def test_minors_are_those_that_the_package_names() -> None:
    found = re.findall(r"Python :: 3\.(\d+)$", (ROOT / "setup.cfg").read_text(), re.MULTILINE)
    assert tuple(map(int, found)) == MINORS


def test_the_lock_has_what_the_package_needs_at_run_time_and_one_version_of_each() -> None:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    needed = re.findall(r"^([A-Za-z0-9-]+)", config["options"]["install_requires"], re.MULTILINE)
    pins = lock.pins()
    assert {it.lower() for it in needed} <= set(pins)
    assert pins["kubernetes"].version == "35.0.0"
    assert all(pin.hashes for pin in pins.values())
    assert set(pruning.UNUSED) | set(pruning.LEFT_OUT) <= set(pins)


def test_a_line_of_the_lock_without_hashes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lock.txt"
    path.write_text(f"click==8.1 \\\n    --hash=sha256:{'0' * 64}\nrich==1.0\n")
    with pytest.raises(Problem, match="2 lines name a distribution, 1 of them"):
        lock.pins(path)


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(Problem, match="leaves something out of referencing that 9 does not have"):
        pruning.kept("referencing", {"referencing/_core.py": b""}, "9")


def test_only_what_reaches_a_cluster_uses_kubernetes_and_only_what_is_left_of_it() -> None:
    """The table leaves out all but these; who needs more has to change it."""
    used = {
        match
        for path in (ROOT / "kubectl_fluid").rglob("*.py")
        for match in re.findall(r"^\s*(?:from|import) (kubernetes\S*)", path.read_text(), re.MULTILINE)
    }
    left = re.compile(pruning.LEFT_OUT["kubernetes"])
    assert used == {
        "kubernetes.client.configuration",
        "kubernetes.client.rest",
        "kubernetes.config",
        "kubernetes.config.incluster_config",
    }
    assert [it for it in used if left.fullmatch(it.replace(".", "/") + "/x")] == []


def test_an_archive_of_parts_is_read_as_one() -> None:
    first = tar_part([Entry("b", b"1" * 600), Entry("a", b"")], 7)
    made = tar_gz([Entry("run", b"#!", executable=True)], 7, first)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(made))) as archive:
        found = [(it.name, it.size, it.mode, it.mtime) for it in archive]
    assert found == [("a", 0, 0o644, 7), ("b", 600, 0o644, 7), ("run", 2, 0o755, 7)]
    assert gzip.decompress(made).endswith(b"\0" * 1024)


def test_a_library_is_cut_behind_what_is_loaded() -> None:
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 200, 200, 4096)
    header = (
        b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 300, 0, 64, 56, 1, 64, 9, 8)
    )
    library = (header + segment).ljust(200, b"x") + b"debug" * 100
    cut = elf.shortened(library)
    assert len(cut) == 200
    assert struct.unpack_from("<Q", cut, 40) == (0,), "no section headers"
    assert struct.unpack_from("<HHH", cut, 58) == (0, 0, 0)
    assert cut[64:] == library[64:200]
    assert elf.shortened(cut) == cut
    with pytest.raises(Problem, match="no 64-bit"):
        elf.shortened(b"MZ")


def test_the_template_becomes_a_manifest_for_every_platform() -> None:
    manifest = yaml.safe_load(krew.render(PROJECT, SUMS))
    assert manifest["spec"]["version"] == "v1.2.3"
    first = manifest["spec"]["platforms"][0]
    assert (
        first["uri"] == "https://example.com/project/releases/download/v1.2.3/kubectl-fluid-v1.2.3-linux-amd64.tar.gz"
    )
    assert [it["sha256"] for it in manifest["spec"]["platforms"]] == list(SUMS.values())
    assert all(len(line) <= 120 for line in manifest["spec"]["description"].splitlines())


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param("arch: arm64", "arch: amd64", "spec.platforms is", id="a platform twice"),
        pytest.param("bin: kubectl-fluid.exe", "bin: kubectl-fluid", "bin of windows", id="no .exe"),
        pytest.param("linux-amd64.tar.gz", "linux-amd64.zip", "uri of linux-amd64", id="another archive"),
        pytest.param(f"{0:064x}", "none", "sha256 of linux-amd64", id="no sum"),
        pytest.param("version: v1.2.3", "version: 1.2.3", "spec.version is", id="no v"),
        pytest.param("into Pods", "into the Pods of people who wait for it", "shortDescription", id="too long"),
    ],
)
def test_a_manifest_that_krew_would_refuse_is_refused(old: str, new: str, complaint: str) -> None:
    text = krew.render(PROJECT, SUMS)
    assert old in text
    with pytest.raises(Problem, match=re.escape(complaint)):
        krew.check(text.replace(old, new), PROJECT)


def test_a_template_that_asks_for_more_is_refused() -> None:
    with pytest.raises(Problem, match="asks for sha256-darwin-amd64, "):
        krew.render(PROJECT, {"linux-amd64": "0" * 64})

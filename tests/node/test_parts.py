from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.cluster.binaries import Missing
from tests.node import parts, sweeper


def silent(_: str) -> None:
    pass


def test_all_that_the_machine_does_not_give_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(Missing, match=r"a node needs root \(.*\), and /dev/fuse"):
        parts.check_machine()


def test_without_leave_the_command_is_told_that_would_install_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "IN_CI", False)
    monkeypatch.delenv(parts.PERMISSION, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None if name in ("runc", "containerd", "ctr") else name)
    with pytest.raises(Missing, match=rf"`apt-get install .* containerd runc`; {parts.PERMISSION}=1 lets"):
        parts.obtain_packages(silent)


def test_nothing_is_installed_where_all_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name)
    parts.obtain_packages(pytest.fail)


def test_a_sweeper_removes_cgroups_of_its_name_with_all_below_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("cpu/kubectl-fluid-1/kubepods/pod", "memory/kubectl-fluid-1", "cpu/kubectl-fluid-2"):
        (tmp_path / place).mkdir(parents=True)
    monkeypatch.setattr(sweeper, "CGROUPS", tmp_path)
    sweeper.remove_cgroups("kubectl-fluid-1")
    assert sorted(str(it.relative_to(tmp_path)) for it in tmp_path.glob("*/*")) == ["cpu/kubectl-fluid-2"]

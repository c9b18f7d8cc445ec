"""The mount checks, run by real shells on copies that read a table of mounts of the test's own."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection import mountcheck
from tests.injection.build import claim

#: Waiting costs nothing: what a script does after its last try is seen at once.
NO_SLEEP = "sleep() { :; }\n"


@dataclass
class Machine:
    """A table of mounts, and shells that take it for the kernel's."""

    table: Path

    def mounts(self, *lines: str) -> None:
        self.table.write_text("".join(f"{line} rw,nosuid 0 0\n" for line in lines))

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Runs a command of a handler; its script reads this machine's table."""
        told = [part.replace("/proc/self/mounts", str(self.table)) for part in command]
        script = told.index("-c") + 1
        told[script] = NO_SLEEP + told[script]
        return subprocess.run(told, capture_output=True, text=True, check=False, timeout=9)

    def run_from_config_map(self, hook: mountcheck.Hook) -> subprocess.CompletedProcess[str]:
        """Runs the handler of a hook whose script is mounted from a ConfigMap, here from a file of the test."""
        assert hook.mount is not None
        assert hook.config_map is not None
        (text,) = hook.config_map["data"].values()
        script = self.table.with_name("script.sh")
        shebang, _, body = text.partition("\n")
        script.write_text(f"{shebang}\n{NO_SLEEP}{body.replace('/proc/self/mounts', str(self.table))}")
        script.chmod(mountcheck.MODE)
        bash, flag, command = hook.handler["exec"]["command"]
        told = command.replace(hook.mount["mountPath"], str(script))
        return subprocess.run([bash, flag, told], capture_output=True, text=True, check=False, timeout=9)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "mounts")
    made.mounts("proc /proc proc", "overlay / overlay")
    return made


def inline(*points: str) -> list[str]:
    return list(mountcheck.app_inline(list(points)).handler["exec"]["command"])


def test_a_mounted_point_lets_the_container_go_on(machine: Machine) -> None:
    machine.mounts("JuiceFS:demo /data fuse.juicefs")
    assert machine.run(inline("/data")).returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("/dev/vda1 /data ext4", id="the folder of the host, before anything is mounted on it"),
        pytest.param("JuiceFS:demo /data/below fuse.juicefs", id="a mount below it"),
        pytest.param("JuiceFS:demo /data2 fuse.juicefs", id="a mount whose name begins alike"),
        pytest.param("fuse /elsewhere fuse.juicefs", id="a mount elsewhere"),
    ],
)
def test_anything_else_does_not_and_is_told(machine: Machine, line: str) -> None:
    machine.mounts(line)
    done = machine.run(inline("/data"))
    assert done.returncode == 1
    assert done.stderr == "no FUSE file system is mounted on /data\n"


def test_all_points_must_be_mounted(machine: Machine) -> None:
    machine.mounts("a /a fuse.juicefs")
    assert "mounted on /b" in machine.run(inline("/a", "/b")).stderr
    machine.mounts("a /a fuse.juicefs", "b /b fuse")
    assert machine.run(inline("/a", "/b")).returncode == 0


@pytest.mark.parametrize("path", ["/my data", "/tab\tbed", "/back\\slash", "/data/", "//data//in/./x", "data"])
def test_a_point_is_found_however_it_is_written(machine: Machine, path: str) -> None:
    clean = "/" + "/".join(part for part in path.split("/") if part not in ("", "."))
    spelled = clean.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011")
    machine.mounts(f"JuiceFS:demo {spelled} fuse.juicefs")
    assert machine.run(inline(path)).returncode == 0


def test_a_point_is_never_run_as_a_command(machine: Machine, tmp_path: Path) -> None:
    machine.run(inline(f"/data; touch {tmp_path}/bad", f"$(touch {tmp_path}/bad)"))
    assert not (tmp_path / "bad").exists()


def test_the_sidecar_waits_for_its_sub_path(machine: Machine, tmp_path: Path) -> None:
    machine.mounts(f"JuiceFS:demo {tmp_path} fuse.juicefs")
    command = mountcheck.sidecar_inline(str(tmp_path), "path/a").handler["exec"]["command"]
    done = machine.run(command)
    assert (done.returncode, done.stderr) == (1, f"there is no {tmp_path}/path/a\n")
    (tmp_path / "path" / "a").mkdir(parents=True)
    assert machine.run(command).returncode == 0


def test_the_kernel_spells_paths_as_we_do(tmp_path: Path) -> None:
    folder = tmp_path / "my data\\here\tnow"
    folder.mkdir()
    script = 'mount -t tmpfs none "$0" && cat /proc/self/mounts'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("this machine lets nobody mount, not even in a namespace of their own")
    assert f" {mountcheck.escape(str(folder))} tmpfs " in done.stdout


needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="Fluid's form of the check needs bash")


@needs_bash
@pytest.mark.parametrize("mount_type", ["JuiceFS", "fuse.alluxio-fuse", "fuse.juicefs"])
def test_the_sidecars_script_waits_for_a_mount_below_its_folder(machine: Machine, mount_type: str) -> None:
    dataset = claim(mount_type=mount_type).dataset
    assert dataset is not None
    hook = mountcheck.sidecar_config_map(dataset, "/runtime-mnt/juicefs/ml/demo")
    done = machine.run_from_config_map(hook)
    assert (done.returncode, "file system is mounted on /runtime-mnt/juicefs/ml/demo" in done.stderr) == (1, True)
    machine.mounts(f"JuiceFS:demo /runtime-mnt/juicefs/ml/demo/juicefs-fuse {mount_type}")
    assert machine.run_from_config_map(hook).returncode == 0


@needs_bash
def test_the_sidecars_script_waits_for_the_sub_path(machine: Machine, tmp_path: Path) -> None:
    folder = tmp_path / "my mount"
    (folder / "juicefs-fuse").mkdir(parents=True)
    dataset = claim(sub_path="path/a b").dataset
    assert dataset is not None
    hook = mountcheck.sidecar_config_map(dataset, str(folder))
    machine.mounts(f"JuiceFS:demo {mountcheck.escape(str(folder))}/juicefs-fuse fuse.juicefs")
    assert "there is no path/a b below" in machine.run_from_config_map(hook).stderr
    (folder / "juicefs-fuse" / "path" / "a b").mkdir(parents=True)
    assert machine.run_from_config_map(hook).returncode == 0


@needs_bash
def test_nothing_of_a_dataset_is_run_as_a_command(machine: Machine, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    dataset = claim(sub_path=f"x;touch {bad}", mount_type=f"fuse $(touch {bad})").dataset
    assert dataset is not None
    machine.run_from_config_map(mountcheck.sidecar_config_map(dataset, f"/a`touch {bad}`"))
    assert not bad.exists()


@needs_bash
def test_the_applications_script_waits_for_each_of_its_paths(machine: Machine) -> None:
    points = {"/a": "juicefs", "/my data/": "alluxio"}
    hook = mountcheck.app_config_map("ml", points, "check-fluid-mount-ready")
    machine.mounts("a /a fuse.juicefs")
    done = machine.run_from_config_map(hook)
    assert (done.returncode, "nothing is mounted on /my data/" in done.stderr) == (1, True)
    machine.mounts("a /a fuse.juicefs", "b /my\\040data alluxio")
    assert machine.run_from_config_map(hook).returncode == 0


def test_the_config_map_carries_the_hash_by_which_fluid_knows_a_stale_one() -> None:
    import hashlib

    dataset = claim().dataset
    assert dataset is not None
    config_map = mountcheck.sidecar_config_map(dataset, "/folder").config_map
    assert config_map is not None
    (text,) = config_map["data"].values()
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert config_map["metadata"]["annotations"] == {keys.SCRIPT_SHA: digest[:63]}
    assert config_map["metadata"]["labels"] == {keys.DATASET_ID: "ml-demo"}


def test_plain_paths_stand_in_the_command_as_fluid_writes_them() -> None:
    points = {"/data": "juicefs", "/models": "alluxio"}
    command = mountcheck.app_config_map("ml", points, "check").handler["exec"]["command"]
    assert command == ["bash", "-c", "time /check-fluid-mount-ready.sh /data:/models juicefs:alluxio"]

"""Whatever is given to the program: one sentence with file and line, the right exit code, nothing half written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kubectl_fluid.manifests.stream import MAX_DOCUMENT_BYTES
from tests.cli.running import Ran, run
from tests.cli.world import JOB, PLAIN, write
from tests.support import unavailable

#: `error: <file>:<line>[:<column>]: <sentence>`
PLACED = re.compile(r"error: bad\.yaml:(\d+)(?::\d+)?: .+")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, job=JOB)


def inject(*arguments: str | Path) -> Ran:
    return run("inject", "--objects", "objects.yaml", "--local", *arguments)


def pod(spec: str, metadata: str = 'labels: {serverless.fluid.io/inject: "true"}') -> str:
    return f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  {metadata}\nspec:\n  {spec}\n"


CONTAINERS = "containers: [{name: c, volumeMounts: [{name: data, mountPath: /data}]}]"
VOLUMES = "volumes: [{name: data, persistentVolumeClaim: {claimName: jfs}}]"
MOUNT = "{name: a, mountPath: 3}"
CLAIM = "persistentVolumeClaim: {claimName: [1]}"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n" for before, one in zip("abcdefgh", "bcdefghi", strict=True)
)

UNREADABLE = {
    "binary": (b"\x7fELF\x02\x01\x01\0\0\0", 1),
    "not UTF-8": (b"a: 1\nb: \xff\n", 2),
    "UTF-16": ("a: 1\n".encode("utf-16"), 1),
    "a control character": (b"a: 1\nb: \x1b[31m\n", 2),
    "truncated": (b'a: 1\nb: {c: "', 2),
    "truncated JSON": (b'{"a": [1, 2', 1),
    "a tab as indentation": (b"a:\n\tb: 1\n", 2),
    "a cycle of anchors": (b"a: 1\nb: &x\n  c: *x\n", 3),
    "an alias bomb": (BOMB.encode(), None),
    "a key twice": (b"a: 1\nb: 2\na: 3\n", 3),
    "a key twice in JSON": (b'{"a": 1,\n "a": 2}', 2),
    "an alias without anchor": (b"a: 1\nb: *x\n", 2),
    "too deep": (b"[" * 100_000, 1),
    "too deep JSON": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 1),
    "a Python object": (b"a: 1\nb: !!python/object/apply:os.system [id]\n", 2),
    "a key that is no string": (b"a: 1\n? [1, 2]\n: 3\n", 2),
    "infinity": (b"a: 1\nb: .inf\n", 2),
    "too large": (b"a: 1\n---\nb: " + b"x" * MAX_DOCUMENT_BYTES, 2),
}


@pytest.mark.parametrize(("content", "line"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_one_sentence_with_file_and_line(folder: Path, content: bytes, line: int | None) -> None:
    (folder / "bad.yaml").write_bytes(content)
    ran = inject("job.yaml", "bad.yaml")
    assert (ran.status, ran.out) == (1, "")
    (error,) = [text for text in ran.err.splitlines() if text.startswith("error:")]
    placed = PLACED.fullmatch(error)
    assert placed
    assert line is None or int(placed[1]) == line


WRONG = {
    "volumes is a number": (pod(f"{CONTAINERS}\n  volumes: 3"), 8),
    "a volume is a string": (pod(f"{CONTAINERS}\n  volumes:\n  - 3"), 9),
    "labels is a list": (pod(f"{CONTAINERS}\n  {VOLUMES}", "labels: [a]"), 5),
    "a label is a number": (pod(f"{CONTAINERS}\n  {VOLUMES}", "labels: {serverless.fluid.io/inject: 'true', a: 3}"), 5),
    "containers is a mapping": (pod(f"{VOLUMES}\n  containers: {{a: 1}}"), 8),
    "a container is a list": (pod(f"{VOLUMES}\n  containers: [[]]"), 8),
    "a container without a name": (pod(f"{VOLUMES}\n  containers: [{{image: a}}]"), 8),
    "a container's name is a number": (pod(f"{VOLUMES}\n  containers: [{{name: 3}}]"), 8),
    "a mount is a string": (pod(f"{VOLUMES}\n  containers: [{{name: c, volumeMounts: [a]}}]"), 8),
    "a mount path is a number": (pod(f"{VOLUMES}\n  containers: [{{name: c, volumeMounts: [{MOUNT}]}}]"), 8),
    "a claim is a string": (pod(f"{CONTAINERS}\n  volumes: [{{name: data, persistentVolumeClaim: jfs}}]"), 8),
    "a claim's name is a list": (pod(f"{CONTAINERS}\n  volumes: [{{name: a, {CLAIM}}}]"), 8),
    "a template is a string": ("apiVersion: batch/v1\nkind: Job\nspec:\n  template: text\n", 4),
    "items is a mapping": ("apiVersion: v1\nkind: List\nitems: {a: 1}\n", 3),
    "metadata is a string": ("apiVersion: batch/v1\nkind: Job\nspec:\n  template:\n    metadata: x\n    spec: {}\n", 5),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), WRONG.values(), ids=WRONG)
def test_a_wrong_type_is_one_sentence_with_file_and_line(folder: Path, text: str, line: int) -> None:
    (folder / "bad.yaml").write_text(text)
    ran = inject("bad.yaml")
    assert (ran.status, ran.out) == (1, "")
    assert f"bad.yaml:{line}" in ran.err.splitlines()[0]


NAMELESS = {
    "no name": JOB.replace("metadata: {name: demo-app}", "metadata: {}"),
    "no metadata": JOB.replace("metadata: {name: demo-app}\n", ""),
    "a generated name": JOB.replace("{name: demo-app}", "{generateName: demo-}"),
    "a name of the wrong type": JOB.replace("{name: demo-app}", "{name: [1]}"),
}


@pytest.mark.parametrize("text", NAMELESS.values(), ids=NAMELESS)
def test_an_object_without_a_name_is_no_problem(folder: Path, text: str) -> None:
    (folder / "bad.yaml").write_text(text)
    ran = inject("bad.yaml")
    assert ran.status == 0
    assert "fluid-fuse-jfs" in ran.out


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n---\n", "null\n", "--- {}\n"])
def test_documents_without_an_object_pass_through(folder: Path, text: str) -> None:
    (folder / "bad.yaml").write_text(text)
    ran = inject("bad.yaml")
    assert (ran.status, ran.out, ran.err) == (0, text, "no Pod templates found\n")


@pytest.mark.parametrize("content", [value[0] for value in UNREADABLE.values()], ids=UNREADABLE)
def test_in_place_leaves_what_it_cannot_read(folder: Path, content: bytes) -> None:
    (folder / "bad.yaml").write_bytes(content)
    assert inject("--in-place", "job.yaml", "bad.yaml").status == 1
    assert (folder / "bad.yaml").read_bytes() == content
    assert (folder / "job.yaml").read_text() == JOB
    assert sorted(path.name for path in folder.iterdir()) == ["bad.yaml", "job.yaml", "objects.yaml"]


@pytest.mark.parametrize("content", [value[0] for value in UNREADABLE.values()], ids=UNREADABLE)
def test_objects_that_cannot_be_read_stop_everything(folder: Path, content: bytes) -> None:
    (folder / "bad.yaml").write_bytes(b"kind: Dataset\n---\n" + content)
    ran = run("inject", "--local", "--objects", "bad.yaml", "job.yaml")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.splitlines()[0].startswith("error: bad.yaml:")


@pytest.mark.timeout(60)
def test_a_stream_without_end_is_given_up() -> None:
    command = "yes | head -c 100000000 | {0} -m kubectl_fluid inject --local -f -"
    done = subprocess.run(["sh", "-c", command.format(sys.executable)], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.splitlines()[0] == b"error: stdin:1: the document is larger than 8 MiB"


def test_a_device_without_end_is_given_up() -> None:
    ran = inject("/dev/zero")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("error: /dev/zero:1: the file is not text")


def test_a_file_that_goes_away_meanwhile_is_an_error(folder: Path) -> None:
    (folder / "gone.yaml").symlink_to(folder / "job.yaml")
    reader, writer = os.pipe()
    os.close(writer)
    ran = inject("gone.yaml", f"/dev/fd/{reader}", "missing/../job.yaml")
    os.close(reader)
    assert ran.status == 1
    assert ran.err.startswith("error: missing/../job.yaml: no such file or directory\nhint: is the name right? ")


#: Nobody may not be able to read the interpreter's own files, nor the schemas, so everything is read before.
UNPRIVILEGED = """
import difflib, io, locale, os, sys, tempfile
import kubectl_fluid.cli.inject
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.main import main
if sys.argv[1] == "validate":
    main(Environment(arguments=["validate", "job.yaml"], stdout=io.BytesIO(), stderr=io.BytesIO()))
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.argv[0] = "kubectl-fluid"
sys.exit(main())
"""


def as_nobody(*arguments: str) -> Ran:
    """Run without root's right to read and write everything."""
    if os.geteuid() != 0:
        command = [sys.executable, "-m", "kubectl_fluid", *arguments]
    else:
        command = [sys.executable, "-c", UNPRIVILEGED, *arguments]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "HOME": "/nonexistent"})
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def open_folder(folder: Path) -> Path:
    """A folder that others may enter; where that cannot be, the machine is to blame."""
    for parent in (folder, *folder.parents):
        if os.geteuid() == 0 and not parent.stat().st_mode & 0o001:
            if parent.stat().st_uid != os.geteuid():
                unavailable(f"{parent} cannot be entered by others")
            parent.chmod(parent.stat().st_mode | 0o055)
    return folder


def test_a_file_that_may_not_be_read_is_an_error(open_folder: Path) -> None:
    (open_folder / "secret.yaml").write_text(PLAIN)
    (open_folder / "secret.yaml").chmod(0)
    ran = as_nobody("inject", "--local", "secret.yaml")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.splitlines()[0] == "error: secret.yaml: permission denied"


def test_a_folder_that_may_not_be_read_is_an_error(open_folder: Path) -> None:
    (open_folder / "secret").mkdir(mode=0)
    ran = as_nobody("inject", "--local", "-R", "secret")
    hint = "hint: give the user that runs the program the right to read it\n"
    assert (ran.status, ran.out, ran.err) == (1, "", f"error: secret: permission denied\n{hint}")


def test_what_may_not_be_read_is_told_by_validate_while_all_else_is_checked(open_folder: Path) -> None:
    (open_folder / "m" / "closed").mkdir(parents=True)
    (open_folder / "m" / "closed").chmod(0)
    (open_folder / "m" / "a.yaml").write_text(PLAIN)
    (open_folder / "m" / "a.yaml").chmod(0)
    (open_folder / "m" / "z.yaml").write_text("apiVersion: v1\nkind: Secrets\nmetadata: {name: a}\n")
    ran = as_nobody("validate", "-R", "m")
    denied = "1:1: error FL0000 permission denied (give the user that runs the program the right to read it)"
    assert ran.out.splitlines()[:2] == [f"m/a.yaml:{denied}", f"m/closed:{denied}"]
    assert ran.out.splitlines()[2].startswith("m/z.yaml:2:1: error FL0002 ")
    assert (ran.status, ran.err) == (1, "")


def test_a_file_that_may_not_be_written_is_an_error(open_folder: Path) -> None:
    (open_folder / "job.yaml").chmod(0o444)
    ran = as_nobody("inject", "--local", "--objects", "objects.yaml", "--in-place", "job.yaml")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.splitlines()[-2:] == [
        f"error: {open_folder / 'job.yaml'}: permission denied",
        "hint: this file may not be written",
    ]
    assert (open_folder / "job.yaml").read_text() == JOB


def test_a_folder_loop_ends(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "up").symlink_to(folder)
    (folder / "deep" / "plain.yaml").write_text(PLAIN)
    ran = inject("-R", "-o", "name", ".")
    assert (ran.status, ran.out) == (0, "job.batch/demo-app\n")

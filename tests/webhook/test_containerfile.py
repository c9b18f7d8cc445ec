"""The image: what the Containerfile says agrees with the package and with the Deployment, and its package runs.

No container engine is needed: the build's own steps are read, and the one that makes the package is executed.
"""

from __future__ import annotations

import configparser
import fnmatch
import importlib.metadata
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid import __version__
from kubectl_fluid.cli.webhook_serve import serve
from kubectl_fluid.webhook.bundle import deployment
from kubectl_fluid.webhook.bundle.choices import CERTS_FOLDER, PORT, Choices
from tests.cli.running import run
from tests.cluster.certificates import Authority
from tests.support import ROOT, unavailable
from tests.webhook import containerfile
from tests.webhook.serving import write_certificate

VENV = "/opt/kubectl-fluid"
TEXT = (ROOT / "Containerfile").read_text()
BUILD, IMAGE = containerfile.parse(TEXT)


@pytest.fixture(scope="module")
def setup() -> configparser.ConfigParser:
    found = configparser.ConfigParser()
    found.read(ROOT / "setup.cfg")
    return found


def pod() -> dict[str, Any]:
    spec: dict[str, Any] = deployment.deployment(Choices())["spec"]["template"]["spec"]
    return spec


def names_of(text: str) -> set[str]:
    """The packages of a list of requirements."""
    lines = [it.strip() for it in text.splitlines()]
    return {found[0].lower() for it in lines if (found := re.match(r"[A-Za-z0-9-]+", it))}


def commands() -> list[str]:
    """What the build runs, one after the other."""
    return [it.strip() for text in BUILD.all("RUN") for it in text.split("&&")]


# --- read ----------------------------------------------------------------------------------------------------------


def test_python_is_one_that_the_package_is_for(setup: configparser.ConfigParser) -> None:
    (version,) = re.findall(r"python:(\d+\.\d+)-slim$", BUILD.base)
    assert f"Programming Language :: Python :: {version}" in setup["metadata"]["classifiers"].splitlines()


def test_both_stages_have_the_same_python_for_a_virtual_environment_points_to_it() -> None:
    assert BUILD.base == IMAGE.base
    assert IMAGE.only("COPY").split()[1:] == [VENV, VENV]
    assert f"--from={BUILD.name}" in IMAGE.only("COPY")
    assert f"python -m venv {VENV}" in commands()


def test_the_lock_holds_all_that_the_webhook_and_the_build_need(setup: configparser.ConfigParser) -> None:
    (step,) = [it for it in commands() if "--requirement" in it]
    assert step == f"{VENV}/bin/pip install --require-hashes --requirement requirements/run.txt"
    locked = names_of((ROOT / "requirements" / "run.txt").read_text())
    wanted = names_of(setup["options"]["install_requires"]) | names_of(setup["options.extras_require"]["webhook"])
    assert wanted >= {"click", "aiohttp", "cryptography", "prometheus-client"}
    assert (wanted | {"setuptools"}) - locked == set()


def test_nothing_but_the_lock_comes_from_an_index() -> None:
    installs = [it for it in commands() if "pip install" in it]
    assert len(installs) == 2
    assert all("--require-hashes" in it or "--no-index" in it for it in installs)
    assert "--no-deps --no-build-isolation --no-index ." in installs[1]


def is_sent(path: str) -> bool:
    """Whether .containerignore lets the build see a path: the last pattern that fits decides."""
    seen = True
    for line in (ROOT / ".containerignore").read_text().splitlines():
        pattern = line.lstrip("!").removeprefix("**/")
        whole = [path, *(it.as_posix() for it in Path(path).parents)]
        if line and not line.startswith("#") and any(fnmatch.fnmatch(it, pattern) for it in whole):
            seen = line.startswith("!")
    return seen


def test_the_build_sees_all_that_it_copies_and_nothing_private() -> None:
    for name in BUILD.copied:
        path = ROOT / name
        files = [it for it in path.rglob("*") if it.is_file()] if path.is_dir() else [path]
        wanted = [it.relative_to(ROOT) for it in files if "__pycache__" not in it.parts and it.suffix != ".pyc"]
        if name == "schemas":
            wanted = [it for it in wanted if it.suffix == ".json"]
        assert wanted, name
        assert [it for it in wanted if not is_sent(it.as_posix())] == []
    assert [it for it in (".git/config", "certs/ca.key", "tests/support.py") if is_sent(it)] == []


def test_the_build_copies_all_that_makes_the_package(setup: configparser.ConfigParser) -> None:
    needed = {"setup.cfg", "setup.py", "pyproject.toml", "kubectl_fluid", "schemas", "policies"}
    needed |= {setup["metadata"]["license_files"], setup["metadata"]["long_description"].removeprefix("file: ")}
    assert needed <= set(BUILD.copied)


def test_the_program_is_found_and_its_command_is_a_verb(setup: configparser.ConfigParser) -> None:
    scripts = [it.split("=")[0].strip() for it in setup["options.entry_points"]["console_scripts"].splitlines() if it]
    (program,) = IMAGE.command("ENTRYPOINT")
    assert program in scripts
    assert IMAGE.variables["PATH"].split(":")[0] == f"{VENV}/bin"
    ran = run(*IMAGE.command("CMD"), "--help")
    assert (ran.status, ran.out.splitlines()[0]) == (0, "Usage: kubectl fluid webhook serve [flags]")


def test_the_deployment_leaves_the_entry_point_and_replaces_its_arguments() -> None:
    (container,) = pod()["containers"]
    assert "command" not in container
    assert container["args"][: len(IMAGE.command("CMD"))] == IMAGE.command("CMD")


def test_the_user_is_a_number_and_the_one_of_the_deployment() -> None:
    context = pod()["securityContext"]
    assert IMAGE.only("USER") == f"{context['runAsUser']}:{context['runAsGroup']}"
    assert context["runAsUser"] > 1000


def test_the_port_is_the_one_of_the_deployment_and_of_the_program() -> None:
    (container,) = pod()["containers"]
    (default,) = [it.default for it in serve.params if it.name == "port"]
    assert int(IMAGE.only("EXPOSE")) == container["ports"][0]["containerPort"] == PORT == default


def test_nothing_is_mounted_over_the_program() -> None:
    (container,) = pod()["containers"]
    assert [it["mountPath"] for it in container["volumeMounts"]] == [CERTS_FOLDER]
    assert not Path(VENV).is_relative_to(CERTS_FOLDER)


def test_python_writes_nothing_where_nothing_can_be_written() -> None:
    (container,) = pod()["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert IMAGE.variables["PYTHONDONTWRITEBYTECODE"] == "1"
    assert any("-m compileall" in it and "unchecked-hash" in it for it in commands())


def test_nothing_is_done_as_root_behind_the_user() -> None:
    words = [word for word, _ in IMAGE.steps]
    assert "RUN" not in words
    assert {"ADD", "VOLUME", "HEALTHCHECK"} & {*words, *(word for word, _ in BUILD.steps)} == set()


def test_the_comment_names_the_version() -> None:
    assert re.findall(r"kubectl-fluid:(\S+)", TEXT) == [__version__]


@pytest.mark.parametrize("text", ["RUN x\n", "FROM a\nnonsense\n", "FROM ${X}\n", "FROM a\nENV PATH=${NONE}\n"])
def test_what_is_no_containerfile_is_not_read(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        containerfile.parse(text)


# --- executed ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the build installs, from the files that it copies, and nothing else of this tree."""
    if int(importlib.metadata.version("setuptools").partition(".")[0]) < 77:
        unavailable("setuptools is older than pyproject.toml asks for")
    source, target = tmp_path_factory.mktemp("src"), tmp_path_factory.mktemp("installed")
    for name in BUILD.copied:
        for path in [ROOT / name, *(ROOT / name).rglob("*")]:
            relative = path.relative_to(ROOT)
            if path.is_file() and is_sent(relative.as_posix()) and "__pycache__" not in relative.parts:
                (source / relative).parent.mkdir(parents=True, exist_ok=True)
                (source / relative).write_bytes(path.read_bytes())
    step = next(it for it in commands() if "--no-index" in it).partition("pip ")[2].split()
    command = [sys.executable, "-m", "pip", *step, "--quiet", "--target", str(target)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def surroundings(package: Path) -> dict[str, str]:
    """As in the container: no home, nothing of the machine but the dependencies."""
    variables = {name: IMAGE.variables[name] for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")}
    return {**variables, "PATH": os.defpath, "PYTHONPATH": str(package), "HOME": "/nonexistent"}


def everything_in(*folders: Path) -> dict[Path, int]:
    return {it: it.stat().st_mtime_ns for folder in folders for it in folder.rglob("*")}


@pytest.mark.timeout(60)
def test_the_package_is_whole_and_prints_the_bundle(package: Path) -> None:
    command = [sys.executable, "-m", "kubectl_fluid", *IMAGE.command("CMD")[:1], "manifest", "-o", "name"]
    ran = subprocess.run(command, cwd="/", env=surroundings(package), capture_output=True, text=True, check=False)
    assert (ran.returncode, "deployment.apps/kubectl-fluid-webhook" in ran.stdout) == (0, True), ran.stderr
    assert (package / "kubectl_fluid" / "schemas").is_dir()
    assert (package / "share" / "kubectl-fluid" / "policies" / "webhook" / "base" / "deployment.yaml").is_file()


@pytest.mark.timeout(60)
def test_the_server_starts_from_it_with_the_deployments_arguments_and_writes_nothing(
    package: Path, tmp_path: Path
) -> None:
    write_certificate(tmp_path, Authority())
    objects = tmp_path / "objects.yaml"
    objects.write_text(run("webhook", "bench", "--print-objects").out)
    replaced = {f"--port={PORT}": "--port=0", f"--cert-dir={CERTS_FOLDER}": f"--cert-dir={tmp_path}"}
    arguments = [replaced.get(it, it) for it in deployment.arguments(Choices())]
    assert [it for it in replaced.values() if it not in arguments] == []
    here = ["--host", "127.0.0.1", "--drain", "0", "--local", "--objects", str(objects)]
    before = everything_in(package, tmp_path)
    command = [sys.executable, "-m", "kubectl_fluid", *arguments, *here]
    with subprocess.Popen(command, cwd=tmp_path, env=surroundings(package), stderr=subprocess.PIPE) as running:
        try:
            assert running.stderr is not None
            port = json.loads(running.stderr.readline())["port"]
            assert json.loads(running.stderr.readline())["message"] == "ready"
            tls = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))
            with urllib.request.urlopen(f"https://127.0.0.1:{port}/readyz", context=tls, timeout=5) as answer:
                assert answer.status == 200
            running.send_signal(signal.SIGTERM)
            assert running.wait(10) == 0
        finally:
            running.kill()
    assert everything_in(package, tmp_path) == before

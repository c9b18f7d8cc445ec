"""`docs/compatibility.md`: its tables are made from what the program and the tests name, its versions are theirs."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from configparser import ConfigParser
from pathlib import Path

from kubectl_fluid.catalog.runtimes import RUNTIMES as INJECTED
from kubectl_fluid.doctor import bundle
from kubectl_fluid.doctor.versions import GATED, ON, POLICIES, STABLE
from kubectl_fluid.render import render
from kubectl_fluid.status.kinds import RUNTIMES
from kubectl_fluid.validation.schema import files
from kubectl_fluid.validation.schema.core.features import NEVER, SINCE
from kubectl_fluid.workloads import table as workloads
from release.platforms import MINORS, PLATFORMS
from schemas.make_kubernetes import RELEASES
from tests.cluster.binaries import KUBERNETES
from tests.docs.tables import filled, marked, table
from tests.support import ROOT, Golden

PAGE = ROOT / "docs" / "compatibility.md"
#: Reference answers of Fluid's webhook, of ../shared/conformance.
ANSWERS = ("fluid-serverless", "fluid-plugins", "chain")
#: ValidatingAdmissionPolicy is `v1` from here on: the schemas begin there.
GUARDS = 30
#: API servers other than that of the tests, before which something was put by hand.
ONCE = {"1.33": "once: 1.33.13, verdicts of `validate`"}


def native(minor: int) -> str:
    if minor < GATED:
        return "no"
    if minor == GATED:
        return "behind a feature gate"
    return "stable" if minor >= STABLE else "on by default"


def kubernetes() -> Iterator[Sequence[str]]:
    releases = {minor_of(it): it.removeprefix("v") for it in RELEASES}
    for minor in range(GATED, files.kubernetes_minors()[-1] + 1):
        server = (
            f"run: {KUBERNETES.removeprefix('v')}" if minor_of(KUBERNETES) == minor else ONCE.get(f"1.{minor}", "no")
        )
        known = f"held: {releases[minor]}" if minor in files.kubernetes_minors() else "those of the oldest"
        sidecars = native(minor) if minor >= ON else f"{native(minor)}: legacy"
        yield [
            f"1.{minor}",
            sidecars,
            "yes",
            "yes" if minor >= GUARDS else "no",
            "yes" if minor >= POLICIES else "no",
            known,
            server,
        ]


def minor_of(version: str) -> int:
    return int(version.split(".")[1])


def features() -> Iterator[Sequence[str]]:
    newest = files.kubernetes_minors()[-1]
    for minor in range(files.kubernetes_minors()[0] + 1, newest + 1):
        yield [f"1.{minor}", ", ".join(_said(name) for name, since in SINCE.items() if since == minor)]
    yield ["still off in " + f"1.{newest}", ", ".join(_said(name) for name, since in SINCE.items() if since == NEVER)]


def _said(feature: str) -> str:
    return feature if " " in feature else f"`{feature}`"


def runtimes(answers: Counter[str]) -> Iterator[Sequence[str]]:
    validated = {it.gvk.kind for it in files.fluid()}
    for name, runtime in RUNTIMES.items():  # those of `status`
        kind = runtime.resource.kind
        made = {"kind": kind, "metadata": {"name": "demo"}}
        refused = any(it.code == "RuntimeKind" for it in render({"metadata": {"name": "demo"}}, made).errors)
        yield [
            kind,
            "held" if kind in validated else "no",
            "yes",
            "no" if refused else "yes",
            "yes" if name in INJECTED else "no",
            str(answers[name]),
            "run" if name == "juicefs" else "no",
        ]


def answers(folder: Path) -> Counter[str]:
    """How many of the recorded Pods mount a Dataset of each type of runtime."""
    counts: Counter[str] = Counter()
    for name in ANSWERS:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for case in map(json.loads, lines):
                volumes = case["request"]["object"].get("spec", {}).get("volumes") or []
                claims = {it["persistentVolumeClaim"]["claimName"] for it in volumes if "persistentVolumeClaim" in it}
                bound = [it for it in case["cluster"] if it["kind"] == "Dataset" and it["metadata"]["name"] in claims]
                counts.update({it["type"] for each in bound for it in each.get("status", {}).get("runtimes") or []})
    return counts


def python() -> Iterator[Sequence[str]]:
    for minor in MINORS:
        lacking = sorted({native.name for it in PLATFORMS for native in it.natives if minor not in native.minors})
        carried = "yes" if not lacking else f"yes, but for {', '.join(lacking)}"
        yield [f"3.{minor}", "yes", carried]


def setup() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def test_the_tables_are_those_of_the_program(golden: Golden, shared: Callable[[str], Path]) -> None:
    clusters = ["Kubernetes", "native sidecars", "webhook", "guards", "policies", "schemas of `validate`", "API server"]
    types = ["kind", "`validate`", "`status`", "`render`", "`inject`", "answers compared", "a real client on a kubelet"]
    made = {
        "kubernetes": table(clusters, kubernetes()),
        "features": table(["Kubernetes", "on from it on"], features()),
        "runtimes": table(types, runtimes(answers(shared("conformance")))),
        "python": table(["CPython", "by pip", "native modules in krew's archives"], python()),
    }
    page = PAGE.read_text()
    assert sorted(marked(page)) == sorted(made)
    golden(PAGE, filled(page, made))


def test_the_pythons_are_those_that_the_package_names() -> None:
    classifiers = re.findall(r"Python :: 3\.(\d+)", setup()["metadata"]["classifiers"])
    assert [int(it) for it in classifiers] == list(MINORS)
    assert setup()["options"]["python_requires"] == f">=3.{MINORS[0]}"


def test_the_versions_of_kubernetes_are_those_of_the_tests() -> None:
    page = PAGE.read_text()
    assert f"All tests that need one run {KUBERNETES.removeprefix('v')} " in page
    assert f"**Kubelet.** {KUBERNETES.removeprefix('v')}," in page
    assert [minor_of(it) for it in reversed(RELEASES)] == list(files.kubernetes_minors())
    assert (
        f"API server of {ONCE['1.33'].split()[1].rstrip(',')}" in (ROOT / "docs" / "validate-verdicts.md").read_text()
    )


def test_fluids_commit_is_that_of_the_bundled_schemas() -> None:
    commit = bundle.source().removeprefix("Fluid ")
    assert f"commit `{commit}`" in PAGE.read_text()


def test_every_group_of_workloads_has_a_row_with_the_version_that_was_looked_at() -> None:
    page = PAGE.read_text()
    rows = re.findall(
        r"^\| (.+?) \| (.+?) \| .+ \|$", page[page.index("## Workloads") : page.index("## Python")], re.MULTILINE
    )
    named = {it for groups, _ in rows[2:] for it in re.findall(r"`([\w.-]+)`|core", groups)}
    assert named == {group for kind in workloads.KINDS for group in kind.groups}
    (looked_at,) = re.findall(
        r"Looked at:\n(.+?)\.\n\"\"\"", (ROOT / "kubectl_fluid/workloads/table.py").read_text(), re.DOTALL
    )
    assert {it for _, versions in rows[2:] for it in versions.split(", ")} == set(re.split(r",\s+", looked_at))


def test_the_packages_are_those_of_the_locks() -> None:
    page = PAGE.read_text()
    (row,) = re.findall(
        r"^\| `kubernetes` \| (\d+) and newer; locked and tested: ([\d.]+) \| ([\d.]+) \|", page, re.MULTILINE
    )
    lower = re.findall(r"^kubernetes>=(\d+)$", setup()["options"]["install_requires"], re.MULTILINE)
    locked = [locked_in(name) for name in ("run", "release")]
    assert list(row) == [*lower, *locked]


def locked_in(name: str) -> str:
    (version,) = re.findall(r"^kubernetes==(\S+)", (ROOT / f"requirements/{name}.txt").read_text(), re.MULTILINE)
    return str(version)

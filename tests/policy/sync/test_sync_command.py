"""`kubectl fluid policy sync`: its command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.apiserver import kubeconfig, serving
from tests.cli.running import run


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("-A", "-n", "x"), "--all-namespaces and --namespace exclude each other"),
        (("--watch", "--dry-run=server"), "--watch writes, so it does not go with --dry-run"),
        (("--resync", "5"), "--resync goes with --watch"),
        (("--health-port", "0"), "--health-port goes with --watch"),
        (("--log-format", "json"), "--log-format goes with --watch"),
        (("--watch", "--log-format", "json", "-o", "name"), "--log-format json prints nothing on stdout"),
        (("--dry-run", "perhaps"), "is not one of"),
    ],
)
def test_wrong_usage_is_told(words: tuple[str, ...], sentence: str) -> None:
    done = run("policy", "sync", *words)
    assert (done.status, done.out) == (2, "")
    assert sentence in done.err


def test_its_help_says_that_it_writes() -> None:
    assert "This verb writes to the cluster" in run("policy", "sync", "--help").out


EMPTY = {"kind": "List", "metadata": {"resourceVersion": "1"}, "items": []}
PATHS = {
    "datasets": "apis/data.fluid.io/v1alpha1",
    "daemonsets": "apis/apps/v1",
    "persistentvolumeclaims": "api/v1",
    "injectiontemplates": "apis/kubectl-fluid.io/v1alpha1",
}


@pytest.mark.parametrize("quiet", [False, True])
def test_where_nothing_is_to_be_kept_in_step_it_says_so(tmp_path: Path, *, quiet: bool) -> None:
    with serving() as server:
        for kind, group in PATHS.items():
            server.hold(f"/{group}/namespaces/default/{kind}?limit=500", EMPTY)
        words = ("policy", "sync", "--kubeconfig", kubeconfig(tmp_path, server.url), *(["-q"] if quiet else []))
        done = run(*words)
    assert (done.status, done.out) == (0, "")
    told = "note: there is no Dataset in namespace default, and no template: nothing to do\n"
    assert done.err == ("" if quiet else told)


def test_without_the_definition_of_templates_the_cure_is_to_install_it(tmp_path: Path) -> None:
    with serving() as server:
        for kind in ("datasets", "daemonsets", "persistentvolumeclaims"):
            server.hold(f"/{PATHS[kind]}/namespaces/default/{kind}?limit=500", EMPTY)
        done = run("policy", "sync", "--kubeconfig", kubeconfig(tmp_path, server.url))
    assert (done.status, done.out) == (4, "")
    assert "kind InjectionTemplate: this cluster does not know it" in done.err
    assert "kubectl apply --server-side -k policies/serverless" in done.err
    assert server.bodies == []

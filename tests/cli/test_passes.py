from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.catalog.objects import wanted
from kubectl_fluid.cli.passes import may_hold
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.parse import parse
from kubectl_fluid.manifests.stream import split
from tests.cli.running import run
from tests.cli.world import JOB, PLAIN, write


@pytest.mark.parametrize(
    "text",
    [
        "kind: Dataset\n",
        "{'kind': 'Dataset'}",
        '{"kind":"Dataset"}',
        '{"kind"\n:\n"Dataset"}',
        "kind:\n  Dataset\n",
        "kind: # of Fluid\n  Dataset\n",
        "kind: &k Dataset\n",
        "kind: !!str Dataset\n",
        "a: &k Dataset\nkind: *k\n",
        "? kind\n: Dataset\n",
        '"k\\x69nd": Dataset\n',
        'kind: "Data\\\n  set"\n',
        "kind: List\nitems:\n- kind: Dataset\n",
    ],
)
def test_however_it_is_spelled_a_dataset_is_not_overlooked(text: str) -> None:
    assert may_hold(text, wanted)


@pytest.mark.parametrize(
    "text", ["kind: Job\n", '{"kind": "Job"}', "a: 1\n", "", "kind: Job\nspec:\n  x: {kind: 'Secret'}\n", "kind: Job"]
)
def test_other_documents_are_not_parsed_twice(text: str) -> None:
    assert not may_hold(text, wanted)


PIECES = st.sampled_from(
    [
        "kind",
        '"kind"',
        "'kind'",
        ":",
        " ",
        "\n",
        "Data",
        "set",
        "Dataset",
        '"',
        "'",
        "\\",
        "x69",
        "#",
        "&a ",
        "*a",
        "? ",
        "{",
        "}",
        ",",
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_no_text_with_a_dataset_is_overlooked(text: str) -> None:
    try:
        values = [parse(raw).value for raw in split(io.BytesIO(text.encode()), "x")]
    except ManifestError:
        return
    if any(isinstance(value, dict) and value.get("kind") == "Dataset" for value in values):
        assert may_hold(text, wanted)


def test_a_bug_names_the_document_in_which_it_came_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.chdir(write(tmp_path, job=PLAIN + "---\n" + JOB))
    monkeypatch.setattr("kubectl_fluid.cli.inject.plan", broken)
    ran = run("inject", "--local", "--objects", "objects.yaml", "job.yaml")
    assert (ran.status, ran.out) == (3, "")
    assert ran.err.splitlines()[0] == "error: this is a bug in kubectl-fluid: job.yaml:6: KeyError: 'x'"


def test_a_bug_in_the_first_pass_names_the_document_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.chdir(write(tmp_path, job=JOB))
    monkeypatch.setattr("kubectl_fluid.cli.sources.Found.add", broken)
    ran = run("inject", "--local", "--objects", "objects.yaml", "job.yaml")
    assert ran.err.splitlines()[0] == "error: this is a bug in kubectl-fluid: objects.yaml:1: KeyError: 'x'"

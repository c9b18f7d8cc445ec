from __future__ import annotations

from datetime import timedelta

import pytest

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.status import status
from kubectl_fluid.cli.status_cells import duration
from kubectl_fluid.cli.status_request import request_of
from kubectl_fluid.cli.status_show import exit_status, has_field
from kubectl_fluid.cli.status_table import Look, table
from kubectl_fluid.cli.status_tree import plain_tree, tree
from kubectl_fluid.cluster.listing import Forbidden
from kubectl_fluid.status.model import Verdict
from tests.cli.running import run
from tests.status.assembling import NOW, one, report
from tests.status.objects import dataset, injected, load, pod, worker
from tests.status.states import objects

DENIED = Forbidden("cluster https://x", "this user may not list that")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x", "-A"], "cannot be named across all namespaces"),
        (["x", "-l", "a=b"], "names and -l exclude each other"),
        (["-w", "--wait"], "-w and --wait exclude each other"),
        (["pod/x"], "only Datasets have a status here"),
        (["dataset/"], "names no Dataset"),
        (["dataset/x", "y"], "give all Datasets as NAME"),
        (["-o", "xml"], "give one of wide, json, yaml, name or jsonpath=TEMPLATE"),
        (["-o", "jsonpath={.a"], "a brace is not closed"),
        (["--sort-by", "[x"], "is no path"),
        (["--wait", "--timeout", "soon"], "give a time like 30s"),
        (["--timeout", "5s"], "--timeout is how long --wait waits: give that too"),
        (["-n", "../x"], "'../x' is no name that a namespace can have"),
        (["dataset", "a/b"], "give all Datasets as NAME"),
        (["--wait=forever"], "'forever' is not one of"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments: list[str], words: str) -> None:
    done = run("status", *arguments)
    assert (done.status, done.out) == (2, "")
    assert words in done.err


def test_without_a_cluster_it_is_said_and_the_code_is_4() -> None:
    done = run("status")
    assert done.status == 4
    assert "no current context" in done.err
    assert "hint: name one with --kubeconfig or --context\n" in done.err


@pytest.mark.parametrize(
    ("given", "names", "trees"),
    [
        ("x y", ("x", "y"), False),
        ("dataset/x datasets.data.fluid.io/y", ("x", "y"), True),
        ("dataset.data.fluid.io/x", ("x",), True),
        ("dataset x y", ("x", "y"), True),
        ("dataset", ("dataset",), False),
    ],
)
def test_names_are_taken_as_kubectl_takes_and_prints_them(given: str, names: tuple[str, ...], *, trees: bool) -> None:
    with status.make_context("status", given.split(), obj=Environment()) as ctx:
        request = request_of(ctx.params, ctx)
    assert (request.names, request.trees) == (names, trees)


def test_a_field_to_sort_by_that_no_dataset_has_is_not_there() -> None:
    found = report(objects("blank"))
    assert has_field(found, ".cache.cachedBytes")  # null
    assert not has_field(found, ".cache.bytes")


def test_a_word_behind_wait_is_a_name() -> None:
    assert "no current context" in run("status", "--wait", "demo").err


@pytest.mark.parametrize(
    ("names", "errors", "code"),
    [
        (["healthy", "blank"], {}, ExitStatus.OK),
        (["healthy", "starting"], {}, ExitStatus.FAILED),
        (["healthy"], {"JuiceFSRuntime": DENIED}, ExitStatus.UNREACHABLE),
        (["healthy", "strange"], {}, ExitStatus.FAILED),
        (["healthy", "failed"], {"JuiceFSRuntime": DENIED}, ExitStatus.FAILED),
        ([], {}, ExitStatus.OK),
    ],
)
def test_the_exit_code_is_the_worst(names: list[str], errors: dict[str, Forbidden], code: ExitStatus) -> None:
    assert exit_status(report(objects(*names) if names else [], errors=errors).datasets) is code


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (200, "3m20s"),
        (3600, "60m"),
        (5 * 3600 + 360, "5h6m"),
        (30 * 3600, "30h"),
        (3 * 86400 + 4 * 3600, "3d4h"),
        (100 * 86400, "100d"),
        (3 * 365 * 86400, "3y"),
        (-5, "0s"),
    ],
)
def test_ages_are_written_as_kubectl_writes_them(seconds: int, text: str) -> None:
    assert duration(timedelta(seconds=seconds)) == text


def test_a_terminal_that_is_narrow_loses_columns_by_rank() -> None:
    rows = report(objects("healthy", "partial")).datasets
    full = table(rows, Look(), NOW)
    narrow = table(rows, Look(width=80), NOW)
    assert full.left_out == []
    assert "CACHED" not in narrow.left_out
    assert {"FILES", "UFS-SIZE", "PHASE"} <= set(narrow.left_out)
    assert max(map(len, narrow.lines)) <= 80
    assert narrow.lines[0].split()[:2] == ["NAME", "HEALTH"]


def test_a_name_that_is_too_long_loses_its_middle_and_no_row_its_health() -> None:
    values = [dataset("a" * 120 + "-end"), dataset("b")]
    rows = report(values).datasets
    for width in (40, 80):
        lines = table(rows, Look(width=width), NOW).lines
        assert max(map(len, lines)) <= width
        assert [line.split()[1] for line in lines] == ["HEALTH", *(row.health.verdict.value for row in rows)]
        assert lines[1].split()[0].endswith("a-end")
        assert "aaa...aaa" in lines[1]
    assert "a" * 120 in table(rows, Look(), NOW).lines[1]


def test_namespaces_are_shortened_too() -> None:
    value = dataset("n" * 200)
    value["metadata"]["namespace"] = "s" * 63
    lines = table(report([value]).datasets, Look(namespace=True, width=60), NOW).lines
    assert max(map(len, lines)) <= 60
    assert lines[1].split()[2] in {it.value for it in Verdict}


def test_a_very_narrow_terminal_has_no_column_that_is_cut() -> None:
    narrow = table(report(objects("healthy", "partial")).datasets, Look(width=40), NOW)
    assert max(map(len, narrow.lines)) <= 40
    assert narrow.lines[0].split() == ["NAME", "HEALTH", "WORKERS", "PODS"]
    assert "AGE" in narrow.left_out


def test_names_and_messages_cannot_steer_a_terminal() -> None:
    evil = "x\x1b[2J\u202e"
    values = [dataset("x", conditions=[]), load("warm\x1b[1m", "x"), pod("p", "x")]
    values[0]["status"]["phase"] = evil
    values[0]["status"]["runtimes"][0]["type"] = evil
    values[0]["spec"]["mounts"] = [{"mountPoint": evil}]
    row = one(values, "x")
    text = "\n".join(table([row], Look(wide=True), NOW).lines) + plain_tree(tree(row, NOW))
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_diagnosis_is_the_last_branch_with_its_link() -> None:
    lines = plain_tree(tree(one(objects("workerless"), "workerless"), NOW)).splitlines()
    assert lines[-3].startswith("  Failed: no worker of 3 is ready")
    assert lines[-1] == "    see docs/health.md#workersdown"


def test_a_tree_of_many_shows_those_that_do_not_run() -> None:
    many = [worker(f"w-{n:02}", "partial", ready=n != 29) for n in range(30)]
    warm = load("warm", "partial")
    warm["spec"]["target"] = [{"path": f"/{n}"} for n in range(9)]
    text = plain_tree(tree(one([*objects("partial"), *many, warm], "partial"), NOW))
    assert text.count("pod/w-") == 20
    assert text.index("pod/w-29 Pending Unschedulable") < text.index("pod/w-00")
    assert "    and 10 more\n" in text
    assert " /0 /1 /2 /3 /4 and 4 more\n" in text


def test_a_running_load_has_a_bar() -> None:
    row = one([*objects("healthy"), load("warm", "healthy", "Executing")], "healthy")
    line = next(it for it in plain_tree(tree(row, NOW)).splitlines() if "dataload/warm" in it)
    assert line.endswith("[##################------] 75.0%")


def test_a_terminal_gets_a_tree_and_colours_that_can_be_taken_away() -> None:
    from kubectl_fluid.cli.status_request import Request
    from kubectl_fluid.cli.status_terminal import Terminal

    request = Request(("partial",), True, False, "", "", "", "", False, "", None, True)  # noqa: FBT003
    found = report([*objects("partial"), injected("app", "partial", ready=False)])
    texts = {}
    for colour in ("always", "never"):
        environment = Environment(stdout_is_terminal=True, color=colour)
        Terminal(environment, width=80).show(found, request, NOW)
        texts[colour] = environment.stdout.getvalue().decode()  # type: ignore[attr-defined]
    assert "\x1b[3" in texts["always"]
    assert "\x1b" not in texts["never"]
    assert "└── " in texts["never"]
    assert max(map(len, texts["never"].splitlines())) <= 80

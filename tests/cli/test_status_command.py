from __future__ import annotations

from datetime import timedelta

import pytest

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.status_cells import duration
from kubectl_fluid.cli.status_show import exit_status
from kubectl_fluid.cli.status_table import Look, table
from kubectl_fluid.cli.status_tree import plain_tree, tree
from kubectl_fluid.cluster.listing import Forbidden
from tests.cli.running import run
from tests.status.assembling import NOW, one, report
from tests.status.objects import dataset, injected, load, pod
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
        (["--timeout", "soon"], "give a time like 30s"),
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

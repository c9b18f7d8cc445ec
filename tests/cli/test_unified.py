from __future__ import annotations

import difflib
import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.cli.unified import UnifiedDiff, lines_of

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n"]), max_size=12).map("".join)


def diff_of(pieces: list[tuple[str, str]]) -> str:
    written: list[str] = []
    diff = UnifiedDiff("job.yaml", written.append)
    for old, new in pieces:
        if old == new:
            diff.same(old)
        else:
            diff.changed(old, new)
    diff.end()
    return "".join(written)


def test_documents_share_the_context_of_one_file() -> None:
    assert diff_of([("a: 1\n", "a: 1\n"), ("---\nb: 1\n", "---\nb: 2\n"), ("---\nc: 1\n", "---\nc: 1\n")]) == (
        "--- a/job.yaml\n+++ b/job.yaml\n@@ -1,5 +1,5 @@\n a: 1\n ---\n-b: 1\n+b: 2\n ---\n c: 1\n"
    )


def test_nothing_changed_is_no_output() -> None:
    assert diff_of([("a: 1\n", "a: 1\n")]) == ""


def test_a_missing_newline_at_the_end_is_said() -> None:
    assert diff_of([("a: 1", "a: 2")]).splitlines()[3:] == [
        "-a: 1",
        "\\ No newline at end of file",
        "+a: 2",
        "\\ No newline at end of file",
    ]


@given(st.lists(st.one_of(LINES.map(lambda text: (text, text)), st.tuples(LINES, LINES)), max_size=6))
def test_it_is_the_diff_of_the_whole_file(pieces: list[tuple[str, str]]) -> None:
    old, new = ("".join(texts) for texts in zip(*pieces, strict=True)) if pieces else ("", "")
    assert patched(old, diff_of(pieces)) == new


def test_git_takes_it(tmp_path: Path) -> None:
    old = "".join(f"line {number}\n" for number in range(40))
    new = old.replace("line 3\n", "line three\n").replace("line 20\n", "").replace("line 39\n", "last")
    (tmp_path / "job.yaml").write_text(old)
    subprocess.run(["git", "apply", "-"], input=diff_of([(old, new)]).encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "job.yaml").read_text() == new


def patched(old: str, diff: str) -> str:
    """A strict `patch`: every line number and every line of context has to fit."""
    source, result, position = lines_of(old), [], 0
    for line in lines_of(diff)[2:]:
        if line.startswith("@@"):
            start, count = map(int, line.split()[1][1:].split(","))
            begin = start - 1 if count else start
            result += source[position:begin]
            position = begin
            new_start, new_count = map(int, line.split()[2][1:].split(","))
            assert len(result) == (new_start - 1 if new_count else new_start)
        elif line.startswith("+"):
            result.append(line[1:])
        else:
            assert source[position] == line[1:]
            position += 1
            if line.startswith(" "):
                result.append(line[1:])
    return "".join(result + source[position:])


def test_hunks_are_those_of_difflib() -> None:
    old = [f"{number}\n" for number in range(60)]
    new = [*old[:10], "x\n", *old[11:14], "y\n", *old[14:40], *old[42:]]
    expected = "".join(difflib.unified_diff(old, new, "a/job.yaml", "b/job.yaml"))
    assert diff_of([("".join(old), "".join(new))]) == expected

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.manifests import stream
from kubectl_fluid.manifests.errors import ManifestError
from tests.manifests.reading import error, split


def texts(data: str) -> list[str]:
    return [raw.text for raw in split(data)]


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ("", []),
        ("a: 1", ["a: 1"]),
        ("a: 1\n---\nb: 2\n", ["a: 1\n", "---\nb: 2\n"]),
        ("---\na: 1\n---\nb: 2\n", ["---\na: 1\n", "---\nb: 2\n"]),
        ("---\n---\n---", ["---\n", "---\n", "---"]),
        ("# licence\n---\na: 1\n", ["# licence\n", "---\na: 1\n"]),
        ("a: 1\n--- # why\nb: 2\n", ["a: 1\n", "--- # why\nb: 2\n"]),
        ("a: 1\n---\tb\n", ["a: 1\n", "---\tb\n"]),
        ("a: 1\n----\n ---\n---x\n", ["a: 1\n----\n ---\n---x\n"]),
        ("a: 1\n...\nb: 2\n", ["a: 1\n...\n", "b: 2\n"]),
        ("a: 1\n... # end\n---\nb: 2\n", ["a: 1\n... # end\n", "---\nb: 2\n"]),
        ("%YAML 1.2\n# c\n---\na: 1\n", ["%YAML 1.2\n# c\n---\na: 1\n"]),
        ("a: 1\n...\n%YAML 1.2\n---\nb: 1\n", ["a: 1\n...\n", "%YAML 1.2\n---\nb: 1\n"]),
        ("a: 50%\n---\nb: 1\n", ["a: 50%\n", "---\nb: 1\n"]),
        ("a: |\n  x\n---\nb: 1\n", ["a: |\n  x\n", "---\nb: 1\n"]),
        ("\ufeff---\r\na: 1\r\n---\r\nb: 1\r\n", ["\ufeff---\r\na: 1\r\n", "---\r\nb: 1\r\n"]),
        ('{"a":1}\n{"b":[2]}\n[]\n', ['{"a":1}\n', '{"b":[2]}\n', "[]\n"]),
        ('{"a":1}{"b":"}{"}', ['{"a":1}', '{"b":"}{"}']),
        ('{"a": "\\"} {"}\n', ['{"a": "\\"} {"}\n']),
        ("{a: '} {', b: 1}\n", ["{a: '} {', b: 1}\n"]),
        ('{"a":1}\n---\n{"b":2}\n', ['{"a":1}\n', '---\n{"b":2}\n']),
        ('{"a":1} # {"b":2}\n', ['{"a":1} # {"b":2}\n']),
        ('{"a":[1\n---\nb: 2\n', ['{"a":[1\n', "---\nb: 2\n"]),
    ],
)
def test_a_stream_is_cut_where_documents_begin(data: str, parts: list[str]) -> None:
    assert texts(data) == parts


def test_documents_know_their_number_and_their_first_line() -> None:
    documents = split("a: 1\n\n---\nb: |\n  x\n...\n\n---\nc: 1")
    assert [(raw.index, raw.line) for raw in documents] == [(0, 1), (1, 3), (2, 7), (3, 8)]
    assert {raw.source for raw in documents} == {"x.yaml"}


PIECES = st.sampled_from(
    [
        "---",
        "...",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "a: 1",
        "{",
        "}",
        '"',
        "[1]",
        "%YAML 1.1",
        "# c",
        "\ufeff",
        "é",
        "😀",
        "- x",
        "\\",
        '{"a":1}',
    ]
)


class Dripping(io.RawIOBase):
    """A stream that gives as few bytes as a slow pipe does."""

    def __init__(self, data: bytes, step: int) -> None:
        self.rest = data
        self.step = step

    def read(self, size: int = -1) -> bytes:
        part, self.rest = self.rest[: self.step], self.rest[self.step :]
        return part


@given(st.lists(PIECES, max_size=30).map("".join), st.integers(1, 7))
def test_the_documents_joined_are_the_stream_however_it_arrives(data: str, step: int) -> None:
    at_once = split(data)
    slowly = list(stream.split(Dripping(data.encode(), step), "x.yaml"))  # type: ignore[arg-type]
    assert "".join(raw.text for raw in at_once) == data
    assert slowly == at_once


class Endless(io.RawIOBase):
    """Gives one document after another and counts what was read."""

    def __init__(self, part: bytes, times: int) -> None:
        self.part = part
        self.left = times
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        count = min(self.left, max(1, size // len(self.part)))
        self.left -= count
        self.given += count * len(self.part)
        return self.part * count


def peak(times: int) -> int:
    tracemalloc.start()
    try:
        for _ in stream.split(Endless(b"---\nkind: Pod\nmetadata:\n  name: a\n", times), "x"):  # type: ignore[arg-type]
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_hundred_times_longer_stream_needs_no_more_memory() -> None:
    assert peak(50_000) < 2 * peak(5_000) + 200_000


def test_a_large_file_is_refused_as_soon_as_the_limit_is_read() -> None:
    source = Endless(b"a" * 1000, 100_000)
    with pytest.raises(ManifestError, match="larger than 8 MiB") as caught:
        list(stream.split(source, "big.yaml"))  # type: ignore[arg-type]
    assert source.given < 1.2 * stream.MAX_DOCUMENT_BYTES
    assert caught.value.line == 1


def test_a_large_string_of_json_is_refused_in_linear_time() -> None:
    source = Endless(b'\\"' * 500, 100_000)
    parts: Iterator[bytes] = iter([b'{"a":"'])

    class Opened(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return next(parts, b"") or source.read(size)

    with pytest.raises(ManifestError, match="larger than 8 MiB"):
        list(stream.split(Opened(), "big.json"))  # type: ignore[arg-type]


def test_the_line_of_a_document_that_is_too_large_is_said() -> None:
    found = error(b"a: 1\n---\nb: " + b"x" * (stream.MAX_DOCUMENT_BYTES + 1))
    assert found.line == 2


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        (b"a: 1\nb: \x00\n", "NUL byte", 2),
        ("a: 1\n".encode("utf-16"), "UTF-16", 1),
        ("a: 1\n".encode("utf-16-le"), "NUL byte", 1),
        (b"a: 1\n---\nb: 1\nc: x\xffy\n", "byte 0xff at byte 5 of the line", 4),
        (b"a: \xc3", "byte 0xc3", 1),
    ],
)
def test_what_is_not_text_is_named_with_its_line(data: bytes, message: str, line: int) -> None:
    found = error(data)
    assert message in found.message
    assert found.line == line
    assert found.hint


def test_a_stream_of_json_values_may_be_longer_than_one_document() -> None:
    one = json.dumps({"a": "x" * 1000}).encode() + b"\n"
    times = 2 * stream.MAX_DOCUMENT_BYTES // len(one)
    count = 0
    for _ in stream.split(Endless(one, times), "x"):  # type: ignore[arg-type]
        count += 1
    assert count == times

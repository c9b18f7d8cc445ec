from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.cli.spool import MEMORY, Replay, Spool


def test_bytes_come_back_as_they_were_written_also_beyond_the_memory() -> None:
    spool = Spool()
    pieces = [bytes([number]) * (MEMORY // 3) for number in range(7)]
    for piece in pieces:
        spool.write(piece)
    assert spool.size == sum(map(len, pieces))
    assert b"".join(spool.chunks()) == b"".join(pieces)


def test_a_part_can_be_read_while_writing_goes_on() -> None:
    spool = Spool()
    spool.write(b"abcdef")
    assert b"".join(spool.chunks(2, 4)) == b"cd"
    spool.write(b"gh")
    assert b"".join(spool.chunks(4)) == b"efgh"


@given(st.binary(max_size=200), st.lists(st.tuples(st.integers(0, 1), st.integers(1, 50))))
def test_readers_of_a_replay_do_not_disturb_each_other(data: bytes, reads: list[tuple[int, int]]) -> None:
    replay = Replay(io.BytesIO(data))
    readers, seen = [replay.open(), replay.open()], [b"", b""]
    for number, size in reads:
        seen[number] += readers[number].read(size)
    assert [so_far + reader.read() for so_far, reader in zip(seen, readers, strict=True)] == [data, data]


def test_a_source_is_not_read_further_than_somebody_asked() -> None:
    source = io.BytesIO(b"0123456789")
    Replay(source).open().read(4)
    assert source.tell() == 4

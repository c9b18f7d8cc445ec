"""Answers that are kept ready."""

from __future__ import annotations

from kubectl_fluid.claims import Claim, Name
from kubectl_fluid.webhook.memo import Memo, Ready

CLAIM = Claim(Name("ml", "demo"))


def ready(tail: bytes = b"tail", *asked: tuple[str, str, Claim | None]) -> Ready:
    return Ready(tail, "injected", "Injected", asked)


def none(_namespace: str, _name: str) -> Claim | None:
    return None


def test_an_answer_is_given_back_while_its_claims_are_the_same_objects() -> None:
    memo = Memo()
    memo.put(b"key", ready(b"tail", ("ml", "demo", CLAIM)))
    found = memo.get(b"key", lambda *_: CLAIM)
    assert found is not None
    assert found.tail == b"tail"
    assert memo.get(b"other", lambda *_: CLAIM) is None
    assert (memo.hits, memo.misses) == (1, 1)


def test_an_answer_whose_claim_is_another_object_is_forgotten() -> None:
    memo = Memo()
    memo.put(b"key", ready(b"tail", ("ml", "demo", CLAIM)))
    assert memo.get(b"key", lambda *_: Claim(Name("ml", "demo"))) is None
    assert (len(memo), memo.bytes) == (0, 0)


def test_an_answer_that_rests_on_a_missing_claim_ends_when_the_claim_comes() -> None:
    memo = Memo()
    memo.put(b"key", ready(b"tail", ("ml", "demo", None)))
    assert memo.get(b"key", none) is not None
    assert memo.get(b"key", lambda *_: CLAIM) is None


def test_the_oldest_goes_where_there_are_too_many() -> None:
    memo = Memo(max_entries=2)
    for key in (b"a", b"b"):
        memo.put(key, ready())
    memo.get(b"a", none)
    memo.put(b"c", ready())
    assert [memo.get(key, none) is not None for key in (b"a", b"b", b"c")] == [True, False, True]


def test_bytes_are_bounded_too() -> None:
    memo = Memo(max_bytes=1000)
    for number in range(100):
        memo.put(b"%d" % number, ready(b"x" * 100))
    assert memo.bytes <= 1000
    assert 1 < len(memo) < 10
    assert memo.bytes == sum(len(key) + len(kept.tail) for key, kept in memo._ready.items())


def test_one_that_is_too_large_is_not_kept() -> None:
    memo = Memo(max_bytes=1000)
    memo.put(b"key", ready(b"x" * 200))
    assert len(memo) == 0


def test_a_second_answer_takes_the_place_of_the_first() -> None:
    memo = Memo()
    memo.put(b"key", ready(b"first"))
    memo.put(b"key", ready(b"second!"))
    assert (len(memo), memo.bytes) == (1, len(b"keysecond!"))

"""From bytes to bytes: whatever is kept ready, the answer is that of `review.answer`."""

from __future__ import annotations

import base64
import contextlib
import copy
import gc
import json
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim, Claims
from kubectl_fluid.webhook.review import MAX_MESSAGE, answer
from kubectl_fluid.webhook.reviewer import BadBody, Reply, Reviewer
from tests.injection import build

Object = dict[str, Any]

SETTINGS = build.settings(admission=True)


class Known:
    """Claims that a test may change."""

    def __init__(self, *claims: Claim) -> None:
        self.claims = {(it.name.namespace, it.name.name): it for it in claims}

    def __call__(self, namespace: str, name: str) -> Claim | None:
        return self.claims.get((namespace, name))


def reviewer(claims: Claims | None = None, **options: Any) -> Reviewer:
    return Reviewer(claims or build.lookup(), SETTINGS, lambda: build.UNIQUE, **options)


def review(pod: Any, **request: Any) -> Object:
    body = {"uid": "u-1", "operation": "CREATE", "namespace": build.NAMESPACE, "object": pod, **request}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": body}


def ask(it: Reviewer, asked: Any) -> Reply:
    return it.reply(it.ask(json.dumps(asked).encode()))


def agrees(it: Reviewer, asked: Any, claims: Claims | None = None) -> Reply:
    """The reply, which is what `answer` gives."""
    reply = ask(it, asked)
    expected = answer(asked, claims or build.lookup(), SETTINGS)
    assert json.loads(reply.body) == json.loads(json.dumps(expected))
    audit = expected["response"]["auditAnnotations"]
    assert (reply.outcome, reply.reason) == (audit["outcome"], audit["reason"])
    return reply


def test_pods_of_one_template_are_planned_once() -> None:
    it = reviewer()
    for number in range(5):
        pod = build.pod()
        pod["metadata"] |= {"name": f"train-{number}", "uid": f"{number}"}
        assert agrees(it, review(pod, uid=f"uid-{number}")).outcome == "injected"
    assert (it.memo.hits, it.memo.misses) == (4, 1)


def test_what_is_planned_once_is_planned_again_when_a_claim_has_changed() -> None:
    known = Known(build.claim())
    it = reviewer(known)
    agrees(it, review(build.pod()), known)
    known.claims["ml", "demo"] = build.claim(fluid_path="/runtime-mnt/juicefs/ml/demo/elsewhere")
    reply = agrees(it, review(build.pod()), known)
    patch = base64.b64decode(json.loads(reply.body)["response"]["patch"])
    assert b"/runtime-mnt/juicefs/ml/demo/elsewhere" in patch


def test_a_claim_that_goes_is_missed() -> None:
    known = Known(build.claim())
    it = reviewer(known)
    assert agrees(it, review(build.pod()), known).outcome == "injected"
    known.claims.clear()
    assert agrees(it, review(build.pod()), known).outcome == "refused"


def test_a_namespace_is_part_of_the_question() -> None:
    known = Known(build.claim(), build.claim(namespace="other", fluid_path="/other/juicefs-fuse"))
    it = reviewer(known)
    for namespace in ("ml", "other", "ml", "third"):
        agrees(it, review(build.pod(), namespace=namespace), known)


def test_a_pod_that_wants_a_mount_point_of_its_own_gets_one_each_time() -> None:
    numbers = iter(range(10))
    it = Reviewer(build.lookup(), build.fluid(), lambda: f"{next(numbers)}-0123abcd")
    pod = build.pod(annotations={keys.HOST_PATH_MODE: "random-suffix"})
    first, second = (json.loads(ask(it, review(pod)).body)["response"]["patch"] for _ in range(2))
    assert b"0-0123abcd" in base64.b64decode(first)
    assert b"1-0123abcd" in base64.b64decode(second)
    assert len(it.memo) == 0


def test_the_volume_of_each_pods_token_may_have_any_name() -> None:
    it = reviewer()
    for suffix in ("abcde", "x7k2p"):
        token = f"kube-api-access-{suffix}"
        containers = [build.container("app", build.mount(), build.mount(token, "/var/run/secrets/x"))]
        pod = build.pod(build.volume(), {"name": token, "projected": {"sources": []}}, containers=containers)
        reply = agrees(it, review(pod))
        patch = json.loads(base64.b64decode(json.loads(reply.body)["response"]["patch"]))
        assert token in build.names(jsonpatch.apply_patch(pod, patch)["spec"]["volumes"])
    assert it.memo.hits == 1


def test_a_token_that_a_patch_speaks_of_is_that_of_the_pod() -> None:
    secret = {"name": "kube-api-access-abcde", "projected": {"sources": []}}
    nested = build.claim(fuse=build.template(build.claim().name, volumes=(secret,)))
    known = Known(nested)
    it = reviewer(known)
    for suffix in ("abcde", "fghij"):
        token = {"name": f"kube-api-access-{suffix}", "projected": {"sources": []}}
        pod = build.pod(build.volume(), token, containers=[build.container("app", build.mount())])
        agrees(it, review(pod), known)
    assert it.memo.hits == 0


def test_a_refusal_is_not_kept_and_says_which_claims_it_misses() -> None:
    known = Known(build.claim(), build.with_problem(build.claim("broken")))
    it = reviewer(known)
    pod = build.pod(build.volume(), build.volume("gone", "other"), build.volume("lost", "third"))
    reply = agrees(it, review(pod), known)
    assert reply.missing == (("ml", "gone"), ("ml", "lost"))
    assert "ml/gone" in reply.message
    assert len(it.memo) == 0


@pytest.mark.parametrize(
    "uid", ["705ab4f5-6393-11e8-b7cc-42010a800002", 'say "hi"', "ü", "a-b_c", "a" * 256, "--", " "]
)
def test_a_uid_comes_back_as_it_was(uid: Any) -> None:
    it = reviewer()
    for _ in range(2):
        assert json.loads(agrees(it, review(build.pod(), uid=uid)).body)["response"]["uid"] == uid


def test_a_patch_that_no_pod_could_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubectl_fluid.webhook.review.MAX_PATCH", 1000)
    reply = agrees(reviewer(), review(build.pod()))
    assert (reply.outcome, reply.reason) == ("refused", "PatchTooLarge")
    assert json.loads(reply.body)["response"]["status"]["code"] == 413


def test_a_message_is_cut_where_it_is_long() -> None:
    names = [f"gone-{number}-{'x' * 200}" for number in range(50)]
    volumes = [build.volume(name, f"v{number}") for number, name in enumerate(names)]
    reply = agrees(reviewer(), review(build.pod(*volumes)))
    assert "ml/gone-0" in reply.message
    assert len(reply.message) <= MAX_MESSAGE


def test_two_containers_of_one_name_are_refused_as_the_api_server_would() -> None:
    twice = [build.container("app", build.mount()), build.container("app", *(build.mount("data", it) for it in "abc"))]
    reply = agrees(reviewer(), review(build.pod(containers=twice)))
    assert (reply.outcome, reply.reason) == ("refused", "InvalidPod")


def test_without_a_uid_it_was_no_review() -> None:
    assert (agrees(reviewer(), {}).status, agrees(reviewer(), {"request": 3}).status) == (400, 400)
    for uid in (None, 3, "a" * 100_000, "\ud800"):
        assert agrees(reviewer(), review(build.pod(), uid=uid)).status == 400
    assert agrees(reviewer(), review(build.pod(), namespace=3)).status == 200


def test_disabled_all_pods_pass() -> None:
    reply = ask(reviewer(disabled=True), review(build.pod()))
    assert json.loads(reply.body)["response"] == {
        "uid": "u-1",
        "allowed": True,
        "auditAnnotations": {"outcome": "skipped", "reason": "InjectionDisabled"},
    }


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a": Infinity}', "Infinity is no JSON number"),
        (b"{} {}", "not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number in it has too many digits"),
        (b'{"a": 1e999}', "a number in it is too large"),
        (b'{"a": ' + b"9" * 200_000 + b"}", "a number in it has too many digits"),
    ],
    ids=["nothing", "bytes", "deep", "infinity", "two", "digits", "exponent", "more digits"],
)
def test_a_body_that_cannot_be_read_is_told_why(body: bytes, why: str) -> None:
    with pytest.raises(BadBody, match=why) as caught:
        reviewer().ask(body)
    assert "sys." not in str(caught.value)


def test_reading_a_large_body_leaves_the_garbage_collector_as_it_was() -> None:
    large = json.dumps(review(build.pod(annotations={"x": "y" * 200_000}))).encode()
    for body in (large, large[:-1]):
        with contextlib.suppress(BadBody):
            reviewer().ask(body)
        assert gc.isenabled()
    gc.disable()
    try:
        reviewer().ask(large)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_large_pod_is_answered_as_a_small_one() -> None:
    pod = build.pod(annotations={"x": "y" * 200_000})
    assert agrees(reviewer(), review(pod)).outcome == "injected"


def test_other_settings_count_from_then_on() -> None:
    it = reviewer()
    agrees(it, review(build.pod()))
    it.use(build.fluid(admission=True))
    reply = ask(it, review(build.pod()))
    assert json.loads(reply.body) == json.loads(
        json.dumps(answer(review(build.pod()), build.lookup(), build.fluid(admission=True)))
    )


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, child in children for path in paths(child, (*at, key)))]


BODY = review(build.pod(build.volume(), build.volume("disk", "b"), annotations={keys.PREFETCH: "true", "x": "y"}))
PLACES = [path for path in paths(BODY) if path]
values: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
    | st.builds(dict)
    | st.builds(list)
)
IT = reviewer(build.lookup(build.claim(), build.other_claim("disk")))


@given(st.lists(st.tuples(st.sampled_from(PLACES), values | st.just(...)), max_size=3))
def test_a_review_that_was_damaged_anywhere_is_answered_as_review_answers_it(damage: list[tuple[Any, Any]]) -> None:
    asked = copy.deepcopy(BODY)
    for (*way, last), value in damage:
        holder: Any = asked
        for step in way:
            try:
                holder = holder[step]
            except (KeyError, IndexError, TypeError):
                holder = None
        if isinstance(holder, dict) or (isinstance(holder, list) and isinstance(last, int) and last < len(holder)):
            if value is ...:
                holder.pop(last, None) if isinstance(holder, dict) else holder.pop(last)
            else:
                holder[last] = value
    agrees(IT, asked, build.lookup(build.claim(), build.other_claim("disk")))

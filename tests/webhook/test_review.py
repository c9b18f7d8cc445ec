"""An AdmissionReview in, an AdmissionReview out."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid import keys
from kubectl_fluid.claims import Problem
from kubectl_fluid.webhook.review import MAX_WARNING, answer
from tests.injection.build import (
    Object,
    claim,
    fluid,
    injected,
    lookup,
    pod,
    settings,
    template,
    with_problem,
)


def review(obj: Any, version: str = "v1", **request: Any) -> Object:
    """A request to create this Pod in namespace `ml`; the values `...` take a member out."""
    body = {"uid": "u-1", "operation": "CREATE", "namespace": "ml", "object": obj, **request}
    return {
        "apiVersion": f"admission.k8s.io/{version}",
        "kind": "AdmissionReview",
        "request": {key: value for key, value in body.items() if value is not ...},
    }


def response(asked: Any, *claims: Any, using: Any = None) -> Object:
    """The response; the request is not changed, and the answer is an AdmissionReview that JSON can carry."""
    before = copy.deepcopy(asked)
    answered = answer(asked, lookup(*claims), using or settings(namespace="unused"))
    assert asked == before
    assert answered["kind"] == "AdmissionReview"
    assert sorted(answered) == ["apiVersion", "kind", "response"]
    json.dumps(answered).encode()
    made: Object = answered["response"]
    return made


def patched(obj: Object, answered: Object) -> Any:
    operations = json.loads(base64.b64decode(answered["patch"], validate=True))
    return jsonpatch.apply_patch(obj, operations)


def test_a_pod_is_allowed_with_the_patch_that_the_plan_has() -> None:
    answered = response(review(pod()))
    assert (answered["uid"], answered["allowed"], answered["patchType"]) == ("u-1", True, "JSONPatch")
    assert patched(pod(), answered) == injected(pod())
    assert answered["auditAnnotations"] == {"outcome": "injected", "reason": "Injected"}
    assert "warnings" not in answered


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_the_answer_has_the_version_of_the_question(version: str) -> None:
    answered = answer(review(pod(), version), lookup(), settings())
    assert answered["apiVersion"] == f"admission.k8s.io/{version}"
    assert answered["response"]["allowed"] is True


def test_a_pod_that_asks_nothing_is_allowed_without_a_patch_and_told_why() -> None:
    idle = pod()
    del idle["metadata"]["labels"]
    answered = response(review(idle))
    assert answered["allowed"] is True
    assert "patch" not in answered
    assert "patchType" not in answered
    assert answered["status"] == {"code": 200, "message": "the Pod does not ask for a sidecar"}
    assert answered["auditAnnotations"] == {"outcome": "skipped", "reason": "NotRequested"}


def test_a_refusal_says_what_is_wrong_and_what_to_do() -> None:
    broken = with_problem(claim(), no_sidecar=Problem("FuseNotFound", "FUSE DaemonSet ml/demo-fuse is gone", "wait"))
    answered = response(review(pod()), broken)
    assert answered["allowed"] is False
    assert "patch" not in answered
    assert answered["status"] == {
        "status": "Failure",
        "code": 500,
        "reason": "InternalError",
        "message": "kubectl-fluid: FuseNotFound: FUSE DaemonSet ml/demo-fuse is gone; wait",
    }
    assert answered["auditAnnotations"] == {"outcome": "refused", "reason": "FuseNotFound"}


def test_a_pod_of_the_wrong_shape_is_the_callers_fault() -> None:
    status = response(review({**pod(), "spec": {"volumes": 3}}))["status"]
    assert (status["code"], status["reason"]) == (400, "BadRequest")
    assert "spec.volumes must be a list" in status["message"]


def test_a_pod_of_another_namespace_is_forbidden() -> None:
    stray = pod()
    stray["metadata"]["namespace"] = "elsewhere"
    status = response(review(stray))["status"]
    assert (status["code"], status["reason"]) == (403, "Forbidden")


@pytest.mark.parametrize("namespace", [..., ""], ids=["absent", "empty"])
def test_without_a_namespace_in_the_request_the_pods_own_counts(namespace: Any) -> None:
    named = pod()
    named["metadata"]["namespace"] = "ml"
    assert response(review(named, namespace=namespace))["allowed"] is True
    status = response(review(pod(), namespace=namespace))["status"]
    assert (status["code"], "names a namespace" in status["message"]) == (500, True)


@pytest.mark.parametrize("kind", [..., "Pod"], ids=["absent", "Pod"])
def test_the_pods_kind_may_be_absent(kind: Any) -> None:
    made = pod()
    del made["kind"]
    assert response(review(made if kind is ... else {**made, "kind": kind}))["allowed"] is True


@pytest.mark.parametrize(
    ("asked", "uid", "fault"),
    [
        pytest.param(None, "", "the body is not an AdmissionReview object", id="null"),
        pytest.param([review(pod())], "", "the body is not an AdmissionReview object", id="a list"),
        pytest.param({}, "", "the AdmissionReview has no request", id="an empty object"),
        pytest.param({"request": 3}, "", "the AdmissionReview has no request", id="a request that is none"),
        pytest.param(review(pod(), "v2"), "u-1", "apiVersion 'admission.k8s.io/v2' is not known", id="a later version"),
        pytest.param({"apiVersion": ["v1"], "request": 3}, "", "apiVersion ['v1'] is not known", id="no version"),
        pytest.param(review(...), "u-1", "request.object is not a Pod", id="no object"),
        pytest.param(review(None), "u-1", "request.object is not a Pod", id="a null object"),
        pytest.param(review("pod"), "u-1", "request.object is not a Pod", id="a string"),
        pytest.param(review(pod(), kind="Pod"), "u-1", "request.kind is not an object", id="a kind that is a string"),
        pytest.param(review(pod(), subResource=[1]), "u-1", "request.subResource is not a string", id="a subresource"),
        pytest.param(review(pod(), namespace=3), "u-1", "request.namespace is not a string", id="a number"),
    ],
)
def test_what_is_no_review_of_a_pod_is_answered_with_400(asked: Any, uid: str, fault: str) -> None:
    answered = response(asked)
    assert (answered["uid"], answered["allowed"], answered["status"]["code"]) == (uid, False, 400)
    assert answered["status"]["message"] == f"kubectl-fluid: InvalidReview: {fault}"


@pytest.mark.parametrize("operation", ["UPDATE", "DELETE", "CONNECT"])
def test_a_request_that_creates_nothing_is_allowed_as_it_is(operation: str) -> None:
    for obj in (pod(), None):
        answered = response(review(obj, operation=operation))
        assert answered["allowed"] is True
        assert "patch" not in answered


def test_a_request_that_names_no_operation_is_taken_for_a_creation() -> None:
    assert "patch" in response(review(pod(), operation=...))


@pytest.mark.parametrize(
    "uid", [None, 7, "a" * 257, "\ud800", "\x1b[2J", "a\nb", ["x"], {}], ids=lambda it: ascii(it)[:12]
)
def test_a_uid_that_is_none_is_an_invalid_review(uid: Any) -> None:
    answered = response(review(pod(), uid=uid))
    assert (answered["uid"], answered["allowed"], answered["status"]["code"]) == ("", False, 400)
    said = "kubectl-fluid: InvalidReview: request.uid is not a string of at most 256 printable characters"
    assert answered["status"]["message"] == said


@pytest.mark.parametrize("uid", [..., ""], ids=["absent", "empty"])
def test_a_review_without_a_uid_is_answered_without_one(uid: Any) -> None:
    answered = response(review(pod(), uid=uid))
    assert (answered["uid"], answered["auditAnnotations"]["reason"]) == ("", "Injected")


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        ({"subResource": "exec"}, "pods/exec"),
        ({"subResource": "status", "resource": {"group": "", "version": "v1", "resource": "pods"}}, "pods/status"),
        ({"subResource": "ephemeralcontainers", "operation": "UPDATE"}, "pods/ephemeralcontainers"),
        ({"subResource": "eviction", "object": {"kind": "Eviction"}}, "pods/eviction"),
        ({"resource": {"group": "apps", "version": "v1", "resource": "deployments"}}, "deployments"),
        ({"resource": {"group": "metrics.k8s.io", "version": "v1beta1", "resource": "pods"}}, "pods"),
        ({"kind": {"group": "batch", "version": "v1", "kind": "Job"}}, "Job"),
        ({"object": {**pod(), "kind": "PodTemplate"}}, "PodTemplate"),
        ({"object": {**pod(), "kind": "\x1b" * 500}}, "'" + "\\x1b" * 10),
        ({"object": {**pod(), "kind": ["Pod"]}}, "['Pod']"),
    ],
)
def test_what_is_for_no_pod_itself_is_allowed_as_it_is_with_a_warning(request_: Object, what: str) -> None:
    answered = response(review(pod(), **request_))
    assert answered["allowed"] is True
    assert "patch" not in answered
    assert answered["auditAnnotations"] == {"outcome": "skipped", "reason": "NotAPod"}
    (warning,) = answered["warnings"]
    assert what in warning
    assert warning.isprintable()
    assert len(warning) <= MAX_WARNING


def test_a_request_that_says_that_it_is_for_pods_is_for_pods() -> None:
    kind, resource = {"version": "v1", "kind": "Pod"}, {"version": "v1", "resource": "pods"}
    for more in ({}, {"group": ""}):
        asked = review(pod(), kind={**kind, **more}, resource={**resource, **more}, subResource="")
        assert "patch" in response(asked)


@pytest.mark.parametrize("containers", [..., None, []], ids=["absent", "null", "empty"])
def test_a_pod_without_containers_is_left_to_the_api_server(containers: Any) -> None:
    empty = pod()
    empty["spec"]["containers"] = containers
    if containers is ...:
        del empty["spec"]["containers"]
    answered = response(review(empty))
    assert answered["allowed"] is True
    assert "patch" not in answered
    assert answered["auditAnnotations"] == {"outcome": "skipped", "reason": "NoContainers"}
    del empty["metadata"]["labels"]
    assert response(review(empty))["auditAnnotations"]["reason"] == "NotRequested"


def test_warnings_are_as_short_as_the_api_server_wants_them() -> None:
    dataset = claim().dataset
    assert dataset is not None
    served = claim(fuse=template(dataset.name, secrets=("x" * 200,)))
    ticket, secret = response(review(pod()), served, using=settings(platform="eci"))["warnings"]
    assert "privileged" in ticket
    assert (len(secret), secret[-1]) == (MAX_WARNING, "…")


def test_half_of_a_surrogate_pair_is_carried_as_json_carries_it() -> None:
    strange = pod(labels={keys.APP_POST_START: "true"})
    strange["spec"]["containers"][0]["volumeMounts"][0]["mountPath"] = "/\ud800"
    answered = response(review(strange))
    assert patched(strange, answered) == injected(strange)


def test_profile_fluid_is_answered_without_an_undo_annotation() -> None:
    answered = response(review(pod()), using=fluid())
    assert keys.UNDO not in patched(pod(), answered)["metadata"]["annotations"]


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["request", "object", "metadata", "spec", "namespace", "uid", "kind", "labels", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(
    junk
    | st.fixed_dictionaries({"apiVersion": st.just("admission.k8s.io/v1"), "request": junk})
    | junk.map(review)
    | st.tuples(junk, junk).map(lambda pair: review(pod(), uid=pair[0], operation=pair[1]))
)
def test_whatever_comes_is_answered(asked: Any) -> None:
    assert response(asked)["allowed"] in (True, False)

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import jsonpatch
import pytest
import yaml

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.main import main
from tests.cli.running import Ran, run
from tests.cli.world import JOB, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path)


def review_of(claim: str = "jfs", namespace: str = "default") -> dict[str, Any]:
    pod = yaml.safe_load(JOB.replace("claimName: jfs", f"claimName: {claim}"))["spec"]["template"]
    request = {"uid": "u1", "namespace": namespace, "operation": "CREATE", "object": pod}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def answer(*arguments: str, stdin: str) -> Ran:
    return run("review", "--objects", "objects.yaml", "--local", "-f", "-", *arguments, stdin=stdin)


def test_the_answer_is_a_review_with_a_patch() -> None:
    review = review_of()
    ran = answer(stdin=json.dumps(review))
    response = json.loads(ran.out)["response"]
    assert (ran.status, ran.err) == (0, "")
    assert (response["uid"], response["allowed"], response["patchType"]) == ("u1", True, "JSONPatch")
    pod = jsonpatch.apply_patch(review["request"]["object"], base64.b64decode(response["patch"]))
    assert pod["spec"]["initContainers"][0]["name"] == "fluid-fuse-jfs"


def test_settings_reach_the_patch() -> None:
    review = review_of()
    response = json.loads(answer("--profile", "fluid", "--mount-check", "none", stdin=json.dumps(review)).out)[
        "response"
    ]
    pod = jsonpatch.apply_patch(review["request"]["object"], base64.b64decode(response["patch"]))
    assert pod["spec"]["containers"][0]["name"] == "fluid-fuse-0"


def test_a_refusal_is_an_answer() -> None:
    ran = answer(stdin=json.dumps(review_of("gone")))
    response = json.loads(ran.out)["response"]
    assert (ran.status, ran.err) == (0, "")
    assert (response["allowed"], "default/gone" in response["status"]["message"]) == (False, True)


def test_a_person_at_the_terminal_is_told_of_a_refusal() -> None:
    environment = Environment(
        arguments=["review", "--objects", "objects.yaml", "--local", "-f", "-"],
        stdin=io.BytesIO(json.dumps(review_of("gone")).encode()),
        stderr=(err := io.BytesIO()),
        stderr_is_terminal=True,
        variables={"NO_COLOR": "1"},
    )
    assert main(environment) == 0
    assert err.getvalue().decode().startswith("refused: kubectl-fluid: ClaimNotFound: ")


def test_several_reviews_are_answered_in_their_order() -> None:
    text = "\n".join(json.dumps(review_of(claim)) for claim in ("jfs", "gone"))
    decoder, out, allowed = json.JSONDecoder(), answer(stdin=text).out, []
    while out := out.strip():
        value, end = decoder.raw_decode(out)
        allowed.append(value["response"]["allowed"])
        out = out[end:]
    assert allowed == [True, False]


def test_yaml_is_taken_too() -> None:
    assert json.loads(answer(stdin=yaml.safe_dump(review_of())).out)["response"]["allowed"] is True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (JOB, "this is a Job, not an AdmissionReview"),
        ("apiVersion: v1\nkind: Pod\n", "this is a Pod, not an AdmissionReview"),
        ("kind: Ingress\n", "this is an Ingress, not an AdmissionReview"),
        ("[]\n", "this is not an AdmissionReview"),
        ("a: 1\n", "this is not an AdmissionReview"),
        ("kind: 3\n", "this is not an AdmissionReview"),
    ],
)
def test_what_is_no_review_is_an_error_with_the_way_to_one(text: str, message: str) -> None:
    ran = answer(stdin=text)
    error, hint = ran.err.splitlines()
    assert (ran.status, ran.out, error) == (1, "", f"error: stdin: {message}")
    assert hint.startswith("hint: write one around ")
    assert '{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {' in hint


def test_the_review_of_the_hint_is_answered() -> None:
    skeleton = answer(stdin="kind: Pod\n").err.partition(": {")[2].partition("; or")[0]
    pod = json.dumps(review_of()["request"]["object"])
    start, _, end = skeleton.partition('{"apiVersion": "v1", "kind": "Pod", …}')
    ran = answer(stdin="{" + start + pod + end)
    assert json.loads(ran.out)["response"]["patchType"] == "JSONPatch"


def test_a_review_that_asks_for_something_else_is_answered() -> None:
    review = {**review_of(), "request": {"uid": "u", "object": {"kind": "Node"}}}
    response = json.loads(answer(stdin=json.dumps(review)).out)["response"]
    assert (response["allowed"], response["auditAnnotations"]["reason"]) == (True, "NotAPod")
    assert response["warnings"] == ["kubectl-fluid: Node was left alone: only Pods are injected"]


def test_help_does_not_speak_of_an_output_that_a_review_does_not_have() -> None:
    assert "to the output" not in " ".join(run("review", "--help").out.split())


def test_broken_json_has_the_hint_of_json() -> None:
    ran = answer(stdin='{"a": 1,, "b": 2}')
    assert ran.err.splitlines() == [
        "error: stdin:1:9: a key in double quotes is expected here",
        "hint: no ',' stands behind the last member",
    ]


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        ("", "error: -: there is no AdmissionReview in it"),
        ("{", "error: stdin:1"),
        ('{"a": 1, "a": 2}', "error: stdin:1"),
    ],
)
def test_what_cannot_be_read_is_an_error(stdin: str, message: str) -> None:
    ran = answer(stdin=stdin)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(message)


def test_without_a_file_it_is_a_usage_error() -> None:
    assert run("review").status == 2


def test_with_objects_no_cluster_is_asked_although_a_claim_is_missing(folder: Path) -> None:
    """A replay goes by the objects alone, as the webhook went by what its caches held."""
    review = json.dumps(review_of("nowhere"))
    variables = {"KUBECONFIG": str(folder / "no-such-kubeconfig"), "HOME": str(folder)}
    done = run("review", "-f", "-", "--objects", folder / "objects.yaml", stdin=review, variables=variables)
    assert done.status == 0
    assert "nowhere does not exist" in json.loads(done.out)["response"]["status"]["message"]

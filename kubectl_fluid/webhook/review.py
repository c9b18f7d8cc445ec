"""An AdmissionReview in, an AdmissionReview out: what the webhook answers, without any server around it."""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Any, NamedTuple

from kubectl_fluid.claims import Claims
from kubectl_fluid.injection.plan import Plan, plan
from kubectl_fluid.injection.reason import Outcome, Reason
from kubectl_fluid.injection.settings import Settings

Object = dict[str, Any]

API_VERSIONS = ("admission.k8s.io/v1", "admission.k8s.io/v1beta1")
#: The API server cuts warnings at 120 characters once they are many (Kubernetes, AdmissionResponse.warnings).
MAX_WARNING = 120
#: Characters of a refusal, which ends in an event of the Pod's controller: those hold 1024, and begin with more.
MAX_MESSAGE = 2048
#: Bytes of a patch; what etcd takes of one object by default.
MAX_PATCH = 3 * 512 * 1024
CREATE = "CREATE"
#: Made once: json.dumps makes one for each call that is not of the usual form.
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_STATUS_REASONS = {400: "BadRequest", 403: "Forbidden", 413: "RequestEntityTooLarge", 500: "InternalError"}


class Question(NamedTuple):
    """What one AdmissionReview asks: whether this Pod may be created in this namespace.

    `version` is the API version to answer in, `response` the answer where it does not depend on any claim.
    """

    version: str
    uid: str
    namespace: str = ""
    pod: Object = {}  # noqa: RUF012 - nobody changes it
    response: Object | None = None


def answer(review: Any, claims: Claims, settings: Settings) -> Object:
    """Answers one AdmissionReview. `settings.namespace` is replaced by the request's.

    Nothing is raised for what a review may hold: a request that is not one of a Pod's creation, or no request at
    all, is answered with `allowed` and no patch, or with a refusal of code 400.
    """
    question = read(review)
    response = question.response
    if response is None:
        asked = dataclasses.replace(settings, namespace=question.namespace, admission=True)
        response = respond(question.uid, plan(question.pod, claims, asked))
    return envelope(question.version, response)


def read(review: Any) -> Question:
    """Reads an AdmissionReview; whatever it is, there is an answer to it."""
    version, request, fault = _read(review)
    uid = str(request.get("uid") or "")
    if fault:
        return Question(version, uid, response=refusal(uid, 400, "InvalidReview", fault))
    if request.get("operation", CREATE) != CREATE:
        return Question(version, uid, response=left_alone(uid, "NotCreated"))
    pod = request["object"]
    namespace = request.get("namespace") or _namespace_of(pod)
    if not namespace:
        why = "neither the request nor the Pod names a namespace"
        return Question(version, uid, response=refusal(uid, 500, "NoNamespace", why))
    return Question(version, uid, namespace, pod)


def _read(review: Any) -> tuple[str, Object, str]:
    """API version to answer in, the request, and what is wrong with it ("" for nothing)."""
    if not isinstance(review, dict):
        return API_VERSIONS[0], {}, "the body is not an AdmissionReview object"
    version = review.get("apiVersion") or API_VERSIONS[0]
    request = review.get("request")
    if version not in API_VERSIONS:
        return API_VERSIONS[0], request if isinstance(request, dict) else {}, f"apiVersion {version!r} is not known"
    if not isinstance(request, dict):
        return version, {}, "the AdmissionReview has no request"
    if request.get("operation", CREATE) != CREATE:
        # A Pod's containers cannot change once it is there, and a deletion brings no object at all.
        return version, request, ""
    if not isinstance(request.get("object"), dict):
        return version, request, "request.object is not a Pod"
    kind = request["object"].get("kind", "Pod")
    if kind != "Pod":
        return version, request, f"request.object is a {kind}, not a Pod"
    if not isinstance(request.get("namespace", ""), str):
        return version, request, "request.namespace is not a string"
    return version, request, ""


def _namespace_of(pod: Object) -> str:
    metadata = pod.get("metadata")
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    return namespace if isinstance(namespace, str) else ""


def respond(uid: str, result: Plan) -> Object:
    """The AdmissionResponse that carries a Plan."""
    first = result.reasons[0]
    if result.outcome is Outcome.REFUSED:
        return refusal(uid, result.status, first.code, sentence(first))
    response: Object = {"uid": uid, "allowed": True}
    if result.outcome is Outcome.SKIPPED:
        response["status"] = {"code": 200, "message": first.message}
    if result.operations:
        # In ASCII: half of a surrogate pair, which JSON may hold, has no UTF-8.
        patch = _ENCODER.encode(result.operations)
        if len(patch) > MAX_PATCH:
            why = f"the patch would have {len(patch)} bytes, and no Pod of more than {MAX_PATCH} can be stored"
            return refusal(uid, 413, "PatchTooLarge", f"{why}; use fewer volumes and containers")
        response |= {"patchType": "JSONPatch", "patch": base64.b64encode(patch.encode("ascii")).decode("ascii")}
    if warnings := [shortened(reason) for reason in result.warnings]:
        response["warnings"] = warnings
    response["auditAnnotations"] = _audit(result.outcome.value, first.code)
    return response


def sentence(reason: Reason) -> str:
    """The message, and the cure behind it."""
    return f"{reason.message}; {reason.hint}" if reason.hint else reason.message


def shortened(reason: Reason) -> str:
    """A warning of at most 120 characters."""
    return reason.message if len(reason.message) <= MAX_WARNING else reason.message[: MAX_WARNING - 1] + "…"


def left_alone(uid: str, reason: str) -> Object:
    """The AdmissionResponse for a request that is none of ours."""
    return {"uid": uid, "allowed": True, "auditAnnotations": _audit("skipped", reason)}


def refusal(uid: str, code: int, reason: str, message: str) -> Object:
    """The AdmissionResponse that denies the request; `code` is an HTTP status."""
    said = f"kubectl-fluid: {reason}: {message}"
    status = {
        "status": "Failure",
        "code": code,
        "reason": _STATUS_REASONS.get(code, "InternalError"),
        "message": said if len(said) <= MAX_MESSAGE else said[: MAX_MESSAGE - 1] + "…",
    }
    return {
        "uid": uid,
        "allowed": False,
        "status": status,
        "auditAnnotations": _audit("refused", reason),
    }


def _audit(outcome: str, reason: str) -> Object:
    return {"outcome": outcome, "reason": reason}


def envelope(version: str, response: Object) -> Object:
    """The AdmissionReview around an AdmissionResponse."""
    return {"apiVersion": version, "kind": "AdmissionReview", "response": response}

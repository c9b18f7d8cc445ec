"""An AdmissionReview in, an AdmissionReview out: what the webhook answers, without any server around it."""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Any, NamedTuple

from kubectl_fluid.claims import Claims
from kubectl_fluid.injection.decision import decide
from kubectl_fluid.injection.draft import Draft
from kubectl_fluid.injection.plan import Plan, plan
from kubectl_fluid.injection.reason import Outcome, Reason, Refusal
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.webhook.bounds import exceeded

Object = dict[str, Any]

API_VERSIONS = ("admission.k8s.io/v1", "admission.k8s.io/v1beta1")
#: The API server cuts warnings at 120 characters once they are many (Kubernetes, AdmissionResponse.warnings).
MAX_WARNING = 120
#: Characters of a refusal, which ends in an event of the Pod's controller: those hold 1024, and begin with more.
MAX_MESSAGE = 2048
#: Characters of what was sent, where a sentence quotes it.
MAX_SAID = 64
#: Bytes of a patch; what etcd takes of one object by default.
MAX_PATCH = 3 * 512 * 1024
#: Characters of a request's uid; an API server's own have 36.
MAX_UID = 256
CREATE = "CREATE"
#: Made once: json.dumps makes one for each call that is not of the usual form.
_ENCODER = json.JSONEncoder(separators=(",", ":"))
#: Members of a request that are read: absent, null, or of this type.
_SHAPES: dict[str, type] = {"namespace": str, "subResource": str, "kind": dict, "resource": dict}
_SHAPE_NAMES: dict[type, str] = {str: "a string", dict: "an object"}
_STATUS_REASONS = {400: "BadRequest", 403: "Forbidden", 413: "RequestEntityTooLarge", 500: "InternalError"}


class Question(NamedTuple):
    """What one AdmissionReview asks: whether this Pod may be created in this namespace.

    `version` is the API version to answer in, `response` the answer where it does not depend on any claim. `small`: all
    of it has no more than `bounds.SMALL` bytes.
    """

    version: str
    uid: str
    namespace: str = ""
    pod: Object = {}  # noqa: RUF012 - nobody changes it
    response: Object | None = None
    small: bool = False


def answer(review: Any, claims: Claims, settings: Settings) -> Object:
    """Answers one AdmissionReview. `settings.namespace` is replaced by the request's.

    Nothing is raised for what a review may hold: a request that is not one of a Pod's creation, or no request at
    all, is answered with `allowed` and no patch, or with a refusal of code 400.
    """
    question = read(review)
    response = question.response
    if response is None:
        asked = dataclasses.replace(settings, namespace=question.namespace, admission=True)
        response = unplanned(question, asked) or respond(question.uid, plan(question.pod, claims, asked))
    return envelope(question.version, response)


def read(review: Any, *, small: bool = False) -> Question:
    """Reads an AdmissionReview; whatever it is, there is an answer to it. `small`: see Question."""
    version, request, fault = _read(review)
    uid = request.get("uid", "")
    if not isinstance(uid, str) or len(uid) > MAX_UID or not uid.isprintable():
        # Printable: half of a surrogate pair is not, nor is what would command a terminal. A review that is replayed
        # offline may have none at all.
        fault = fault or f"request.uid is not a string of at most {MAX_UID} printable characters"
        return Question(version, "", response=refusal("", 400, "InvalidReview", fault))
    if fault:
        return Question(version, uid, response=refusal(uid, 400, "InvalidReview", fault))
    if other := _other_than_pods(request):
        why = shorten(f"kubectl-fluid: {other} was left alone: only Pods are injected", MAX_WARNING)
        return Question(version, uid, response={**left_alone(uid, "NotAPod"), "warnings": [why]})
    if request.get("operation", CREATE) != CREATE:
        # A Pod's containers cannot change once it is there, and a deletion brings no object at all.
        return Question(version, uid, response=left_alone(uid, "NotCreated"))
    pod = request.get("object")
    if not isinstance(pod, dict):
        return Question(version, uid, response=refusal(uid, 400, "InvalidReview", "request.object is not a Pod"))
    namespace = request.get("namespace") or _namespace_of(pod)
    if not namespace:
        why = "neither the request nor the Pod names a namespace"
        return Question(version, uid, response=refusal(uid, 500, "NoNamespace", why))
    return Question(version, uid, namespace, pod, small=small)


def _read(review: Any) -> tuple[str, Object, str]:
    """API version to answer in, the request, and what is wrong with it ("" for nothing)."""
    if not isinstance(review, dict):
        return API_VERSIONS[0], {}, "the body is not an AdmissionReview object"
    version = review.get("apiVersion") or API_VERSIONS[0]
    request = review.get("request")
    if version not in API_VERSIONS:
        fault = f"apiVersion {shorten(repr(version), MAX_SAID)} is not known"
        return API_VERSIONS[0], request if isinstance(request, dict) else {}, fault
    if not isinstance(request, dict):
        return version, {}, "the AdmissionReview has no request"
    for member, shape in _SHAPES.items():
        value = request.get(member)
        if value is not None and not isinstance(value, shape):
            return version, request, f"request.{member} is not {_SHAPE_NAMES[shape]}"
    return version, request, ""


def _other_than_pods(request: Object) -> str:
    """What the request is for where it is not for Pods themselves: `pods/exec`, `Job`; "" for Pods.

    The configuration asks for nothing else. One that does must not be the end of evictions or bindings, so that such a
    request is allowed as it is.
    """
    subresource, resource = request.get("subResource"), request.get("resource") or {}
    name = resource.get("resource") or "pods"
    if subresource or name != "pods" or resource.get("group"):
        return _said("/".join(str(part) for part in (name, subresource) if part))
    for holder in (request.get("kind"), request.get("object")):
        kind = holder.get("kind") if isinstance(holder, dict) else None
        if kind is not None and kind != "Pod":
            return _said(str(kind))
    return ""


def _said(text: str) -> str:
    return shorten(text if text.isprintable() else ascii(text), MAX_SAID)


def _namespace_of(pod: Object) -> str:
    metadata = pod.get("metadata")
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    return namespace if isinstance(namespace, str) else ""


def unplanned(question: Question, settings: Settings) -> Object | None:
    """The AdmissionResponse for a Pod that is too large to be planned, or has no containers; None for all others.

    Only a Pod that asks for a sidecar is refused for its size.
    """
    pod = question.pod
    spec = pod.get("spec")
    fault = exceeded(pod, small=question.small)
    if not fault and (type(spec) is not dict or spec.get("containers")):
        return None
    try:
        decision = decide(Draft({"metadata": pod.get("metadata")} if fault else pod), settings)
    except Refusal as refused:
        return respond(question.uid, Plan(pod, Outcome.REFUSED, refused.reasons, status=refused.status))
    if decision.branch is None and decision.reason is not None:
        return respond(question.uid, Plan(pod, Outcome.SKIPPED, (decision.reason,)))
    if fault:
        why = f"the Pod is too large to be planned: {fault}; use several Pods"
        return refusal(question.uid, 413, "PodTooLarge", why)
    # The API server will say so, unless another webhook adds one: then this one is asked again.
    return left_alone(question.uid, "NoContainers")


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
    return shorten(reason.message, MAX_WARNING)


def shorten(text: str, most: int) -> str:
    """At most so many characters, with a sign that some are missing."""
    return text if len(text) <= most else text[: most - 1] + "…"


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
        "message": shorten(said, MAX_MESSAGE),
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

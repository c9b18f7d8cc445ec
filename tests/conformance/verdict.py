"""One reference case of Fluid's webhook against ours: equal, refused alike, or under a row of docs/divergences.md."""

from __future__ import annotations

import base64
import difflib
import json
import re
from dataclasses import dataclass
from typing import Any

import jsonpatch

from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.injection.settings import Profile, Settings, SidecarMode
from kubectl_fluid.webhook.review import answer
from tests.conformance import compare

Object = dict[str, Any]

EQUAL, REFUSED_ALIKE = "equal", "refused alike"
#: Rows of the table, by the code with which a Pod is refused that Fluid admits as it was, or half done.
FAILS_CLOSED = {
    "UnknownPlatform": "unknown-platform",
    "FuseNotFound": "no-fuse-client",
    "VolumeNotFound": "no-fuse-client",
    "BadPrefetcher": "bad-prefetcher",
}
NUMBERED, NO_HOOK, RENAMED = "numbered-names", "no-hook-on-init-containers", "renamed-volumes"

#: Objects that a message of Fluid speaks of: the claims that it misses, and each Dataset.
_MISSING = re.compile(r"failed to get the following PVCs \[(.*)\]")
_DATASET = re.compile(r'dataset "([^"]+)"')
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Ours:
    """Our answer: the Pod (None where it is refused), and the refusal."""

    pod: Object | None
    code: int
    reason: str
    message: str


def ask(case: Object) -> Ours:
    """Runs a case through the review under profile `fluid`."""
    store = ObjectStore()
    for item in case["cluster"]:
        store.add(item)
    native = case["env"].get("FUSE_SIDECAR_INJECTION_MODE") == "native-sidecar"
    settings = Settings(
        profile=Profile.FLUID,
        sidecar_mode=SidecarMode.NATIVE if native else SidecarMode.LEGACY,
        unique="1234567890123456-deadbeef",
    )
    review = {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {"uid": "1", **case["request"]},
    }
    response = answer(review, claims_from(store.get), settings)["response"]
    if not response["allowed"]:
        status = response["status"]
        return Ours(None, status["code"], response["auditAnnotations"]["reason"], status["message"])
    operations = json.loads(base64.b64decode(response["patch"])) if "patch" in response else []
    return Ours(jsonpatch.apply_patch(case["request"]["object"], operations), 200, "", "")


def judge(case: Object) -> str:
    """`equal`, `refused alike`, or the row of the table that the case falls under. Raises AssertionError otherwise."""
    ours, theirs = ask(case), case["fluid"]
    if not theirs["allowed"]:
        return _judge_refusal(case, ours)
    pod = theirs.get("pod") or case["request"]["object"]
    if ours.pod is None:
        assert not compare.injected(case["request"], pod), f"refused, but Fluid injects it: {ours.message}"
        assert ours.reason in FAILS_CLOSED, f"refused for a reason that no row of the table has: {ours.message}"
        return FAILS_CLOSED[ours.reason]
    if compare.normalise(ours.pod) == compare.normalise(pod):
        return EQUAL
    if compare.hooked_init_container(pod):
        expected = compare.without_init_hooks(pod)
        if compare.normalise(ours.pod) == compare.normalise(expected):
            return NO_HOOK
    if compare.duplicate_container(pod):
        assert not compare.duplicate_container(ours.pod)
        assert _outline(ours.pod) == _outline(pod)
        return NUMBERED
    if not all(_LABEL.fullmatch(volume["name"]) for volume in pod["spec"].get("volumes", [])):
        assert _outline(ours.pod) == _outline(pod)
        return RENAMED
    raise AssertionError(f"{case['name']} comes out differently:\n{_difference(pod, ours.pod)}")


def _judge_refusal(case: Object, ours: Ours) -> str:
    theirs = case["fluid"]
    if "panic" in theirs["message"]:
        assert ours.pod is not None, ours.message
        return RENAMED
    assert ours.pod is None, f"Fluid refuses it: {theirs['message']}"
    assert theirs["code"] >= 500 or ours.code == theirs["code"]
    missing = _MISSING.search(theirs["message"])
    named = missing[1].split() if missing else _DATASET.findall(theirs["message"])
    assert [name for name in named if name not in ours.message] == [], ours.message
    return REFUSED_ALIKE


def _outline(pod: Object) -> list[Any]:
    """Image and mount paths of each container, in order: what names leave untouched."""
    spec = pod["spec"]
    return [
        (field, container.get("image"), [mount["mountPath"] for mount in container.get("volumeMounts") or []])
        for field in ("initContainers", "containers")
        for container in spec.get(field) or []
    ]


def _difference(theirs: Object, ours: Object) -> str:
    old, new = (json.dumps(compare.normalise(pod), indent=1, sort_keys=True).splitlines() for pod in (theirs, ours))
    return "\n".join(difflib.unified_diff(old, new, "Fluid", "ours", lineterm="", n=3))

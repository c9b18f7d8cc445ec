"""The annotations of the file prefetcher (Fluid a826600a, pkg/webhook/plugins/fileprefetcher)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_fluid import keys
from kubectl_fluid.render.fields import go_bool
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules import podview
from kubectl_fluid.validation.rules.podview import ANNOTATIONS
from kubectl_fluid.validation.rules.rule import WORKLOAD, Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject
from kubectl_fluid.workloads import Slot

_SCHEME = "pvc://"
_SECONDS = re.compile(r"[+-]?[0-9]{1,10}", re.ASCII)


def _prefetcher(subject: Subject) -> Iterator[Hit]:
    for slot in subject.slots:
        given = podview.pod_annotations(slot.pod)
        if given.get(keys.PREFETCH) == "true":
            for key, message in (*_values(given), *_files(slot, given)):
                code = "FL0541" if key == keys.PREFETCH_FILES else "FL0540"
                yield Hit(code, slot.locate((*ANNOTATIONS, key)), message)


def _values(given: dict[str, str]) -> Iterator[tuple[str, str]]:
    asynchronous, timeout = given.get(keys.PREFETCH_ASYNC), given.get(keys.PREFETCH_TIMEOUT)
    if asynchronous is not None and go_bool(asynchronous) is None:
        yield keys.PREFETCH_ASYNC, f"{keys.PREFETCH_ASYNC} is {asynchronous!r}, not a boolean"
    if timeout is not None and not _SECONDS.fullmatch(timeout):
        yield keys.PREFETCH_TIMEOUT, f"{keys.PREFETCH_TIMEOUT} is {timeout!r}, not a number of seconds"
    for pair in (given.get(keys.PREFETCH_ENVS) or "a=b").split(" "):
        if pair.count("=") != 1:
            yield keys.PREFETCH_ENVS, f"{keys.PREFETCH_ENVS} holds {pair!r}, which is not name=value"


def _files(slot: Slot, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    claims = {name for name, _ in podview.claims(slot.pod)}
    for item in filter(None, (given.get(keys.PREFETCH_FILES) or "").split(";")):
        claim = item.removeprefix(_SCHEME).partition("/")[0]
        if not item.startswith(_SCHEME):
            yield keys.PREFETCH_FILES, f"{item!r} does not begin with {_SCHEME}"
        elif claim not in claims:
            yield keys.PREFETCH_FILES, f"{item!r} names claim {claim}, which is none of the Pod's volumes"


RULES = (
    Rule(
        "FL0540",
        Severity.ERROR,
        "An annotation of the file prefetcher cannot be read",
        "Fluid logs it and admits the Pod without any sidecar; this program refuses it.",
        "a boolean for async-prefetch, whole seconds for the timeout, name=value joined by one blank for extra-envs",
        (WORKLOAD,),
        _prefetcher,
        cel=f"!has(object.metadata.annotations) || !('{keys.PREFETCH_TIMEOUT}' in object.metadata.annotations) || "
        f"object.metadata.annotations['{keys.PREFETCH_TIMEOUT}'].matches('^[+-]?[0-9]+$')",
    ),
    Rule(
        "FL0541",
        Severity.WARNING,
        "The file prefetcher's list names what it cannot read",
        "Such entries are passed over.",
        "write pvc://<claim>/<glob>, joined by ;, with claims of the Pod's volumes",
        (WORKLOAD,),
        _prefetcher,
    ),
)

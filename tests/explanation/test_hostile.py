"""Whatever an object or a configuration holds: it is explained, and fits the schema."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.explain_text import render
from kubectl_fluid.explanation.document import document
from kubectl_fluid.workloads import WorkloadError
from tests.cluster.explained import SIDECAR, running, waiting
from tests.explanation.build import ASKS, RULE, cluster, explainer, fluids, objects, other, ours, pod
from tests.explanation.schema import check
from tests.explanation.test_podstate import NATIVE, with_status

Object = dict[str, Any]

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, True, "", "\x1b[31m", "\ud800", [], {}, [None], [[]], {"name": None}, {"a": {}}, 1.5]
)
PODS = [pod(**ASKS), with_status(NATIVE, "Running", running(SIDECAR), waiting("app", "CrashLoopBackOff"))]
CONFIGURATIONS = [ours(), fluids(), other("z", rules=[RULE], matchConditions=[{"name": "x", "expression": "true"}])]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of every map and list, as its holder and its key."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in list(members):
        yield value, key
        yield from places(member)


def broken(data: st.DataObject, value: Any) -> Any:
    """A copy with one to three odd members."""
    made = copy.deepcopy(value)
    for _ in range(data.draw(st.integers(1, 3))):
        found = list(places(made))
        if found:
            holder, key = found[data.draw(st.integers(0, len(found) - 1))]
            holder[key] = copy.deepcopy(data.draw(ODD))
    return made


@given(st.data())
def test_any_pod_is_explained(data: st.DataObject) -> None:
    value = broken(data, data.draw(st.sampled_from(PODS)))
    it = explainer(objects(), cluster(ours(), csi=True))._existing(value, "ml", ())
    shown(it)


@given(st.data())
def test_any_manifest_is_explained_or_has_a_place_where_it_is_wrong(data: st.DataObject) -> None:
    value = broken(data, data.draw(st.sampled_from(PODS)))
    try:
        found = list(explainer(objects(), cluster(ours())).manifest(value, lambda _: "x:1"))
    except WorkloadError:
        return
    for it in found:
        shown(it)


@given(st.data())
def test_any_configuration_is_judged(data: st.DataObject) -> None:
    configurations = [broken(data, it) for it in CONFIGURATIONS]
    (it,) = explainer(objects(), cluster(*configurations)).manifest(pod(**ASKS), lambda _: "x:1")
    shown(it)


def shown(it: Any) -> None:
    check(json.loads(json.dumps(document([it]))))
    text = render([it], Environment())
    assert text.replace("\n", "").isprintable()

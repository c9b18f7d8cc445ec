"""The annotation that names the datasets in use, and what a plan reports."""

from __future__ import annotations

import pytest

from kubectl_fluid import keys
from kubectl_fluid.claims import Name
from tests.injection.build import (
    NAMESPACE,
    claim,
    fluid,
    injected,
    planned,
    pod,
    refused,
    serverful,
    settings,
    template,
    volume,
)

ANT, ZOO = claim("ant", dataset="animals"), claim("zoo")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(None, "animals,zoo", id="none"),
        pytest.param("", "animals,zoo", id="empty"),
        pytest.param("zoo", "animals,zoo", id="one of them"),
        pytest.param("older-set", "animals,older-set,zoo", id="another"),
        pytest.param(" b , a,,b ", "a,animals,b,zoo", id="blanks and repetitions"),
    ],
)
def test_dataset_names_are_merged_and_sorted(before: str | None, after: str) -> None:
    annotations = {} if before is None else {keys.DATASETS_IN_USE: before}
    made = injected(pod(volume("zoo", "z"), volume("ant", "a"), annotations=annotations), ANT, ZOO)
    assert made["metadata"]["annotations"][keys.DATASETS_IN_USE] == after


def test_a_steered_pod_names_its_datasets_too() -> None:
    assert injected(serverful())["metadata"]["annotations"][keys.DATASETS_IN_USE] == "demo"


def test_there_is_one_reason_for_each_claim_and_one_about_the_end_of_the_sidecar() -> None:
    result = planned(pod(volume("zoo", "z"), volume("ant", "a")), ANT, ZOO)
    assert [(it.code, it.claim) for it in result.reasons] == [
        ("Injected", "ant"),
        ("Injected", "zoo"),
        ("SidecarEnds", ""),
    ]
    assert "ml/animals (juicefs)" in result.reasons[0].message


def test_a_secret_that_the_daemon_set_pulls_with_is_missed() -> None:
    served = claim(fuse=template(Name(NAMESPACE, "demo"), secrets=("registry-key", "other")))
    (note,) = planned(pod(imagePullSecrets=[{"name": "other"}]), served).warnings
    assert note.code == "ImagePullSecret"
    assert "secret registry-key," in note.message


def test_a_secret_that_the_pod_names_is_not() -> None:
    served = claim(fuse=template(Name(NAMESPACE, "demo"), secrets=("registry-key",)))
    assert planned(pod(imagePullSecrets=[{"name": "registry-key"}]), served).warnings == ()


def test_a_pod_of_another_namespace_than_the_requests_is_refused() -> None:
    stray = pod()
    stray["metadata"]["namespace"] = "elsewhere"
    result = planned(stray)
    assert (result.status, result.reasons[0].code) == (403, "NamespaceMismatch")
    assert result.reasons[0].pointer == ("metadata", "namespace")


def test_a_pod_of_the_requests_namespace_is_taken() -> None:
    named = pod()
    named["metadata"]["namespace"] = NAMESPACE
    assert injected(named)["metadata"]["namespace"] == NAMESPACE


def test_at_admission_profile_fluid_looks_claims_up_even_for_a_pod_that_asks_nothing() -> None:
    idle = pod(volume("gone"))
    del idle["metadata"]["labels"][keys.INJECT]
    assert refused(idle, using=fluid(admission=True)).code == "ClaimNotFound"
    assert planned(idle, using=fluid()).reasons[0].code == "NotRequested"
    assert planned(idle, using=settings(admission=True)).reasons[0].code == "NotRequested"

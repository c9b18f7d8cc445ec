"""What a person may call an object, and where it is found."""

from __future__ import annotations

import pytest

from kubectl_fluid.explanation.kinds import resources, words
from kubectl_fluid.explanation.owned import selector_of
from kubectl_fluid.workloads.table import KINDS


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("pod", "/api/v1/namespaces/ml/pods/x"),
        ("po", "/api/v1/namespaces/ml/pods/x"),
        ("Deploy", "/apis/apps/v1/namespaces/ml/deployments/x"),
        ("job", "/apis/batch/v1/namespaces/ml/jobs/x"),
        ("jobs.batch.volcano.sh", "/apis/batch.volcano.sh/v1alpha1/namespaces/ml/jobs/x"),
        ("cj", "/apis/batch/v1/namespaces/ml/cronjobs/x"),
        ("PyTorchJob", "/apis/kubeflow.org/v1/namespaces/ml/pytorchjobs/x"),
        ("rayclusters", "/apis/ray.io/v1/namespaces/ml/rayclusters/x"),
        ("clusterworkflowtemplate", "/apis/argoproj.io/v1alpha1/clusterworkflowtemplates/x"),
        ("services", "/apis/serving.knative.dev/v1/namespaces/ml/services/x"),
    ],
)
def test_a_word_leads_to_a_path(word: str, path: str) -> None:
    assert resources(word)[0].path("ml", "x") == path


def test_a_name_that_several_groups_have_means_the_core_kind_first() -> None:
    assert [it.group for it in resources("job")] == ["batch", "batch.volcano.sh"]


def test_every_kind_of_the_table_can_be_named() -> None:
    assert {row.kind.lower() for row in KINDS} <= set(words())
    for row in KINDS:
        assert {it.group for it in resources(row.kind)} >= set(row.groups) - {"extensions"}


@pytest.mark.parametrize("word", ["secret", "configmap", "", "pod.apps"])
def test_other_kinds_are_none(word: str) -> None:
    assert resources(word) == []


def test_an_owners_selector_limits_the_list_of_its_pods() -> None:
    head = {"apiVersion": "apps/v1", "kind": "Deployment"}
    assert selector_of({**head, "spec": {"selector": {"matchLabels": {"b": "2", "a": "1"}}}}) == "a=1,b=2"
    assert selector_of({**head, "spec": {"selector": ["no"]}}) == ""
    controller = {"apiVersion": "v1", "kind": "ReplicationController", "spec": {"selector": {"a": "1"}}}
    assert selector_of(controller) == "a=1"

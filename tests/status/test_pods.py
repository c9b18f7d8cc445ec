from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.claims import Name
from kubectl_fluid.status import pods
from kubectl_fluid.status.model import How, PodUse
from tests.status.assembling import report
from tests.status.objects import NAMESPACE, injected, pod, worker
from tests.status.states import objects


def used(value: dict[str, Any]) -> PodUse:
    found = pods.use(value)
    assert found is not None
    return found


def test_a_mounted_claim_is_a_use() -> None:
    (use,) = used(pod("reader", "jfs")).uses
    assert (use.dataset, use.claim, use.how, use.sidecar) == (Name(NAMESPACE, "jfs"), "jfs", How.MOUNTED, None)


@pytest.mark.parametrize("native", [True, False])
def test_an_injected_pod_uses_the_dataset_of_its_sidecar(native: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    (use,) = used(injected("app", "jfs", native=native)).uses
    assert (use.dataset, use.how) == (Name(NAMESPACE, "jfs"), How.INJECTED)
    assert use.sidecar is not None
    assert (use.sidecar.native, use.sidecar.ready, use.sidecar.state) == (native, True, "running")
    assert use.sidecar.image == "juicedata/mount:ce-v1.3.0"


def test_a_sidecar_that_does_not_run_says_why() -> None:
    sidecar = used(injected("app", "jfs", ready=False)).uses[0].sidecar
    assert sidecar is not None
    assert (sidecar.ready, sidecar.restarts, sidecar.state) == (False, 4, "waiting")
    assert sidecar.reason == "CrashLoopBackOff"


def test_a_sidecar_of_which_the_kubelet_has_said_nothing_is_not_unready() -> None:
    value = injected("app", "jfs")
    del value["status"]
    sidecar = used(value).uses[0].sidecar
    assert sidecar is not None
    assert (sidecar.ready, sidecar.state) == (None, "")


def test_a_label_without_its_container_is_a_use_without_sidecar() -> None:
    value = injected("app", "jfs")
    del value["spec"]["initContainers"]
    assert used(value).uses[0].sidecar is None


def test_a_pod_without_claims_uses_nothing() -> None:
    value = pod("other", "jfs")
    value["spec"]["volumes"] = [{"name": "x", "emptyDir": {}}]
    assert pods.use(value) is None


def test_claims_of_other_storage_are_sifted_out() -> None:
    found = report([*objects("healthy"), pod("reader", "healthy"), pod("other", "postgres")])
    assert [it.name.name for it in found.datasets[0].pods or ()] == ["reader"]


def test_a_worker_is_known_by_the_labels_of_the_chart() -> None:
    found = report([*objects("partial"), worker("partial-worker-2", "partial", ready=False)]).datasets[0]
    assert found.runtime is not None
    assert found.runtime.pods is not None
    assert [(it.name, it.ready, it.reason) for it in found.runtime.pods] == [
        ("partial-worker-2", False, "Unschedulable")
    ]
    assert found.pods == ()


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["metadata", "labels", "spec", "volumes", "status", "name", "runtimes", "type", "phase"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(st.sampled_from(["Dataset", "JuiceFSRuntime", "CacheRuntime", "Pod", "DataLoad", "PersistentVolumeClaim"]), JUNK)
def test_objects_of_any_shape_give_a_report(kind: str, junk: object) -> None:
    value = junk if isinstance(junk, dict) else {"spec": junk, "status": junk}
    found = report([*objects("healthy"), {**value, "kind": kind}])
    assert "healthy" in {it.name.name for it in found.datasets}

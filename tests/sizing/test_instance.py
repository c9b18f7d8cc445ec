from __future__ import annotations

import pytest

from kubectl_fluid import keys
from kubectl_fluid.sizing.instance import Sizing, Variant, sizing
from kubectl_fluid.sizing.size import SizingError
from kubectl_fluid.sizing.usespecs import parse_specs
from tests.sizing.pods import Object, amounts, container, pod, size

APP = container("app", amounts(7, "13Gi"))


def sized(value: Object, region: str | None = None, specs: str = "") -> Sizing:
    return sizing(Variant.BEFORE, value, region, use_specs=parse_specs(specs) if specs else ())


def test_a_pod_gets_the_specification_of_its_region() -> None:
    assert sized(pod(APP)).instance == size(8, 16)
    assert sized(pod(APP), "cn-hangzhou").instance == size(8, 14)


def test_the_annotation_wins_over_resources_and_is_rounded_as_well() -> None:
    found = sized(pod(APP, annotations={keys.ECI_USE_SPECS: "3-4Gi, ecs.c6.xlarge,2-4Gi"}))
    assert (found.requested, found.instance) == (size(7, 13), size(4, 4))
    assert [note.code for note in found.notes] == ["UseSpecs"]
    assert found.alternatives == ("ecs.c6.xlarge", size(2, 4))


def test_the_callers_specifications_win_over_the_annotation() -> None:
    assert sized(pod(APP, annotations={keys.ECI_USE_SPECS: "3-4Gi"}), specs="2-4Gi").instance == size(2, 4)


def test_an_ecs_type_is_billed_by_its_name() -> None:
    found = sized(pod(APP, annotations={keys.ECI_USE_SPECS: "ecs.g6e.4xlarge"}))
    assert (found.requested, found.instance) == (size(7, 13), "ecs.g6e.4xlarge")
    assert sized(pod(APP), specs="ecs.g6e.4xlarge").requested is None


def test_a_preemptible_instance_has_only_the_specifications_of_all_regions() -> None:
    found = sized(pod(APP, annotations={keys.ECI_SPOT_STRATEGY: "SpotAsPriceGo"}), "cn-hangzhou")
    assert (found.instance, [note.code for note in found.notes]) == (size(8, 16), ["Preemptible"])
    assert sized(pod(APP, annotations={keys.ECI_SPOT_STRATEGY: "NoSpot"}), "cn-hangzhou").instance == size(8, 14)


def test_what_is_larger_than_the_table_gets_no_instance() -> None:
    found = sized(pod(container("a", amounts(65, "8Gi"))))
    assert found.instance is None
    assert found.notes[-1].message.endswith("holds 65 vCPU 8 GiB; the largest one is 64 vCPU 512 GiB")


@pytest.mark.parametrize(
    "text", ["", "2-4", "2-4Gi,", "-4Gi", "ecs.", "2-4Gi;ls", "2-4Gi\n2", "99999-4Gi", "1-1Gi," * 5 + "1-1Gi"]
)
def test_what_is_no_specification_is_refused(text: str) -> None:
    with pytest.raises(SizingError):
        parse_specs(text)


def test_an_annotation_that_cannot_be_read_is_named_with_its_place() -> None:
    with pytest.raises(SizingError, match=r"annotation k8s\.aliyun\.com/eci-use-specs: 'huge'") as raised:
        sized(pod(APP, annotations={keys.ECI_USE_SPECS: "huge"}))
    assert raised.value.pointer == ("metadata", "annotations", keys.ECI_USE_SPECS)

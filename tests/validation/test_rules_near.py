"""Names that were probably meant, and fields that count for some runtimes only."""

from __future__ import annotations

import pytest

from tests.cli.running import run
from tests.validation.examples import DATALOAD, DATASET, JFS_KEYS, RUNTIME, documents

ALLUXIO = RUNTIME.partition("kind:")[0] + "kind: AlluxioRuntime\nmetadata: {name: demo}\nspec: {replicas: 1}\n"
HBASE = DATASET.partition("spec:")[0] + "spec: {mounts: [{mountPoint: 'https://example.com/hbase/', name: hbase}]}\n"
LOADS_METADATA = DATALOAD.replace("  target:", "  loadMetadata: true\n  target:")


def said(code: str, *texts: str) -> list[str]:
    """What is said with this code, behind the object's name."""
    ran = run("validate", "-f", "-", "-v", stdin=documents(*texts))
    lines = [line.split(" ", 1)[1] for line in ran.out.splitlines() if f" {code} " in line]
    return [f"{line.split()[0]}: {line.split(': ', 1)[1]}" for line in lines]


def test_a_secret_of_a_similar_name_is_proposed() -> None:
    message = "Secret default/jfs is not among the documents"
    secret, dataset = JFS_KEYS.replace("jfs", "juicefs-keys"), DATASET.replace("name: jfs", "name: juicefs-key")
    near = f"warning: {message.replace('/jfs', '/juicefs-key')} (did you mean juicefs-keys?)"
    assert said("FL0252", secret, dataset, RUNTIME) == [near]
    assert said("FL0252", DATASET, RUNTIME) == [f"info: {message} (create it: kubectl create secret generic)"]


@pytest.mark.parametrize(
    ("there", "wanted"), [("keys-1", "keys-2"), ("team-a-keys", "team-b-keys"), ("keys", "keys-backup")]
)
def test_a_secret_that_is_another_ones_is_not(there: str, wanted: str) -> None:
    found = said("FL0252", JFS_KEYS.replace("jfs", there), DATASET.replace("name: jfs", f"name: {wanted}"), RUNTIME)
    assert [it.split(":")[0] for it in found] == ["info"]


def test_a_dataset_of_a_similar_name_is_proposed_to_a_data_operation() -> None:
    load = DATALOAD.replace("dataset: {name: demo", "dataset: {name: demoo")
    message = "TargetDatasetNotFound: there is no Dataset default/demoo (did you mean demo?)"
    assert said("FL0404", DATASET, RUNTIME, load) == [f"warning: {message}"]


QUOTA = "quota: 40Gi"


@pytest.mark.parametrize(
    ("quota", "cure"),
    [
        ("", "set tieredstore.levels[].quota, e.g. 40Gi"),
        ("quota: 40GB", "write 40Gi"),
        ("quota: 1.5 tib", "write 1.5Ti"),
        ("quota: 500mb", "write 500Mi"),
        ("quota: lots", "write a quantity, e.g. 40Gi"),
        ("quota: -1Gi", "write a positive quantity, e.g. 40Gi"),
        ("quota: 10E", "write a smaller quantity, e.g. 40Gi"),
        ("quotaList: '1Gi,1Gi'", "give quotaList a quota for each path, or set quota instead"),
    ],
)
def test_what_is_wrong_with_a_quota_has_its_own_cure(quota: str, cure: str) -> None:
    (finding,) = said("FL0301", RUNTIME.replace(QUOTA, quota))
    assert finding.endswith(f" ({cure})")


def test_a_list_of_quotas_is_not_called_without_effect_where_the_controller_panics_of_it() -> None:
    alone = RUNTIME.replace("/cache", "'/a,/b'").replace(QUOTA, "quotaList: '1Gi,1Gi'")
    both = alone.replace("quotaList", f"{QUOTA}\n        quotaList")
    assert (len(said("FL0302", alone)), said("FL0601", alone)) == (1, [])
    (finding,) = said("FL0601", both)
    assert "spec.tieredstore.levels[].quotaList has no effect (set quota: " in finding
    assert said("FL0302", both) == []


def test_what_a_dataload_of_alluxio_says_has_an_effect() -> None:
    assert said("FL0601", HBASE, ALLUXIO, LOADS_METADATA) == []


def test_what_a_dataload_of_an_unknown_runtime_says_may_have_an_effect() -> None:
    assert said("FL0601", LOADS_METADATA) == said("FL0601", HBASE, LOADS_METADATA) == []


@pytest.mark.parametrize("others", [(DATASET, RUNTIME), (DATASET,)])
def test_what_a_dataload_of_juicefs_says_of_metadata_has_none(others: tuple[str, ...]) -> None:
    assert len(said("FL0601", *others, LOADS_METADATA)) == 1

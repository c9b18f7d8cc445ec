"""`kubectl fluid inject` with nothing but manifests."""

from __future__ import annotations

import pytest

from tests.cli.running import run
from tests.cli.test_render import dataset, runtime
from tests.cli.world import JOB

GIVEN = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: %s}\ndata: {k: c2VjcmV0}\n"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (dataset("jfs"), "CannotRender: dataset default/jfs has no runtime among these files"),
        (runtime("jfs"), "CannotRender: JuiceFSRuntime default/jfs has no Dataset among these files"),
        (
            dataset("jfs") + runtime("jfs", kind="AlluxioRuntime"),
            "CannotRender: AlluxioRuntime default/jfs cannot be rendered",
        ),
        ("", "ClaimNotFound: PersistentVolumeClaim default/jfs does not exist"),
    ],
    ids=["no runtime", "no dataset", "another kind", "nothing"],
)
def test_what_is_lacking_is_said(files: str, sentence: str) -> None:
    ran = run("inject", "--local", "-", stdin=files + JOB)
    assert (ran.status, ran.out) == (1, "")
    assert f": {sentence}\n" in ran.err


def test_a_secret_that_is_given_for_another_namespace_only_is_a_warning() -> None:
    files = dataset("jfs") + runtime("jfs") + JOB
    there = run("inject", "--local", "-", stdin=files + GIVEN % "default")
    assert (there.status, "SecretElsewhere" in there.err) == (0, False)
    elsewhere = run("inject", "--local", "-", stdin=files + GIVEN % "data")
    assert elsewhere.status == 0
    assert "SecretElsewhere: Secret s is given for namespace data, but the sidecar of dataset default/jfs" in (
        elsewhere.err
    )


def test_a_reference_across_namespaces_names_the_secrets_that_are_not_copied() -> None:
    files = dataset("jfs", "dataset://data/real") + (dataset("real") + runtime("real")).replace(
        "{name: real}", "{name: real, namespace: data}"
    )
    ran = run("inject", "--local", "-", stdin=files + JOB)
    assert ran.status == 0
    assert "SecretsNotCopied: dataset default/jfs refers to data/real, and its sidecar reads Secret s in" in ran.err

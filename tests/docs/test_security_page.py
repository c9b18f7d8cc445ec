"""`docs/security.md`: the tests that it leans on are there, its numbers are those of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
import yaml

from kubectl_fluid.cluster import request
from kubectl_fluid.injection.rounds import MAX_ROUNDS
from kubectl_fluid.manifests import limits
from kubectl_fluid.manifests.stream import MAX_DOCUMENT_BYTES
from kubectl_fluid.validation.schema.reading import MAX_BYTES
from kubectl_fluid.webhook import api, bounds, review
from kubectl_fluid.webhook.connections import Limits
from kubectl_fluid.workloads.find import MAX_LIST_DEPTH
from tests.docs.tables import filled, marked, table
from tests.support import ROOT, Golden

PAGE = ROOT / "docs" / "security.md"
POLICIES = ROOT / "policies"


def size(number: int) -> str:
    return f"{number / 1024**2:g} MiB"


def bounded() -> Iterator[Sequence[str]]:
    connections = Limits()
    yield ["a document of a stream", size(MAX_DOCUMENT_BYTES)]
    yield ["its nesting; its values", f"{limits.MAX_DEPTH}; {limits.MAX_NODES:,}"]
    yield [
        "what aliases may add to it; digits of a number",
        f"{size(limits.MAX_ALIAS_WEIGHT)}; {limits.LONGEST_NUMBER}",
    ]
    yield ["Lists in Lists; datasets that mount datasets", f"{MAX_LIST_DEPTH}; {MAX_ROUNDS}"]
    yield ["a file of `--schema-location`", size(MAX_BYTES)]
    yield [
        "an answer of an API server, to a verb; to the webhook's caches",
        f"{size(request.MAX_ANSWER)}; {size(api.MAX_ANSWER)}",
    ]
    yield [
        "body of a review; patch; message",
        f"{size(bounds.BODY)}; {size(review.MAX_PATCH)}; {review.MAX_MESSAGE} characters",
    ]
    yield [
        "containers, volumes, claims, mounts of a Pod that the webhook plans",
        f"{bounds.CONTAINERS}, {bounds.VOLUMES}, {bounds.CLAIMS}, {bounds.MOUNTS:,}",
    ]
    yield [
        "connections of the webhook; time for a handshake, a first request, a body",
        f"{connections.max_connections}; {connections.read_timeout:g} s",
    ]


def test_the_bounds_are_those_of_the_code(golden: Golden) -> None:
    page = PAGE.read_text()
    assert marked(page) == ["bounds"]
    golden(PAGE, filled(page, {"bounds": table(["what", "most"], bounded())}))


@cache
def names_of_tests(path: Path) -> frozenset[str]:
    return frozenset(it.name for it in ast.parse(path.read_text()).body if isinstance(it, ast.FunctionDef))


def named() -> list[tuple[str, str]]:
    """Files that the page names, each with the test in it, "" for none."""
    return re.findall(r"`((?:tests|kubectl_fluid|requirements)/[\w./]+\.\w+)(?:::(\w+))?`", PAGE.read_text())


@pytest.mark.parametrize(("file", "test"), named(), ids="::".join)
def test_what_holds_a_claim_is_there(file: str, test: str) -> None:
    assert (ROOT / file).is_file()
    assert not test or test in names_of_tests(ROOT / file)


def test_every_row_of_claims_names_what_holds_it() -> None:
    claims = re.findall(r"^\| claim \| held by \|\n\|[^\n]+\n((?:\|[^\n]+\n)+)", PAGE.read_text(), re.MULTILINE)
    rows = [row for part in claims for row in part.splitlines()]
    assert len(rows) > 20
    assert [
        row for row in rows if "`tests/" not in row and "`kubectl_fluid/" not in row and "`requirements/" not in row
    ] == []


def test_every_policy_fails_closed() -> None:
    documents = [it for path in sorted(POLICIES.rglob("*.yaml")) for it in yaml.safe_load_all(path.read_text())]
    policies = [it for it in documents if isinstance(it, dict) and str(it.get("kind")).endswith("AdmissionPolicy")]
    assert {it["kind"] for it in policies} == {"MutatingAdmissionPolicy", "ValidatingAdmissionPolicy"}
    assert {it["spec"]["failurePolicy"] for it in policies} == {"Fail"}


def test_what_the_page_says_of_the_network_is_in_the_bundle() -> None:
    (policy,) = yaml.safe_load_all((POLICIES / "webhook/base/network-policy.yaml").read_text())
    assert [it.keys() for it in policy["spec"]["ingress"]] == [{"ports"}]
    out = {port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]}
    assert out == {443, 6443, 53}
    assert "Out it lets 443, 6443 and DNS." in PAGE.read_text()

"""The MutatingWebhookConfiguration: which Pods come, and how the webhook is called."""

from __future__ import annotations

import base64
from typing import Any

import jsonpatch
import pytest

from kubectl_fluid.webhook import server
from kubectl_fluid.webhook.bundle import configuration
from kubectl_fluid.webhook.bundle.choices import NAME, Choices
from kubectl_fluid.webhook.bundle.objects import bundle
from kubectl_fluid.webhook.certs import service_names

Object = dict[str, Any]

ELSEWHERE = Choices(namespace="elsewhere", failure_policy="Ignore", ca=b"ca", eci_namespaces=True, cert_manager=True)


def of_kind(kind: str, choices: Choices | None = None) -> Object:
    (value,) = [it for it in bundle(choices or Choices()) if it["kind"] == kind]
    return value


def webhooks(choices: Choices | None = None) -> list[Object]:
    return list(of_kind("MutatingWebhookConfiguration", choices)["webhooks"])


def test_there_is_one_entry_for_each_label() -> None:
    selected = {
        (it["key"], tuple(it["values"])) for entry in webhooks() for it in entry["objectSelector"]["matchExpressions"]
    }
    assert selected == {
        ("serverless.fluid.io/inject", ("true",)),
        ("fuse.serverful.fluid.io/inject", ("true",)),
        ("alibabacloud.com/fluid-sidecar-target", ("eci", "acs")),
    }
    assert all(len(entry["objectSelector"]["matchExpressions"]) == 1 for entry in webhooks())


@pytest.mark.parametrize("choices", [Choices(), ELSEWHERE], ids=["defaults", "elsewhere"])
def test_every_entry_says_the_same_of_how_it_is_called(choices: Choices) -> None:
    for entry in webhooks(choices):
        assert entry["timeoutSeconds"] <= 5
        assert (entry["sideEffects"], entry["reinvocationPolicy"], entry["matchPolicy"]) == (
            "None",
            "IfNeeded",
            "Equivalent",
        )
        assert entry["failurePolicy"] == choices.failure_policy
        (rule,) = entry["rules"]
        assert (rule["operations"], rule["resources"]) == (["CREATE"], ["pods"])
        assert entry["name"].count(".") >= 2
        first = entry["namespaceSelector"]["matchExpressions"][0]
        assert first["operator"] == "NotIn"
        assert set(first["values"]) == {"kube-system", "kube-node-lease", choices.place}


def test_pods_of_eci_namespaces_come_when_they_say_nothing_themselves() -> None:
    *others, entry = webhooks(Choices(eci_namespaces=True))
    assert others == webhooks()
    assert {"key": "alibabacloud.com/eci", "operator": "In", "values": ["true"]} in entry["namespaceSelector"][
        "matchExpressions"
    ]
    silent = {it["key"] for it in entry["objectSelector"]["matchExpressions"] if it["operator"] == "DoesNotExist"}
    assert silent == {it["objectSelector"]["matchExpressions"][0]["key"] for it in others}


def test_only_what_is_steered_comes_without_a_claim() -> None:
    without = [
        entry["name"].partition(".")[0]
        for entry in webhooks(ELSEWHERE)
        if "has-a-claim" not in {it["name"] for it in entry["matchConditions"]}
    ]
    assert without == ["serverful"]


def test_the_bundle_stands_in_every_entry() -> None:
    assert {it["clientConfig"]["caBundle"] for it in webhooks(ELSEWHERE)} == {base64.b64encode(b"ca").decode()}
    assert all("caBundle" not in it["clientConfig"] for it in webhooks())


def test_the_api_server_calls_a_name_that_the_certificate_has() -> None:
    for choices in (Choices(), ELSEWHERE):
        names = service_names(NAME, choices.place)
        called = {"{name}.{namespace}.svc".format(**it["clientConfig"]["service"]) for it in webhooks(choices)}
        assert called <= set(names)
    leaf = next(it for it in bundle(ELSEWHERE) if it["kind"] == "Certificate" and it["metadata"]["name"] == NAME)
    assert leaf["spec"]["dnsNames"] == list(service_names(NAME, "elsewhere"))


def test_the_patch_of_the_bundle_hits_every_entry_and_only_these() -> None:
    for choices in (Choices(), Choices(eci_namespaces=True)):
        patch = configuration.bundle_patch(b"new", choices)
        patched = jsonpatch.apply_patch(of_kind("MutatingWebhookConfiguration", choices), patch)
        assert {it["clientConfig"]["caBundle"] for it in patched["webhooks"]} == {base64.b64encode(b"new").decode()}
    strange = of_kind("MutatingWebhookConfiguration")
    strange["webhooks"].reverse()
    with pytest.raises(jsonpatch.JsonPatchTestFailed):
        jsonpatch.apply_patch(strange, configuration.bundle_patch(b"new", Choices()))


def test_every_path_that_is_called_is_served() -> None:
    assert {it["clientConfig"]["service"]["path"] for it in webhooks(ELSEWHERE)} <= set(server.PATHS)

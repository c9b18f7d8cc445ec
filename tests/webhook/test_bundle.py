"""What runs the webhook in a cluster: the files are current, and the objects say what they should."""

from __future__ import annotations

import configparser
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonpatch
import pytest
import yaml

from kubectl_fluid import __version__
from kubectl_fluid.catalog.objects import WANTED
from kubectl_fluid.catalog.resources import PLURALS
from kubectl_fluid.cli.settings import unique
from kubectl_fluid.cli.webhook_serve import serve
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.manifests.parse import parse
from kubectl_fluid.manifests.stream import split
from kubectl_fluid.webhook import caches, run
from kubectl_fluid.webhook.bundle import configuration, deployment
from kubectl_fluid.webhook.bundle.choices import IMAGE, NAME, SECRET, SELECTOR, Choices
from kubectl_fluid.webhook.bundle.files import COMPONENTS, files, monitoring_files
from kubectl_fluid.webhook.bundle.objects import bundle
from tests.support import ROOT, Golden

Object = dict[str, Any]

WEBHOOK, MONITORING = ROOT / "policies" / "webhook", ROOT / "policies" / "monitoring"
#: Every choice away from its default.
EVERYTHING = Choices(
    namespace="elsewhere",
    image="registry.example/x:1",
    replicas=3,
    failure_policy="Ignore",
    profile="fluid",
    ca=b"ca",
    eci_namespaces=True,
    cert_manager=True,
    monitoring=True,
)
ALL_CHOICES = [pytest.param(Choices(), id="defaults"), pytest.param(EVERYTHING, id="everything")]


def of_kind(kind: str, choices: Choices | None = None) -> Object:
    (value,) = [it for it in bundle(choices or Choices()) if it["kind"] == kind]
    return value


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, inner in value.items():
                yield name
                yield from strings(inner)
        case list():
            for inner in value:
                yield from strings(inner)


@pytest.mark.parametrize("path", sorted(files(Choices())))
def test_the_files_of_the_webhook_are_current(golden: Golden, path: str) -> None:
    golden(WEBHOOK / path, files(Choices())[path])


@pytest.mark.parametrize("path", sorted(monitoring_files(Choices())))
def test_the_files_of_the_monitoring_are_current(golden: Golden, path: str) -> None:
    golden(MONITORING / path, monitoring_files(Choices())[path])


def test_there_is_no_file_that_nothing_writes() -> None:
    assert {it.relative_to(WEBHOOK).as_posix() for it in WEBHOOK.rglob("*") if it.is_file()} == set(files(Choices()))
    assert {it.name for it in MONITORING.iterdir()} == set(monitoring_files(Choices()))


def test_every_file_is_in_the_wheel() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    shipped = {
        path
        for target, patterns in setup["options.data_files"].items()
        for pattern in re.split(r"[,\s]+", patterns.strip())
        for path in ROOT.glob(pattern)
        if target == f"share/kubectl-fluid/{path.parent.relative_to(ROOT).as_posix()}"
    }
    ours = {it for folder in (WEBHOOK, MONITORING) for it in folder.rglob("*") if it.is_file()}
    assert ours - shipped == set()


def resources_of(folder: str) -> list[str]:
    text = files(Choices())[f"{folder}/kustomization.yaml"]
    return list(yaml.safe_load(text)["resources"])


def test_the_base_holds_what_the_command_prints() -> None:
    made = files(Choices())
    assert [yaml.safe_load(made[f"base/{name}"]) for name in resources_of("base")] == bundle(Choices())


@pytest.mark.parametrize(
    ("component", "choices"),
    [("eci-namespaces", Choices(eci_namespaces=True)), ("cert-manager", Choices(cert_manager=True))],
)
def test_a_component_makes_of_the_configuration_what_the_command_prints(component: str, choices: Choices) -> None:
    made = files(Choices())
    base = yaml.safe_load(made["base/mutating-webhook-configuration.yaml"])
    patch = yaml.safe_load(made[f"components/{component}/configuration-patch.yaml"])
    assert jsonpatch.apply_patch(base, patch) == of_kind("MutatingWebhookConfiguration", choices)


def test_the_component_of_cert_manager_adds_what_the_command_prints() -> None:
    text = files(Choices())["components/cert-manager/certificates.yaml"]
    added = [it for it in bundle(Choices(cert_manager=True)) if it["apiVersion"] == "cert-manager.io/v1"]
    assert list(yaml.safe_load_all(text)) == added


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_has_an_overlay(name: str) -> None:
    overlay = yaml.safe_load(files(Choices())[f"overlays/{name}/kustomization.yaml"])
    assert (overlay["resources"], overlay["components"]) == (["../../base"], [f"../../components/{name}"])


@pytest.mark.parametrize("choices", ALL_CHOICES)
def test_every_object_is_read_back_as_it_is(choices: Choices) -> None:
    for text in (*files(choices).values(), *monitoring_files(choices).values()):
        ours = [parse(raw).value for raw in split(io.BytesIO(text.encode()), "file")]
        assert ours == list(yaml.safe_load_all(text))
    assert json.loads(json.dumps(bundle(choices))) == bundle(choices)


@pytest.mark.parametrize("choices", ALL_CHOICES)
def test_every_object_has_a_place_of_its_own(choices: Choices) -> None:
    made = bundle(choices)
    keys = [(it["apiVersion"], it["kind"], it["metadata"]["name"]) for it in made]
    assert len(set(keys)) == len(keys)
    assert {it["metadata"].get("namespace", choices.place) for it in made} == {choices.place}


def test_a_namespace_that_is_named_is_not_made() -> None:
    assert [it for it in bundle(EVERYTHING) if it["kind"] == "Namespace"] == []
    assert of_kind("Namespace")["metadata"]["name"] == "kubectl-fluid"


def test_nothing_else_names_the_default_namespace() -> None:
    spoken = re.compile(r"kubectl-fluid|.+\.kubectl-fluid(\.svc.*)?|kubectl-fluid/.+")
    label = {"kubectl-fluid"}  # app.kubernetes.io/part-of
    assert {it for it in strings(bundle(EVERYTHING)) if spoken.fullmatch(it)} == label


# --- what the process may ------------------------------------------------------------------------------------------


def test_the_role_reads_what_the_caches_follow_and_nothing_else() -> None:
    rules = of_kind("ClusterRole")["rules"]
    granted = {(group, it) for rule in rules for group in rule["apiGroups"] for it in rule["resources"]}
    assert granted == {(WANTED[kind], PLURALS[kind]) for kind in caches.WATCHED}
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "watch"}


def test_no_rule_has_a_wildcard_or_speaks_of_secrets() -> None:
    texts = set(strings(of_kind("ClusterRole")["rules"]))
    assert texts & {"*", "secrets", "pods", "configmaps"} == set()


def test_the_role_is_bound_to_the_account_of_the_pods() -> None:
    binding, account = of_kind("ClusterRoleBinding", EVERYTHING), of_kind("ServiceAccount", EVERYTHING)
    (subject,) = binding["subjects"]
    assert (subject["name"], subject["namespace"]) == (account["metadata"]["name"], account["metadata"]["namespace"])
    assert binding["roleRef"]["name"] == of_kind("ClusterRole")["metadata"]["name"]
    assert pod_of(EVERYTHING)["serviceAccountName"] == account["metadata"]["name"]


def pod_of(choices: Choices | None = None) -> Object:
    spec: Object = of_kind("Deployment", choices)["spec"]["template"]["spec"]
    return spec


def test_the_container_is_hardened() -> None:
    pod = pod_of()
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert {"hostNetwork", "hostPID", "hostIPC"} & set(pod) == set()


def test_the_image_runs_as_the_user_of_the_deployment() -> None:
    text = (ROOT / "Containerfile").read_text()
    user = pod_of()["securityContext"]["runAsUser"]
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == [f"{user}:{user}"]


def test_the_image_is_made_of_files_that_are_there() -> None:
    text = (ROOT / "Containerfile").read_text()
    named = {name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for name in line.split()}
    assert named >= {"kubectl_fluid", "schemas", "setup.cfg", "setup.py"}
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("choices", ALL_CHOICES)
def test_the_server_takes_its_command_line(choices: Choices) -> None:
    first, verb, *arguments = deployment.arguments(choices)
    assert (first, verb) == ("webhook", "serve")
    context = serve.make_context("serve", arguments)
    assert context.params["port"] == 9443
    assert context.params["cert_dir"] == "/etc/kubectl-fluid/certs"
    assert context.params["profile"] == choices.profile


def test_there_is_time_to_end_what_is_under_way() -> None:
    options = run.Options("", 0, Settings(), unique, None)
    assert options.drain + options.finish + configuration.TIMEOUT < deployment.GRACE


def test_probes_ask_for_pages_that_the_server_has() -> None:
    (container,) = pod_of()["containers"]
    paths = {container[probe]["httpGet"]["path"] for probe in ("readinessProbe", "livenessProbe")}
    assert paths == {"/readyz", "/healthz"}
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["scheme"] == "HTTPS"


def test_the_pods_are_found_by_everything_that_selects_them() -> None:
    made = Choices(monitoring=True)
    labels = of_kind("Deployment")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        of_kind("Deployment")["spec"]["selector"]["matchLabels"],
        of_kind("Service")["spec"]["selector"],
        of_kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        of_kind("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    ]
    assert all(selector.items() <= labels.items() and selector for selector in selectors)
    service = of_kind("Service")
    assert SELECTOR.items() <= service["metadata"]["labels"].items()
    assert of_kind("ServiceMonitor", made)["spec"]["selector"]["matchLabels"] == SELECTOR


def test_the_port_is_one_and_the_same() -> None:
    (container,) = pod_of()["containers"]
    (port,) = container["ports"]
    (service_port,) = of_kind("Service")["spec"]["ports"]
    ((rule,),) = [it["ports"] for it in of_kind("NetworkPolicy")["spec"]["ingress"]]
    assert service_port["targetPort"] == port["name"] == rule["port"] == container["readinessProbe"]["httpGet"]["port"]
    called = of_kind("MutatingWebhookConfiguration")["webhooks"]
    assert {it["clientConfig"]["service"]["port"] for it in called} == {service_port["port"]}


def test_a_rollout_and_a_drained_node_leave_one_of_two_replicas() -> None:
    deployed = of_kind("Deployment")["spec"]
    assert deployed["replicas"] == 2
    assert deployed["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert of_kind("PodDisruptionBudget")["spec"]["maxUnavailable"] == 1


def test_the_secret_is_the_one_that_is_mounted() -> None:
    (volume,) = pod_of()["volumes"]
    leaf = next(it for it in bundle(EVERYTHING) if it["kind"] == "Certificate" and it["metadata"]["name"] == NAME)
    assert volume["secret"]["secretName"] == SECRET == leaf["spec"]["secretName"]
    assert {it["path"] for it in volume["secret"]["items"]} == {"tls.crt", "tls.key"}


def test_the_image_has_the_version_of_the_program() -> None:
    assert IMAGE.endswith(f":{__version__}")

"""Built-in kinds: what Go's decoder refuses, and the rules of an API server's own code."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from kubectl_fluid.validation.finding import Finding, Severity
from kubectl_fluid.validation.schema import Schemas, check, load
from kubectl_fluid.validation.schema.report import dotted

Object = dict[str, Any]


@cache
def schemas() -> Schemas:
    return load()


def found(value: Object) -> list[Finding]:
    return check(value, schemas())


def pod(spec: str = "", container: str = "") -> Object:
    """A Pod with more fields (YAML in flow style) of its spec and its container."""
    value: Object = yaml.safe_load(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}"
    )
    value["spec"]["containers"][0] |= yaml.safe_load("{" + container + "}")
    value["spec"] |= yaml.safe_load("{" + spec + "}")
    return value


def workload(kind: str, spec: str, labels: str = "{a: b}", more: str = "") -> Object:
    group = "batch" if kind in ("Job", "CronJob") else "apps"
    template = f"template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: c, image: i}}], {more}}}}}"
    text = f"{{apiVersion: {group}/v1, kind: {kind}, metadata: {{name: w}}, spec: {{{spec}, {template}}}}}"
    value: Object = yaml.safe_load(text)
    return value


def document(text: str) -> Object:
    value: Object = yaml.safe_load(text)
    return value


SELECTOR = "selector: {matchLabels: {a: b}}"
RULES = [
    # Go's decoder
    (pod("hostNetwork: 'true'"), "spec.hostNetwork"),
    (pod("priority: 1.0"), "spec.priority"),
    (pod("terminationGracePeriodSeconds: '1'"), "spec.terminationGracePeriodSeconds"),
    (pod("containers: {name: c}"), "spec.containers"),
    (pod(container="image: 1"), "spec.containers[0].image"),
    (pod(container="imge: x"), "spec.containers[0].imge"),
    (pod(container="resources: {limits: {cpu: 10GB}}"), "spec.containers[0].resources.limits.cpu"),
    (pod(container="resources: {limits: {cpu: true}}"), "spec.containers[0].resources.limits.cpu"),
    (document("{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: '%%'}}"), "data.a"),
    (document("{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: true}}"), "stringData.a"),
    # names, duplicates, what is required
    (pod("containers: []"), "spec.containers"),
    (pod(container="name: Bad_Name"), "spec.containers[0].name"),
    (pod(container="image: ''"), "spec.containers[0].image"),
    (pod("containers: [{name: c, image: i}, {name: c, image: i}]"), "spec.containers[1].name"),
    (pod("initContainers: [{name: c, image: i}]"), "spec.initContainers[0].name"),
    (pod("volumes: [{name: v}, {name: v}]"), "spec.volumes[1].name"),
    (pod("restartPolicy: always"), "spec.restartPolicy"),
    (pod("nodeSelector: {a: 'bad value!'}"), "spec.nodeSelector.a"),
    # ports and probes
    (pod(container="ports: [{containerPort: 0}]"), "spec.containers[0].ports[0].containerPort"),
    (pod(container="ports: [{containerPort: 65536}]"), "spec.containers[0].ports[0].containerPort"),
    (pod(container="ports: [{containerPort: 1, name: UPPER}]"), "spec.containers[0].ports[0].name"),
    (pod(container="ports: [{containerPort: 1, hostPort: 2}, {containerPort: 3, hostPort: 2}]"),
     "spec.containers[0].ports[1].hostPort"),
    (pod(container="livenessProbe: {}"), "spec.containers[0].livenessProbe"),
    (pod(container="livenessProbe: {exec: {command: [a]}, httpGet: {port: 1}}"),
     "spec.containers[0].livenessProbe.httpGet"),
    (pod(container="livenessProbe: {tcpSocket: {port: '80'}}"), "spec.containers[0].livenessProbe.tcpSocket.port"),
    (pod(container="startupProbe: {tcpSocket: {port: 80}, successThreshold: 2}"),
     "spec.containers[0].startupProbe.successThreshold"),
    (pod("initContainers: [{name: i, image: i, readinessProbe: {tcpSocket: {port: 1}}}]"),
     "spec.initContainers[0].readinessProbe"),
    # volumes and mounts
    (pod(container="volumeMounts: [{name: v, mountPath: /v}]"), "spec.containers[0].volumeMounts[0].name"),
    (pod("volumes: [{name: v, emptyDir: {}, hostPath: {path: /v}}]"), "spec.volumes[0].hostPath"),
    (pod("volumes: [{name: v, persistentVolumeClaim: {}}]"), "spec.volumes[0].persistentVolumeClaim.claimName"),
    (pod("volumes: [{name: v}]", "volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /a}]"),
     "spec.containers[0].volumeMounts[1].mountPath"),
    (pod("volumes: [{name: v}]", "volumeMounts: [{name: v, mountPath: /a, mountPropagation: Bidirectional}]"),
     "spec.containers[0].volumeMounts[0].mountPropagation"),
    # environment and resources
    (pod(container="env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]"),
     "spec.containers[0].env[0].valueFrom"),
    (pod(container="env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.nam}}}]"),
     "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath"),
    (pod(container="resources: {limits: {cpu: 1}, requests: {cpu: 2}}"), "spec.containers[0].resources.requests.cpu"),
    (pod(container="resources: {limits: {gpu: 1}}"), "spec.containers[0].resources.limits.gpu"),
    (pod(container="resources: {limits: {memory: -1}}"), "spec.containers[0].resources.limits.memory"),
    (pod(container="resources: {requests: {nvidia.com/gpu: 1}}"), "spec.containers[0].resources.limits"),
    # scheduling
    (pod("tolerations: [{key: a, operator: Exists, value: b}]"), "spec.tolerations[0].operator"),
    (pod("overhead: {cpu: 1}"), "spec.overhead"),
    (pod("affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}"),
     "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"),
    # workloads
    (workload("Deployment", SELECTOR, labels="{a: c}"), "spec.template.metadata.labels"),
    (workload("Deployment", "selector: {}"), "spec.selector"),
    (workload("Deployment", SELECTOR, more="restartPolicy: Never"), "spec.template.spec.restartPolicy"),
    (workload("Deployment", f"{SELECTOR}, replicas: -1"), "spec.replicas"),
    (workload("StatefulSet", f"{SELECTOR}, volumeClaimTemplates: [{{metadata: {{name: x}}}}]"),
     "spec.volumeClaimTemplates[0].spec.accessModes"),
    (workload("DaemonSet", f"{SELECTOR}, updateStrategy: {{rollingUpdate: {{maxUnavailable: 101%}}}}"),
     "spec.updateStrategy.rollingUpdate.maxUnavailable"),
    (workload("Job", "backoffLimit: 1"), "spec.template.spec.restartPolicy"),
    (workload("Job", "backoffLimitPerIndex: 1", more="restartPolicy: Never"), "spec.backoffLimitPerIndex"),
    (document("{apiVersion: batch/v1, kind: CronJob, metadata: {name: s}, spec: {schedule: '@daily', "
              "jobTemplate: {spec: {completionMode: Indexed, "
              "template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}}"),
     "spec.jobTemplate.spec.completions"),
    (document("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 1}, {port: 2}]}}"),
     "spec.ports[0].name"),
    (document("{apiVersion: v1, kind: ConfigMap, metadata: {name: s}, data: {'a/b': x}}"), "data.a/b"),
    (document("{apiVersion: v1, kind: Secret, metadata: {name: s}, type: kubernetes.io/tls, data: {tls.key: ''}}"),
     "data.tls.crt"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "field"), RULES, ids=[f"{at} {it['kind']} {field}" for at, (it, field) in enumerate(RULES)]
)
def test_what_an_api_server_refuses_is_found_at_its_place(value: Object, field: str) -> None:
    errors = [it for it in found(value) if it.severity is Severity.ERROR]
    assert dotted(errors[0].pointer) == field


@pytest.mark.parametrize(
    "value",
    [
        pod(),
        pod("volumes: null", "env: [{name: A}], command: null, args: [null]"),
        pod() | {"status": {"phase": "x"}},
        pod(container="resources: {limits: {cpu: ' 1 ', memory: 1e3, a.b/c: 1}}"),
        pod("initContainers: [{name: i, image: i, restartPolicy: Always, startupProbe: {tcpSocket: {port: 1}}}]"),
        workload("Deployment", SELECTOR),
        workload("Deployment", "selector: {matchExpressions: [{key: a, operator: In, values: [b]}]}"),
        workload("Job", "completions: 1", more="restartPolicy: Never"),
        workload("Job", "completionMode: Indexed", more="restartPolicy: Never"),
        document("{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: null}, stringData: {b: ''}}"),
        document("{apiVersion: v1, kind: ServiceAccount, metadata: {name: s}}"),
        document("{apiVersion: v1, kind: Namespace, metadata: {name: s}}"),
    ],
)
def test_what_an_api_server_takes_is_not_refused(value: Object) -> None:
    assert found(value) == []


def test_without_an_api_version_a_built_in_kind_is_known_and_the_user_is_warned() -> None:
    value = pod()
    del value["apiVersion"]
    (finding,) = found(value)
    assert (finding.code, finding.severity) == ("FL0015", Severity.WARNING)
    assert finding.hint == "write `apiVersion: v1`"


def test_the_api_servers_own_name_of_a_place_is_given_where_it_differs() -> None:
    (finding,) = found(pod(container="resources: {limits: {cpu: -1}}"))
    assert finding.pointer == ("spec", "containers", 0, "resources", "limits", "cpu")
    assert finding.field == "spec.containers[0].resources.limits[cpu]"


def test_decoding_comes_first_then_unknown_fields_then_rules() -> None:
    value = pod("hostNetwork: 1, foo: 1, restartPolicy: x")
    assert [it.code for it in found(value)] == ["FL0004", "FL0003", "FL0006"]


@pytest.mark.parametrize(
    "source",
    [
        {"csi": {"driver": "fuse.csi.fluid.io", "volumeHandle": "x", "nodeStageSecretRef": {}}},
        {"hostPath": {"path": "/x"}, "flexVolume": {"driver": "a/b"}},
    ],
)
def test_a_persistent_volume_that_an_api_server_takes_is_not_refused(source: dict[str, object]) -> None:
    """Its code looks at neither: seen with mutants."""
    spec = {"accessModes": ["ReadWriteMany"], "capacity": {"storage": "1Gi"}, **source}
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "a"}, "spec": spec}
    assert check(volume, load()) == []

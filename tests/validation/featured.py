"""Manifests whose verdict changes with the version of Kubernetes, by the feature that changes it.

A line is a manifest that is refused where the feature is not on yet (`OLDER`), or only where it is (`NEWER`).
"""

from __future__ import annotations

from typing import Any

import yaml

Object = dict[str, Any]

NAMESPACE = "apps"


def pod(spec: str = "", container: str = "") -> Object:
    """A Pod with more fields (YAML in flow style) of its spec and its container."""
    value = _object("v1", "Pod", "containers: [{name: c, image: i}]")
    value["spec"]["containers"][0] |= yaml.safe_load("{" + container + "}")
    value["spec"] |= yaml.safe_load("{" + spec + "}")
    return value


def _object(version: str, kind: str, spec: str) -> Object:
    value: Object = yaml.safe_load(f"{{apiVersion: {version}, kind: {kind}, metadata: {{name: x}}, spec: {{{spec}}}}}")
    value["metadata"]["namespace"] = NAMESPACE
    return value


def service(spec: str = "", name: str = "x") -> Object:
    """A Service with a port."""
    value = _object("v1", "Service", f"ports: [{{port: 80}}], {spec}")
    value["metadata"]["name"] = name
    return value


def _workload(version: str, kind: str, spec: str = "", pod_spec: str = "") -> Object:
    template = (
        f"template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: c, image: i}}], {pod_spec}}}}}"
    )
    return _object(version, kind, f"{template}, {spec}")


def deployment(pod_spec: str) -> Object:
    """A Deployment with more fields of its Pods' spec."""
    return _workload("apps/v1", "Deployment", "selector: {matchLabels: {a: b}}", pod_spec)


def _stateful(spec: str) -> Object:
    return _workload("apps/v1", "StatefulSet", f"selector: {{matchLabels: {{a: b}}}}, serviceName: x, {spec}")


def _job(spec: str) -> Object:
    return _workload("batch/v1", "Job", spec, "restartPolicy: Never")


def _claim(spec: str) -> Object:
    return _object(
        "v1", "PersistentVolumeClaim", f"accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1}}}}, {spec}"
    )


_RULE = "{action: %s, exitCodes: {operator: In, values: [1]}}"
_SPREAD = "maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_DEVICE = "name: c, image: i, volumeDevices: [{name: v, devicePath: /d}]"

#: Feature → manifests that are refused without it, and taken with it.
OLDER: dict[str, list[Object]] = {
    "EnvFiles": [
        pod(
            "volumes: [{name: v, emptyDir: {}}]",
            "env: [{name: A, valueFrom: {fileKeyRef: {key: K, path: p, volumeName: v}}}]",
        )
    ],
    "MatchLabelKeysInPodTopologySpreadSelectorMerge": [
        pod(
            f"topologySpreadConstraints: [{{{_SPREAD}, matchLabelKeys: [x], labelSelector: {{matchLabels: {{x: y}}}}}}]"
        )
    ],
    "PodLifecycleSleepActionAllowZero": [pod(container="lifecycle: {preStop: {sleep: {seconds: 0}}}")],
    "PreferSameTrafficDistribution": [service("trafficDistribution: PreferSameNode")],
    "RelaxedDNSSearchValidation": [
        pod("dnsConfig: {searches: [_tcp.example]}"),
        pod("dnsConfig: {searches: [.]}"),
    ],
    "RelaxedEnvironmentVariableValidation": [
        pod(container="env: [{name: a b, value: x}]"),
        pod(container="env: [{name: ..a, value: x}]"),
        pod(container="envFrom: [{prefix: 1a, configMapRef: {name: m}}]"),
    ],
    "RelaxedServiceNameValidation": [service(name="1a")],
    "RestartAllContainersOnContainerExits": [
        pod(container=f"restartPolicy: Never, restartPolicyRules: [{_RULE % 'RestartAllContainers'}]"),
        pod(
            f"initContainers: [{{name: i, image: i, restartPolicy: Always, restartPolicyRules: [{_RULE % 'Restart'}]}}]"
        ),
    ],
    "restart policies of single containers": [
        pod(container="restartPolicy: Always"),
        pod("initContainers: [{name: i, image: i, restartPolicy: Never}]"),
    ],
}

#: Feature → manifests that are taken without it, since nobody looks or the field is dropped, and refused with it.
NEWER: dict[str, list[Object]] = {
    "ClusterTrustBundleProjection": [
        pod("volumes: [{name: v, projected: {sources: [{clusterTrustBundle: {path: p}}]}}]")
    ],
    "ContainerRestartRules": [
        pod(container="restartPolicy: x"),
        pod("initContainers: [{name: i, image: i, restartPolicy: x}]"),
    ],
    "DynamicResourceAllocation": [
        pod("resourceClaims: [{name: a}]"),
        pod(container="resources: {claims: [{name: a}]}"),
    ],
    "HostnameOverride": [pod("hostnameOverride: a, hostNetwork: true")],
    "ImageVolume": [pod("volumes: [{name: v, image: {}}]")],
    "InPlacePodVerticalScaling": [
        pod("restartPolicy: Never", "resizePolicy: [{resourceName: cpu, restartPolicy: RestartContainer}]")
    ],
    "InPlacePodVerticalScalingInitContainers": [
        pod(
            "initContainers: [{name: i, image: i, "
            "resizePolicy: [{resourceName: cpu, restartPolicy: RestartContainer}]}]"
        )
    ],
    "JobManagedBy": [_job("managedBy: x")],
    "JobSuccessPolicy": [_job("successPolicy: {rules: [{succeededCount: 1}]}")],
    "MatchLabelKeysInPodAffinity": [
        pod(f"affinity: {{podAffinity: {{{_REQUIRED}: [{{topologyKey: a, matchLabelKeys: [x]}}]}}}}")
    ],
    "MaxUnavailableStatefulSet": [_stateful("updateStrategy: {rollingUpdate: {maxUnavailable: 0}}")],
    "PodCertificateRequest": [
        pod("volumes: [{name: v, projected: {sources: [{podCertificate: {keyType: ED25519, signerName: a.b/c}}]}}]"),
        pod(
            "volumes: [{name: v, projected: {sources: "
            "[{podCertificate: {keyType: x, signerName: a.b/c, credentialBundlePath: p}}]}}]"
        ),
    ],
    "PodLevelResources": [pod("resources: {requests: {cpu: 1}}", "resources: {requests: {cpu: 2}}")],
    "ProcMountType": [pod(container="securityContext: {procMount: Unmasked}")],
    "RecursiveReadOnlyMounts": [
        pod(
            "volumes: [{name: v, emptyDir: {}}]", "volumeMounts: [{name: v, mountPath: /v, recursiveReadOnly: Enabled}]"
        )
    ],
    "SELinuxChangePolicy": [pod("securityContext: {seLinuxChangePolicy: x}")],
    "ServiceTrafficDistribution": [service("trafficDistribution: x")],
    "StrictIPCIDRValidation": [
        pod("hostAliases: [{ip: 010.1.2.3, hostnames: [a]}]"),
        pod("dnsConfig: {nameservers: ['::ffff:8.8.8.8']}"),
        service("externalIPs: [010.1.2.3]"),
        service("type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.1/8]"),
        service("type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/08]"),
    ],
    "SupplementalGroupsPolicy": [pod("securityContext: {supplementalGroupsPolicy: x}")],
    "UserNamespacesSupport": [pod("hostUsers: false, hostNetwork: true")],
    "VolumeAttributesClass": [_claim("volumeAttributesClassName: A_")],
    "label values in required node affinity": [
        pod(
            f"affinity: {{nodeAffinity: {{{_REQUIRED}: "
            "{nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [-x-]}]}]}}}"
        )
    ],
    "references of image volumes in templates": [deployment("volumes: [{name: v, image: {}}]")],
    "volumeDevices in user namespaces": [
        pod(
            "hostUsers: false, volumes: [{name: v, persistentVolumeClaim: {claimName: x}}], "
            f"containers: [{{{_DEVICE}}}]"
        )
    ],
}

#: Feature that is off by default everywhere → manifests that are taken, though what they say is not right.
DROPPED: dict[str, list[Object]] = {
    "AtomicWriteVolumeUserFields": [pod("volumes: [{name: v, configMap: {name: m, defaultUser: -1}}]")],
    "ContainerStopSignals": [pod(container="lifecycle: {stopSignal: SIGWHAT}")],
    "EmptyDirVolumeMode": [pod("volumes: [{name: v, emptyDir: {mode: 2000}}]")],
    "EvictionRequestAPI": [pod("evictionResponders: [{name: a}]")],
    "GRPCContainerProbeTLS": [pod(container="livenessProbe: {grpc: {port: 1, mode: x}}")],
    "GenericWorkload": [pod("schedulingGroup: {podGroupName: A_}"), _job("scheduling: {}")],
    "H2CContainerProbe": [pod(container="livenessProbe: {httpGet: {port: 1, protocol: x}}")],
    "VolumeBindMountOptions": [
        pod("volumes: [{name: v, emptyDir: {}}]", "volumeMounts: [{name: v, mountPath: /v, bindMountOptions: [x]}]")
    ],
}

#: Feature that is off by default everywhere → manifests that are refused without it.
REFUSED: dict[str, list[Object]] = {"StatefulSetRecreateStrategy": [_stateful("updateStrategy: {type: Recreate}")]}

"""What differs between minors of Kubernetes beyond the shape of kinds: features, by their gates' names.

From `pkg/features/kube_features.go` and `pkg/apis/{core,apps,batch}/validation/validation.go` of the releases that
`schemas/make_kubernetes.py` names. docs/validate-verdicts.md tells what comes of each.
"""

from __future__ import annotations

from typing import Final

from kubectl_fluid.validation.schema.report import NEWEST

#: Of a feature that is still off by default.
NEVER: Final = NEWEST + 1

#: Feature → the minor from which on it is on by default, or there without a gate.
SINCE: Final[dict[str, int]] = {
    "AtomicWriteVolumeUserFields": NEVER,
    "ClusterTrustBundleProjection": 37,
    "ContainerRestartRules": 35,
    "ContainerStopSignals": NEVER,
    "DynamicResourceAllocation": 34,
    "EmptyDirVolumeMode": NEVER,
    "EnvFiles": 35,
    "EvictionRequestAPI": NEVER,
    "GRPCContainerProbeTLS": NEVER,
    "GenericWorkload": NEVER,
    "H2CContainerProbe": NEVER,
    "HostnameOverride": 35,
    "ImageVolume": 35,
    "InPlacePodVerticalScaling": 33,
    "InPlacePodVerticalScalingInitContainers": 36,
    "JobManagedBy": 32,
    "JobSuccessPolicy": 31,
    "MatchLabelKeysInPodAffinity": 31,
    "MatchLabelKeysInPodTopologySpreadSelectorMerge": 34,
    "MaxUnavailableStatefulSet": 37,
    "PodCertificateRequest": 37,
    "PodLevelResources": 34,
    "PodLifecycleSleepActionAllowZero": 33,
    "PreferSameTrafficDistribution": 34,
    "ProcMountType": 33,
    "RecursiveReadOnlyMounts": 31,
    "RelaxedDNSSearchValidation": 33,
    "RelaxedEnvironmentVariableValidation": 32,
    "RelaxedServiceNameValidation": 36,
    "RestartAllContainersOnContainerExits": 36,
    "SELinuxChangePolicy": 33,
    "ServiceTrafficDistribution": 31,
    "StatefulSetRecreateStrategy": NEVER,
    "StrictIPCIDRValidation": 36,
    "SupplementalGroupsPolicy": 33,
    "UserNamespacesSupport": 33,
    "VolumeAttributesClass": 34,
    "VolumeBindMountOptions": NEVER,
    # These have no gate: the code of that version looks at what that of older ones did not.
    "label values in required node affinity": 33,
    "references of image volumes in templates": 37,
    "restart policies of single containers": 34,
    "volumeDevices in user namespaces": 34,
}

_USER = {"user": "AtomicWriteVolumeUserFields"}
_DEFAULT_USER = {"defaultUser": "AtomicWriteVolumeUserFields"}

#: Definition → field → the feature without which an API server drops the field before it looks at what it holds.
_FIELDS: Final[dict[str, dict[str, str]]] = {
    "apps.v1.RollingUpdateStatefulSetStrategy": {"maxUnavailable": "MaxUnavailableStatefulSet"},
    "batch.v1.JobSpec": {
        "managedBy": "JobManagedBy",
        "scheduling": "GenericWorkload",
        "successPolicy": "JobSuccessPolicy",
    },
    "core.v1.ClusterTrustBundleProjection": _USER,
    "core.v1.ConfigMapVolumeSource": _DEFAULT_USER,
    "core.v1.Container": {
        "resizePolicy": "InPlacePodVerticalScaling",
        "restartPolicyRules": "ContainerRestartRules",
    },
    "core.v1.DownwardAPIVolumeFile": _USER,
    "core.v1.DownwardAPIVolumeSource": _DEFAULT_USER,
    "core.v1.EmptyDirVolumeSource": {"mode": "EmptyDirVolumeMode"},
    "core.v1.EnvVarSource": {"fileKeyRef": "EnvFiles"},
    "core.v1.GRPCAction": {"mode": "GRPCContainerProbeTLS"},
    "core.v1.HTTPGetAction": {"protocol": "H2CContainerProbe"},
    "core.v1.KeyToPath": _USER,
    "core.v1.Lifecycle": {"stopSignal": "ContainerStopSignals"},
    "core.v1.PersistentVolumeClaimSpec": {"volumeAttributesClassName": "VolumeAttributesClass"},
    "core.v1.PersistentVolumeSpec": {"volumeAttributesClassName": "VolumeAttributesClass"},
    "core.v1.PodAffinityTerm": dict.fromkeys(("matchLabelKeys", "mismatchLabelKeys"), "MatchLabelKeysInPodAffinity"),
    "core.v1.PodCertificateProjection": _USER,
    "core.v1.PodSecurityContext": {
        "seLinuxChangePolicy": "SELinuxChangePolicy",
        "supplementalGroupsPolicy": "SupplementalGroupsPolicy",
    },
    "core.v1.PodSpec": {
        "evictionResponders": "EvictionRequestAPI",
        "hostUsers": "UserNamespacesSupport",
        "hostnameOverride": "HostnameOverride",
        "resourceClaims": "DynamicResourceAllocation",
        "resources": "PodLevelResources",
        "schedulingGroup": "GenericWorkload",
    },
    "core.v1.ProjectedVolumeSource": _DEFAULT_USER,
    "core.v1.ResourceRequirements": {"claims": "DynamicResourceAllocation"},
    "core.v1.SecretVolumeSource": _DEFAULT_USER,
    "core.v1.SecurityContext": {"procMount": "ProcMountType"},
    "core.v1.ServiceAccountTokenProjection": _USER,
    "core.v1.ServiceSpec": {"trafficDistribution": "ServiceTrafficDistribution"},
    "core.v1.VolumeMount": {
        "bindMountOptions": "VolumeBindMountOptions",
        "recursiveReadOnly": "RecursiveReadOnlyMounts",
    },
    "core.v1.VolumeProjection": {
        "clusterTrustBundle": "ClusterTrustBundleProjection",
        "podCertificate": "PodCertificateRequest",
    },
}


def dropped(definition: str, minor: int) -> dict[str, str]:
    """The fields of a definition that an API server of Kubernetes 1.`minor` takes and drops, each with its feature."""
    return {field: feature for field, feature in _FIELDS.get(definition, {}).items() if minor < SINCE[feature]}

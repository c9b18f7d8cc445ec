"""Which rules each built-in kind has."""

from __future__ import annotations

from collections.abc import Callable

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core import (
    access,
    claims,
    config,
    jobs,
    pods,
    services,
    storage,
    volume,
    workloads,
)
from kubectl_fluid.validation.schema.core.at import At

Check = Callable[[At], None]

CHECKS: dict[tuple[str, str], Check] = {
    ("", "Pod"): pods.check_pod,
    ("", "PodTemplate"): lambda at: pods.check_template(at.child("template")),
    ("", "ReplicationController"): workloads.check_replication_controller,
    ("", "Secret"): config.check_secret,
    ("", "ConfigMap"): config.check_config_map,
    ("", "PersistentVolumeClaim"): claims.check_claim,
    ("", "PersistentVolume"): volume.check_volume,
    ("", "Service"): services.check_service,
    ("", "Namespace"): storage.check_namespace,
    ("storage.k8s.io", "StorageClass"): storage.check_class,
    ("apps", "Deployment"): workloads.check_deployment,
    ("apps", "ReplicaSet"): workloads.check_replica_set,
    ("apps", "DaemonSet"): workloads.check_daemon_set,
    ("apps", "StatefulSet"): workloads.check_stateful_set,
    ("batch", "Job"): jobs.check_job,
    ("batch", "CronJob"): jobs.check_cron_job,
    ("rbac.authorization.k8s.io", "Role"): access.check_role,
    ("rbac.authorization.k8s.io", "ClusterRole"): access.check_role,
    ("rbac.authorization.k8s.io", "RoleBinding"): access.check_binding,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): access.check_binding,
}

SERVICE = ("", "Service")

#: What names of objects follow where it is not a DNS subdomain.
NAMES: dict[tuple[str, str], names.Rule] = {
    ("", "Namespace"): names.dns_label,
    SERVICE: names.dns_label,
    ("apps", "StatefulSet"): names.dns_label,
    ("rbac.authorization.k8s.io", "Role"): names.path_segment,
    ("rbac.authorization.k8s.io", "ClusterRole"): names.path_segment,
    ("rbac.authorization.k8s.io", "RoleBinding"): names.path_segment,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): names.path_segment,
}

#: Kinds whose `metadata.generation` the API server does not set itself.
WITHOUT_GENERATION = frozenset(
    {
        *(("", kind) for kind in ("Service", "PersistentVolumeClaim", "PersistentVolume", "ConfigMap", "Secret")),
        *(("", kind) for kind in ("ServiceAccount", "Namespace")),
        *(("rbac.authorization.k8s.io", it) for it in ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")),
        ("storage.k8s.io", "StorageClass"),
    }
)

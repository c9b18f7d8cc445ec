"""What Fluid's controllers leave in a cluster for one Dataset on JuiceFS, and an application that reads it.

Shapes: Fluid a826600a, charts/juicefs/templates and pkg/utils/dataset/volume/create.go.
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

FLUID = "data.fluid.io/v1alpha1"


def behind(namespace: str, name: str) -> list[Object]:
    """Dataset (Bound), JuiceFSRuntime, PersistentVolume, PersistentVolumeClaim and FUSE DaemonSet of a dataset."""
    return [
        dataset(namespace, name),
        {"apiVersion": FLUID, "kind": "JuiceFSRuntime", "metadata": _meta(namespace, name), "spec": {"replicas": 1}},
        volume(namespace, name),
        claim(namespace, name),
        daemon_set(namespace, name),
    ]


def dataset(namespace: str, name: str, phase: str = "Bound") -> Object:
    """The Dataset, with the status that its controller writes."""
    runtime = {"name": name, "namespace": namespace, "type": "juicefs", "category": "Accelerate"}
    return {
        "apiVersion": FLUID,
        "kind": "Dataset",
        "metadata": _meta(namespace, name),
        "spec": {"mounts": [{"name": "minio", "mountPoint": "juicefs:///demo"}]},
        "status": {"phase": phase, "conditions": [], "runtimes": [runtime]},
    }


def volume(namespace: str, name: str) -> Object:
    """The PersistentVolume, whose attributes say where the FUSE client mounts."""
    full = f"{namespace}-{name}"
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": full, "labels": _labels(namespace, name), "annotations": {"CreatedBy": "fluid"}},
        "spec": {
            "capacity": {"storage": "100Pi"},
            "accessModes": ["ReadOnlyMany"],
            "storageClassName": "fluid",
            "claimRef": {"namespace": namespace, "name": name},
            "csi": {
                "driver": "fuse.csi.fluid.io",
                "volumeHandle": full,
                "volumeAttributes": {
                    "fluid_path": f"{mount_folder(namespace, name)}/juicefs-fuse",
                    "mount_type": "JuiceFS",
                    "runtime_namespace": namespace,
                    "runtime_name": name,
                },
            },
        },
        "status": {"phase": "Bound"},
    }


def claim(namespace: str, name: str) -> Object:
    """The PersistentVolumeClaim that applications name."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {**_meta(namespace, name), "labels": _labels(namespace, name)},
        "spec": {
            "accessModes": ["ReadOnlyMany"],
            "storageClassName": "fluid",
            "volumeName": f"{namespace}-{name}",
            "resources": {"requests": {"storage": "100Pi"}},
        },
        "status": {"phase": "Bound", "accessModes": ["ReadOnlyMany"], "capacity": {"storage": "100Pi"}},
    }


def daemon_set(namespace: str, name: str) -> Object:
    """The FUSE DaemonSet, whose container becomes the sidecar."""
    labels = {"app": "juicefs", "release": name, "role": "juicefs-fuse"}
    folder = mount_folder(namespace, name)
    container = {
        "name": "juicefs-fuse",
        "image": "juicedata/mount:ce-v1.3.0",
        "command": ["sh", "/root/script/script.sh"],
        "securityContext": {"privileged": True, "runAsUser": 0},
        "ports": [{"name": "metrics", "containerPort": 14001, "protocol": "TCP"}],
        "env": [{"name": "JFS_FOREGROUND", "value": "1"}],
        "lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", f"umount {folder}/juicefs-fuse"]}}},
        "volumeMounts": [
            {"name": "juicefs-fuse-mount", "mountPath": folder, "mountPropagation": "Bidirectional"},
            {"name": "script", "mountPath": "/root/script"},
        ],
    }
    volumes = [
        {"name": "juicefs-fuse-mount", "hostPath": {"path": folder, "type": "DirectoryOrCreate"}},
        {"name": "script", "configMap": {"name": f"{name}-fuse-script", "defaultMode": 0o755}},
    ]
    template = {
        "metadata": {"labels": labels},
        "spec": {
            "hostNetwork": True,
            "nodeSelector": {f"fluid.io/f-{namespace}-{name}": "true"},
            "containers": [container],
            "volumes": volumes,
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {**_meta(namespace, f"{name}-fuse"), "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


def job(name: str, claim_name: str) -> Object:
    """An application that asks for the sidecar; it names no namespace."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"template": pod_template(claim_name)},
    }


def pod_template(claim_name: str) -> Object:
    """Pod template of an application that asks for the sidecar."""
    container = {
        "name": "app",
        "image": "debian:stable",
        "command": ["ls", "/data"],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    return {
        "metadata": {"labels": {"serverless.fluid.io/inject": "true"}},
        "spec": {
            "restartPolicy": "Never",
            "containers": [container],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim_name}}],
        },
    }


def mount_folder(namespace: str, name: str) -> str:
    """The folder on a node below which the FUSE client mounts."""
    return f"/runtime-mnt/juicefs/{namespace}/{name}"


def _meta(namespace: str, name: str) -> Object:
    return {"namespace": namespace, "name": name}


def _labels(namespace: str, name: str) -> Object:
    return {f"fluid.io/s-{namespace}-{name}": "true", "fluid.io/dataset-id": f"{namespace}-{name}"}

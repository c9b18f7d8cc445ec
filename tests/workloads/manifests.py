"""A small manifest of each kind, and where its Pod templates stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
Pointer = tuple[str | int, ...]


def template(name: str = "main") -> Object:
    """A Pod template that reads a dataset."""
    return {
        "metadata": {"labels": {"app": "demo", "serverless.fluid.io/inject": "true"}},
        "spec": {
            "containers": [
                {"name": name, "image": "python:3.12", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}
            ],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "demo"}}],
            "restartPolicy": "Never",
        },
    }


def manifest(api_version: str, kind: str, spec: Any, name: str = "demo") -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "ml"}, "spec": spec}


@dataclass(frozen=True)
class Example:
    """A manifest, and for each slot its pointer and the name that reports give it."""

    value: Object
    expected: Sequence[tuple[Pointer, str]]

    @property
    def id(self) -> str:
        return f"{self.value['apiVersion']} {self.value['kind']}"


def simple(api_version: str, kind: str, **spec: Any) -> Example:
    value = manifest(api_version, kind, {**spec, "template": template()})
    return Example(value, ((("spec", "template"), f"{kind.lower()}/demo"),))


def kubeflow(kind: str, field: str, *replicas: str, version: str = "v1") -> Example:
    specs = {name: {"replicas": 2, "template": template()} for name in replicas}
    value = manifest(f"kubeflow.org/{version}", kind, {"runPolicy": {"cleanPodPolicy": "None"}, field: specs})
    found: Sequence[tuple[Pointer, str]] = tuple(
        (("spec", field, name, "template"), f"{kind.lower()}/demo {name} replicas") for name in replicas
    )
    return Example(value, found)


def ray_cluster() -> Object:
    return {
        "rayVersion": "2.41.0",
        "headGroupSpec": {"rayStartParams": {}, "template": template("ray-head")},
        "workerGroupSpecs": [
            {"groupName": "cpu", "replicas": 2, "template": template("ray-worker")},
            {"groupName": "gpu", "replicas": 1, "template": template("ray-worker")},
        ],
    }


def ray(kind: str, *path: str, **spec: Any) -> Example:
    inner: Object = {**ray_cluster()} if not path else {path[-1]: ray_cluster(), **spec}
    for key in reversed(path[:-1]):
        inner = {key: inner}
    value = manifest("ray.io/v1", kind, inner)
    places: list[tuple[Pointer, str]] = [
        (("spec", *path, "headGroupSpec", "template"), "head group"),
        (("spec", *path, "workerGroupSpecs", 0, "template"), "worker group cpu"),
        (("spec", *path, "workerGroupSpecs", 1, "template"), "worker group gpu"),
    ]
    if "submitterPodTemplate" in spec:
        places.append((("spec", *path[:-1], "submitterPodTemplate"), "submitter"))
    return Example(value, tuple((pointer, f"{kind.lower()}/demo {title}") for pointer, title in places))


def job_set_spec() -> Object:
    jobs = [{"name": name, "template": {"spec": {"template": template()}}} for name in ("driver", "node")]
    return {"replicatedJobs": jobs}


def job_sets(api_version: str, kind: str, *path: str) -> Example:
    inner = job_set_spec()
    for key in reversed(path):
        inner = {key: inner}
    found: Sequence[tuple[Pointer, str]] = tuple(
        (
            ("spec", *path, "replicatedJobs", index, "template", "spec", "template"),
            f"{kind.lower()}/demo job {name}",
        )
        for index, name in enumerate(("driver", "node"))
    )
    return Example(manifest(api_version, kind, inner), found)


def volcano(api_version: str, kind: str, *path: str) -> Example:
    inner: Object = {"minAvailable": 1, "tasks": [{"name": "ps", "template": template()}, {"template": template()}]}
    for key in reversed(path):
        inner = {key: inner}
    found: Sequence[tuple[Pointer, str]] = tuple(
        (("spec", *path, "tasks", index, "template"), f"{kind.lower()}/demo task {title}")
        for index, title in enumerate(("ps", "1"))
    )
    return Example(manifest(api_version, kind, inner), found)


def workflow_spec() -> Object:
    """A workflow with a step template, a container, a script and a container set."""
    return {
        "entrypoint": "main",
        "podMetadata": {"labels": {"serverless.fluid.io/inject": "true"}},
        "volumes": [
            {"name": "data", "persistentVolumeClaim": {"claimName": "demo"}},
            {"name": "unused", "persistentVolumeClaim": {"claimName": "other"}},
        ],
        "templates": [
            {"name": "main", "steps": [[{"name": "train", "template": "train"}]]},
            {
                "name": "train",
                "metadata": {"labels": {"step": "train"}},
                "container": {
                    "image": "python:3.12",
                    "command": ["python", "train.py"],
                    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                },
            },
            {
                "name": "report",
                "script": {
                    "image": "python:3.12",
                    "command": ["python"],
                    "source": "print('done')",
                    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                },
            },
            {
                "name": "pair",
                "containerSet": {
                    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                    "containers": [
                        {"name": "one", "image": "busybox", "command": ["true"]},
                        {"name": "main", "image": "busybox", "command": ["true"], "dependencies": ["one"]},
                    ],
                },
            },
            {"name": "wait", "suspend": {}},
        ],
    }


def argo(kind: str, *path: str) -> Example:
    inner = workflow_spec()
    for key in reversed(path):
        inner = {key: inner}
    found: Sequence[tuple[Pointer, str]] = tuple(
        (("spec", *path, "templates", index), f"{kind.lower()}/demo template {title}")
        for index, title in ((1, "train"), (2, "report"), (3, "pair"))
    )
    return Example(manifest("argoproj.io/v1alpha1", kind, inner), found)


POD = {"apiVersion": "v1", "kind": "Pod", **template()}
POD["metadata"] = {"name": "demo", "namespace": "ml", "labels": {"app": "demo"}}

EXAMPLES = (
    Example(POD, (((), "pod/demo"),)),
    Example(
        {
            "apiVersion": "v1",
            "kind": "PodTemplate",
            "metadata": {"name": "demo", "namespace": "ml"},
            "template": template(),
        },
        ((("template",), "podtemplate/demo"),),
    ),
    simple("v1", "ReplicationController", replicas=1),
    simple("apps/v1", "Deployment", replicas=1, selector={"matchLabels": {"app": "demo"}}),
    simple("extensions/v1beta1", "Deployment"),
    simple("apps/v1", "ReplicaSet"),
    simple("extensions/v1beta1", "ReplicaSet"),
    simple("apps/v1", "StatefulSet", serviceName="demo"),
    simple("apps/v1", "DaemonSet"),
    simple("extensions/v1beta1", "DaemonSet"),
    simple("batch/v1", "Job", backoffLimit=3),
    Example(
        manifest("batch/v1", "CronJob", {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template()}}}),
        ((("spec", "jobTemplate", "spec", "template"), "cronjob/demo"),),
    ),
    kubeflow("PyTorchJob", "pytorchReplicaSpecs", "Master", "Worker"),
    kubeflow("TFJob", "tfReplicaSpecs", "Chief", "PS", "Worker"),
    kubeflow("MPIJob", "mpiReplicaSpecs", "Launcher", "Worker"),
    kubeflow("MPIJob", "mpiReplicaSpecs", "Launcher", "Worker", version="v2beta1"),
    simple("kubeflow.org/v1alpha1", "MPIJob", replicas=2),
    kubeflow("XGBoostJob", "xgbReplicaSpecs", "Master", "Worker"),
    kubeflow("PaddleJob", "paddleReplicaSpecs", "Worker"),
    kubeflow("MXJob", "mxReplicaSpecs", "Scheduler", "Server", "Worker"),
    kubeflow("JAXJob", "jaxReplicaSpecs", "Worker"),
    job_sets("trainer.kubeflow.org/v1alpha1", "TrainingRuntime", "template", "spec"),
    job_sets("trainer.kubeflow.org/v1alpha1", "ClusterTrainingRuntime", "template", "spec"),
    ray("RayCluster"),
    ray("RayJob", "rayClusterSpec", entrypoint="python job.py", submitterPodTemplate=template("submit")),
    ray("RayService", "rayClusterConfig", serveConfigV2="applications: []"),
    ray("RayCronJob", "jobTemplate", "rayClusterSpec", submitterPodTemplate=template("submit")),
    volcano("batch.volcano.sh/v1alpha1", "Job"),
    volcano("batch.volcano.sh/v1alpha1", "CronJob", "jobTemplate", "spec"),
    volcano("flow.volcano.sh/v1alpha1", "JobTemplate"),
    argo("Workflow"),
    argo("CronWorkflow", "workflowSpec"),
    argo("WorkflowTemplate"),
    argo("ClusterWorkflowTemplate"),
    simple("serving.knative.dev/v1", "Service"),
    simple("serving.knative.dev/v1", "Configuration"),
    job_sets("jobset.x-k8s.io/v1alpha2", "JobSet"),
)

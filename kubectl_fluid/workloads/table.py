"""The kinds that create Pods, and where their Pod templates stand.

A kind is told by its API group and kind; versions are not compared, those that were looked at are named. Looked at:
Kubernetes 1.33, training-operator 1.9.0, mpi-operator v2beta1, trainer v1alpha1, KubeRay v1, Volcano APIs 1.13.0,
Argo Workflows 3.7.0, Knative Serving 0.46.0, JobSet v1alpha2.
"""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """Where Pod templates stand: a path as `path.walk` reads it, and what to call what is found there.

    In `title`, `{}` is the key of the last repetition of the path, or for a list the item's member `named_by` (the
    index where it has none).
    """

    path: str
    title: str = ""
    named_by: str = "name"


class Kind(NamedTuple):
    """One kind of workload. `workflow` is the path of an Argo WorkflowSpec, whose templates are no Pod templates."""

    kind: str
    groups: tuple[str, ...]
    versions: str
    places: tuple[Place, ...] = ()
    workflow: str = ""
    caveat: str = ""


def _one(kind: str, group: str, versions: str, path: str = "spec.template") -> Kind:
    return Kind(kind, (group,), versions, (Place(path),))


def _replicas(kind: str, field: str, versions: str = "v1", *more: Place) -> Kind:
    return Kind(kind, ("kubeflow.org",), versions, (Place(f"spec.{field}{{*}}.template", "{} replicas"), *more))


def _ray(kind: str, versions: str, cluster: str, *more: Place) -> Kind:
    head = Place(f"{cluster}.headGroupSpec.template", "head group")
    workers = Place(f"{cluster}.workerGroupSpecs[*].template", "worker group {}", "groupName")
    return Kind(kind, ("ray.io",), versions, (head, workers, *more))


def _jobs(kind: str, group: str, version: str, spec: str) -> Kind:
    return Kind(kind, (group,), version, (Place(f"{spec}.replicatedJobs[*].template.spec.template", "job {}"),))


def _tasks(kind: str, group: str, version: str, spec: str) -> Kind:
    caveat = f"a claim that {spec}.volumes names is mounted by Volcano itself and is not seen here: name it in the task"
    return Kind(kind, (group,), version, (Place(f"{spec}.tasks[*].template", "task {}"),), caveat=caveat)


def _argo(kind: str, workflow: str = "spec") -> Kind:
    # k8s.io/api in Argo's go.mod: 0.24.3 in 3.5.8, which does not know the field and drops it; 0.30.3 in 3.6.0.
    caveat = (
        "Argo before 3.6 drops restartPolicy from init containers, so that a native sidecar never ends there; "
        "legacy sidecars start after the main container"
    )
    return Kind(kind, ("argoproj.io",), "v1alpha1", workflow=workflow, caveat=caveat)


def _knative(kind: str) -> Kind:
    # Knative Serving 0.46.0, pkg/apis/serving/fieldmask.go: ContainerMask, SecurityContextMask.
    caveat = (
        "Knative (0.46) refuses restartPolicy and lifecycle of containers and privileged: true in its Services: "
        "let the webhook inject the Pods that it makes"
    )
    return Kind(kind, ("serving.knative.dev",), "v1", (Place("spec.template"),), caveat=caveat)


KINDS: tuple[Kind, ...] = (
    Kind("Pod", ("",), "v1", (Place(""),)),
    _one("PodTemplate", "", "v1", "template"),
    _one("ReplicationController", "", "v1"),
    Kind("Deployment", ("apps", "extensions"), "v1, v1beta1", (Place("spec.template"),)),
    Kind("ReplicaSet", ("apps", "extensions"), "v1, v1beta1", (Place("spec.template"),)),
    _one("StatefulSet", "apps", "v1"),
    Kind("DaemonSet", ("apps", "extensions"), "v1, v1beta1", (Place("spec.template"),)),
    _one("Job", "batch", "v1"),
    _one("CronJob", "batch", "v1, v1beta1", "spec.jobTemplate.spec.template"),
    _replicas("PyTorchJob", "pytorchReplicaSpecs"),
    _replicas("TFJob", "tfReplicaSpecs"),
    _replicas("MPIJob", "mpiReplicaSpecs", "v1, v2beta1, v1alpha1", Place("spec.template")),
    _replicas("XGBoostJob", "xgbReplicaSpecs"),
    _replicas("PaddleJob", "paddleReplicaSpecs"),
    _replicas("MXJob", "mxReplicaSpecs"),
    _replicas("JAXJob", "jaxReplicaSpecs"),
    _jobs("TrainingRuntime", "trainer.kubeflow.org", "v1alpha1", "spec.template.spec"),
    _jobs("ClusterTrainingRuntime", "trainer.kubeflow.org", "v1alpha1", "spec.template.spec"),
    _ray("RayCluster", "v1, v1alpha1", "spec"),
    _ray("RayJob", "v1, v1alpha1", "spec.rayClusterSpec", Place("spec.submitterPodTemplate", "submitter")),
    _ray("RayService", "v1, v1alpha1", "spec.rayClusterConfig"),
    _ray(
        "RayCronJob",
        "v1",
        "spec.jobTemplate.rayClusterSpec",
        Place("spec.jobTemplate.submitterPodTemplate", "submitter"),
    ),
    _tasks("Job", "batch.volcano.sh", "v1alpha1", "spec"),
    _tasks("CronJob", "batch.volcano.sh", "v1alpha1", "spec.jobTemplate.spec"),
    _tasks("JobTemplate", "flow.volcano.sh", "v1alpha1", "spec"),
    _argo("Workflow"),
    _argo("CronWorkflow", "spec.workflowSpec"),
    _argo("WorkflowTemplate"),
    _argo("ClusterWorkflowTemplate"),
    _knative("Service"),
    _knative("Configuration"),
    _jobs("JobSet", "jobset.x-k8s.io", "v1alpha2", "spec"),
)

#: The kinds by group and kind.
BY_GROUP_AND_KIND = {(group, row.kind): row for row in KINDS for group in row.groups}

#: A TrainJob only refers to a runtime. What it can override (`podTemplateOverrides`, `runtimePatches`) reaches
#: volumes and members of containers that the runtime has already; it cannot add a container.
TRAIN_JOB = ("trainer.kubeflow.org", "TrainJob")

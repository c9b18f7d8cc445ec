"""What a load test asks: AdmissionReviews for Pods of a namespace's datasets, and the datasets themselves."""

from __future__ import annotations

import copy
import json
from typing import Any

from kubectl_fluid import keys

Object = dict[str, Any]

NAMESPACE = "bench"
DATASETS = ("ds-a", "ds-b", "ds-c")
#: Body → containers, datasets, variables of each container; about 2, 4 and 60 KB.
BODIES = {"simple": (1, 1, 4), "three": (3, 3, 4), "large": (5, 1, 200)}
#: The end of a review's uid, and of the Pod's names: what differs from request to request.
UID, NAME = "uid-00000000", "name-00000000"
#: The beginning of a volume's name. With another one the Pod is another one for the webhook's memo, too.
VOLUME = "volume-00000000"
#: Stands in a template where each request has a number of its own; no review holds it by chance.
_MARK = "\ue000number\ue000"
#: Numbers have so many digits, so that all requests are of one length.
_DIGITS = 8


def cluster(names: tuple[str, ...] = DATASETS, namespace: str = NAMESPACE) -> list[Object]:
    """The objects of bound datasets, as Fluid's controllers leave them."""
    return [value for name in names for value in dataset(name, namespace)]


def dataset(name: str, namespace: str = NAMESPACE) -> list[Object]:
    """The objects of one dataset on JuiceFS."""
    folder = f"/runtime-mnt/juicefs/{namespace}/{name}"
    labels = {f"{keys.STORAGE_PREFIX}{namespace}-{name}": "true"}
    about = {"namespace": namespace, "name": name, "labels": labels}
    attributes = {"fluid_path": f"{folder}/juicefs-fuse", "mount_type": "JuiceFS"}
    container = {
        "name": "juicefs-fuse",
        "image": "juicedata/mount:ce-v1.3.0",
        "command": ["sh", "/root/script/script.sh"],
        "securityContext": {"privileged": True, "runAsUser": 0},
        "env": [{"name": "JFS_FOREGROUND", "value": "1"}, {"name": "FLUID_RUNTIME_NAME", "value": name}],
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
    runtime = {"name": name, "namespace": namespace, "type": "juicefs"}
    made: list[tuple[str, str, Object, Object]] = [
        ("data.fluid.io/v1alpha1", "Dataset", about, {"status": {"phase": "Bound", "runtimes": [runtime]}}),
        ("data.fluid.io/v1alpha1", "JuiceFSRuntime", about, {"spec": {}}),
        ("v1", "PersistentVolumeClaim", about, {"spec": {"volumeName": f"{namespace}-{name}"}}),
        (
            "v1",
            "PersistentVolume",
            {"name": f"{namespace}-{name}"},
            {"spec": {"csi": {"volumeAttributes": attributes}}},
        ),
        (
            "apps/v1",
            "DaemonSet",
            {**about, "name": f"{name}-fuse"},
            {"spec": {"template": {"spec": {"containers": [container], "volumes": volumes}}}},
        ),
    ]
    return [{"apiVersion": api, "kind": kind, "metadata": dict(meta), **rest} for api, kind, meta, rest in made]


def review(body: str, namespace: str = NAMESPACE, names: tuple[str, ...] = DATASETS) -> Object:
    """One of BODIES, as an API server sends it. `names` are the claims; a body uses as many of them as it can."""
    containers, datasets, variables = BODIES[body]
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": UID,
            "kind": kind,
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "requestKind": kind,
            "namespace": namespace,
            "operation": "CREATE",
            "userInfo": {"username": "system:serviceaccount:kube-system:job-controller"},
            "object": pod(containers, names[:datasets], variables, namespace),
            "oldObject": None,
            "dryRun": False,
            "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
        },
    }


def pod(containers: int, datasets: tuple[str, ...], variables: int, namespace: str = NAMESPACE) -> Object:
    """A Job's Pod whose containers all mount these datasets."""
    volumes: list[Object] = [
        {"name": f"{VOLUME}-{name}", "persistentVolumeClaim": {"claimName": name}} for name in datasets
    ]
    token = "kube-api-access-x7k2p"  # noqa: S105 - the name of a volume
    mounts = [
        *({"name": volume["name"], "mountPath": f"/data/{number}"} for number, volume in enumerate(volumes)),
        {"name": token, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": True},
    ]
    sources = [{"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}]
    labels = {"app": "bench", "job-name": NAME, keys.INJECT: "true"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": f"{NAME}-", "namespace": namespace, "labels": labels},
        "spec": {
            "restartPolicy": "Never",
            "serviceAccountName": "default",
            "schedulerName": "default-scheduler",
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}],
            "containers": [_container(number, mounts, variables) for number in range(containers)],
            "volumes": [*volumes, {"name": token, "projected": {"defaultMode": 420, "sources": sources}}],
        },
    }


def _container(number: int, mounts: list[Object], variables: int) -> Object:
    resources = {"cpu": "4", "memory": "16Gi"}
    return {
        "name": f"c{number}",
        "image": "registry.example.com/team/train:2026.11",
        "command": ["python", "train.py"],
        "env": [{"name": f"VAR_{it:04}", "value": f"value of variable number {it}"} for it in range(variables)],
        "resources": {"requests": resources, "limits": resources},
        "volumeMounts": mounts,
        "terminationMessagePath": "/dev/termination-log",
        "imagePullPolicy": "IfNotPresent",
    }


class NotAReview(ValueError):
    """What should be an AdmissionReview for a Pod is none."""


class Template:
    """A review of which each request is a variant: its uid and the Pod's name end with the request's number.

    `size` is that of every variant, in bytes. Raises NotAReview for what is no AdmissionReview of a Pod.
    """

    def __init__(self, value: Any) -> None:
        value = copy.deepcopy(value)
        request = value.get("request") if isinstance(value, dict) else None
        pod = request.get("object") if isinstance(request, dict) else None
        if not (isinstance(request, dict) and isinstance(pod, dict)):
            raise NotAReview("it is no AdmissionReview with a Pod in request.object")
        request["uid"] = f"bench-{_MARK}"
        metadata = pod.setdefault("metadata", {})
        labels = metadata.get("labels") if isinstance(metadata, dict) else None
        for holder, key in ((metadata, "name"), (metadata, "generateName"), (labels, "job-name")):
            if isinstance(holder, dict) and isinstance(holder.get(key), str):
                holder[key] = _with_mark(holder[key], key)
        # In ASCII: half of a surrogate pair, which JSON may hold, has no UTF-8.
        mark = json.dumps(_MARK)[1:-1].encode()
        self._parts = json.dumps(value, separators=(",", ":")).encode().split(mark)
        self.size = sum(map(len, self._parts)) + _DIGITS * (len(self._parts) - 1)

    def variant(self, number: int) -> tuple[bytes, bytes]:
        """The uid, and the body."""
        digits = b"%0*d" % (_DIGITS, number % 10**_DIGITS)
        return b"bench-" + digits, digits.join(self._parts)


def _with_mark(name: str, key: str) -> str:
    """The name with the number in place of the one at its end; what is generated goes on behind it."""
    return f"{name.rstrip('-0123456789') or 'pod'}-{_MARK}{'-' if key == 'generateName' else ''}"

"""Small valid objects; each call makes new ones."""

from __future__ import annotations

from typing import Any

from kubectl_fluid import render
from kubectl_fluid.claims import Object

#: As the reference answers were made: FUSE Pods are not critical there.
ENVIRONMENT = render.Environment(critical_fuse_pod=False)


def secret_option(name: str, holder: str = "jfs-secret") -> Object:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": holder, "key": name}}}


def mount(*secrets: str, **fields: Any) -> Object:
    """A mount of the community edition unless `secrets` names others than metaurl."""
    options = [secret_option(name) for name in secrets or ("metaurl",)]
    return {"mountPoint": "juicefs:///demo", "name": "minio", "encryptOptions": options, **fields}


def dataset(*mounts: Object, annotations: dict[str, str] | None = None, uid: str = "uid-1", **spec: Any) -> Object:
    metadata: Object = {"name": "demo", "namespace": "ns1", "uid": uid, "annotations": annotations or {}}
    body = {"mounts": list(mounts) or [mount()], **spec}
    return {"apiVersion": "data.fluid.io/v1alpha1", "kind": "Dataset", "metadata": metadata, "spec": body}


def runtime(annotations: dict[str, str] | None = None, kind: str = "JuiceFSRuntime", **spec: Any) -> Object:
    metadata: Object = {"name": "demo", "namespace": "ns1", "uid": "uid-2", "annotations": annotations or {}}
    return {"apiVersion": "data.fluid.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


def tier(**level: Any) -> Object:
    return {"levels": [{"mediumtype": "SSD", "path": "/mnt/c1", "quota": "40Gi", **level}]}


def rendered(dataset_object: Object | None = None, runtime_object: Object | None = None) -> render.Rendered:
    return render.render(dataset_object or dataset(), runtime_object or runtime(), environment=ENVIRONMENT)


def found(result: render.Rendered, kind: str, name: str) -> Object:
    assert result.errors == ()
    value = result.find(kind, name)
    assert value is not None, [(it["kind"], it["metadata"]["name"]) for it in result.objects]
    return value


def pod(result: render.Rendered, part: str = "fuse") -> Any:
    kind = "DaemonSet" if part == "fuse" else "StatefulSet"
    return found(result, kind, f"demo-{part}")["spec"]["template"]["spec"]


def container(result: render.Rendered, part: str = "fuse") -> Any:
    return pod(result, part)["containers"][0]


def script(result: render.Rendered, part: str = "fuse") -> list[str]:
    return list(found(result, "ConfigMap", f"demo-{part}-script")["data"]["script.sh"].splitlines())


def command(result: render.Rendered, word: str, part: str = "fuse") -> str:
    return next((line for line in script(result, part) if line[0] == "/" and line.split()[1] == word), "")


def mount_options(result: render.Rendered, part: str = "fuse") -> list[str]:
    """The options of the mount command, where they hold no quotes."""
    return script(result, part)[-1].split(" -o ")[1].split(",")


def codes(result: render.Rendered) -> list[str]:
    return [problem.code for problem in result.warnings]


def messages(result: render.Rendered) -> list[str]:
    return [problem.message for problem in result.errors]

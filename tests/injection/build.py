"""Builders of Pods, claims and FUSE templates: each gives a valid object of its own, and takes what a test is about."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonpatch

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim, Claims, Dataset, FuseTemplate, Name
from kubectl_fluid.injection.plan import Plan, plan
from kubectl_fluid.injection.reason import Outcome, Reason
from kubectl_fluid.injection.settings import Profile, Settings, SidecarMode

Object = dict[str, Any]

NAMESPACE = "ml"
UNIQUE = "1767225600000000-0123abcd"
#: The FUSE client's own name in mount points and volumes, by runtime type.
CLIENTS = {"juicefs": "juicefs", "alluxio": "alluxio", "jindo": "jindofs", "thin": "thin"}
MOUNT_TYPES = {
    "juicefs": "JuiceFS",
    "alluxio": "fuse.alluxio-fuse",
    "jindo": "fuse.jindofs-fuse",
    "thin": "fuse.ossfs",
}


def settings(**changes: Any) -> Settings:
    """Profile `default` for a Pod of namespace `ml`."""
    return Settings(**{"namespace": NAMESPACE, "unique": UNIQUE, **changes})


def fluid(**changes: Any) -> Settings:
    """Profile `fluid`, in the mode that Fluid has unless it is told otherwise."""
    return settings(profile=Profile.FLUID, **changes)


NATIVE, LEGACY = SidecarMode.NATIVE, SidecarMode.LEGACY


def mount(name: str = "data", path: str = "", **fields: Any) -> Object:
    return {"name": name, "mountPath": path or f"/{name}", **fields}


def container(name: str = "app", *mounts: Object, **fields: Any) -> Object:
    """A container that runs something and has these mounts."""
    made: Object = {"name": name, "image": "python:3.12", "command": ["python", "train.py"], **fields}
    if mounts:
        made["volumeMounts"] = list(mounts)
    return made


def volume(claim: str = "demo", name: str = "data", **fields: Any) -> Object:
    """A volume that is a claim; `fields` go into its source."""
    return {"name": name, "persistentVolumeClaim": {"claimName": claim, **fields}}


def pod(
    *volumes: Object,
    containers: list[Object] | None = None,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    **spec: Any,
) -> Object:
    """A Pod that asks for a sidecar and whose container mounts each of the volumes (by default one: claim `demo`)."""
    volumes = volumes or (volume(),)
    metadata: Object = {"name": "train", "labels": {keys.INJECT: "true", **(labels or {})}}
    if annotations:
        metadata["annotations"] = dict(annotations)
    if containers is None:
        containers = [container("app", *(mount(item["name"]) for item in volumes))]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": containers, "volumes": list(volumes), **spec},
    }


def serverful(*volumes: Object, labels: dict[str, str] | None = None, **changes: Any) -> Object:
    """A Pod that asks to be steered to cache nodes."""
    made = pod(*volumes, labels={keys.INJECT_SERVERFUL: "true", **(labels or {})}, **changes)
    del made["metadata"]["labels"][keys.INJECT]
    return made


def template(
    dataset: Name,
    runtime: str = "juicefs",
    *,
    nested: tuple[str, ...] = (),
    volumes: tuple[Object, ...] = (),
    secrets: tuple[str, ...] = (),
    **fields: Any,
) -> FuseTemplate:
    """What the DaemonSet of a runtime contributes; `nested` are claims of other datasets that it mounts.

    `volumes` are mounted too, at `/extra/<name>`; `fields` are members of the container.
    """
    client = CLIENTS[runtime]
    folder = f"/runtime-mnt/{runtime}/{dataset.namespace}/{dataset.name}"
    made: list[Object] = [
        {"name": f"{client}-fuse-mount", "hostPath": {"path": folder, "type": "DirectoryOrCreate"}},
        {"name": "script", "configMap": {"name": f"{dataset.name}-fuse-script", "defaultMode": 0o755}},
        {"name": "cache-dir-0", "hostPath": {"path": "/var/jfsCache", "type": "DirectoryOrCreate"}},
        *volumes,
        *(volume(claim, f"nested-{index}") for index, claim in enumerate(nested)),
    ]
    paths = {made[0]["name"]: folder, "script": "/script.sh", "cache-dir-0": "/var/jfsCache"}
    mounts = [mount(item["name"], paths.get(item["name"], f"/extra/{item['name']}")) for item in made]
    mounts[0]["mountPropagation"] = "Bidirectional"
    if runtime in ("alluxio", "jindo", "thin"):
        made.append({"name": f"{client}-fuse-device", "hostPath": {"path": "/dev/fuse", "type": "CharDevice"}})
        mounts.append(mount(f"{client}-fuse-device", "/dev/fuse"))
    body: Object = {
        "name": f"{client}-fuse",
        "image": f"registry.example.com/{client}-fuse:1",
        "command": ["/script.sh"],
        "env": [{"name": "FLUID_FUSE_MOUNTPOINT", "value": f"{folder}/{client}-fuse"}],
        "ports": [{"name": "metrics", "containerPort": 9567}],
        "securityContext": {"privileged": True},
        "lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", f"umount {folder}/{client}-fuse"]}}},
        "volumeMounts": mounts,
        **fields,
    }
    return FuseTemplate(body, tuple(made), secrets)


def claim(
    name: str = "demo",
    *,
    runtime: str = "juicefs",
    dataset: str = "",
    namespace: str = NAMESPACE,
    fuse: FuseTemplate | None = None,
    nested: tuple[str, ...] = (),
    **changes: Any,
) -> Claim:
    """A claim of a bound dataset of the same name; `changes` are fields of the Dataset."""
    owner = Name(namespace, dataset or name)
    fields: dict[str, Any] = {
        "cache_node_label": f"{keys.STORAGE_PREFIX}{owner.namespace}-{owner.name}",
        "fuse_node_label": f"{keys.FUSE_PREFIX}{owner.namespace}-{owner.name}",
        "fluid_path": f"/runtime-mnt/{runtime}/{owner.namespace}/{owner.name}/{CLIENTS[runtime]}-fuse",
        "mount_type": MOUNT_TYPES[runtime],
        "fuse": fuse or template(owner, runtime, nested=nested),
        **changes,
    }
    return Claim(Name(namespace, name), Dataset(owner, runtime, **fields))


def dataset_of(claim: Claim) -> Dataset:
    assert claim.dataset is not None
    return claim.dataset


def other_claim(name: str = "disk") -> Claim:
    """A claim that has nothing to do with Fluid."""
    return Claim(Name(NAMESPACE, name))


def lookup(*claims: Claim) -> Claims:
    """Finds these claims; without any it finds `demo`."""
    known = {(item.name.namespace, item.name.name): item for item in claims or (claim(),)}
    return lambda namespace, name: known.get((namespace, name))


def planned(pod: Object, *claims: Claim, using: Settings | None = None) -> Plan:
    """The plan, after looking whether its promises hold: nothing given is changed, the patch leads to the result."""
    before, templates = copy.deepcopy(pod), copy.deepcopy(claims)
    result = plan(pod, lookup(*claims), using or settings())
    assert pod == before
    assert claims == templates
    sent, operations = json.loads(json.dumps([pod, result.operations]))
    assert jsonpatch.apply_patch(sent, operations) == result.pod
    return result


def injected(pod: Object, *claims: Claim, using: Settings | None = None) -> Object:
    """The Pod with its sidecars."""
    result = planned(pod, *claims, using=using)
    assert result.outcome is Outcome.INJECTED, result.reasons
    return result.pod


def refused(pod: Object, *claims: Claim, using: Settings | None = None) -> Reason:
    """The one reason why the Pod is refused; it comes back as it was."""
    result = planned(pod, *claims, using=using)
    assert result.outcome is Outcome.REFUSED
    assert result.pod is pod
    (reason,) = result.reasons
    return reason


def skipped(pod: Object, *claims: Claim, using: Settings | None = None) -> str:
    """The code of the first reason to leave the Pod alone."""
    result = planned(pod, *claims, using=using)
    assert result.outcome is Outcome.SKIPPED
    assert result.pod is pod
    return result.reasons[0].code


def names(items: list[Object]) -> list[str]:
    return [item["name"] for item in items]


def by_name(pod: Object, name: str) -> Object:
    """The container, init container or volume of that name."""
    spec = pod["spec"]
    found = [
        item
        for field in ("containers", "initContainers", "volumes")
        for item in spec.get(field) or []
        if item["name"] == name
    ]
    assert found, f"{name} is not among {names(spec['containers'])} {names(spec.get('initContainers') or [])}"
    return dict(found[0])


def mount_of(container: Object, name: str) -> Object:
    """The container's (first) mount of that volume."""
    return dict(next(item for item in container["volumeMounts"] if item["name"] == name))


def environment(container: Object) -> dict[str, str]:
    return {item["name"]: item.get("value", "") for item in container.get("env") or []}


def hook(container: Object) -> list[str]:
    """The postStart command, [] where there is none."""
    handler = (container.get("lifecycle") or {}).get("postStart") or {}
    return list((handler.get("exec") or {}).get("command") or [])


def with_problem(claim: Claim, **problems: Any) -> Claim:
    """The claim with `not_ready`, `broken` or `no_sidecar` set."""
    return claim._replace(**problems)


def undo_of(pod: Object) -> list[Object]:
    """The operations of the undo annotation."""
    operations: list[Object] = json.loads(pod["metadata"]["annotations"][keys.UNDO])
    return operations

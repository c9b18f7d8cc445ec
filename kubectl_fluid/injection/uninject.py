"""`uninject`: the way back, by the undo annotation or by recognising what an injection leaves."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.injection import mountcheck, prefetcher, undo, undocheck
from kubectl_fluid.injection.draft import Draft, mounts
from kubectl_fluid.injection.plan import Plan
from kubectl_fluid.injection.reason import Outcome, Reason, Refusal
from kubectl_fluid.manifests.patch import diff

Object = dict[str, Any]

#: The folder that Fluid's check of a sidecar looks at, and the end of a mount point, given a dataset's own folder.
_CHECKED = re.compile(rf"/{re.escape(mountcheck.SIDECAR_SCRIPT)} (/\S+)")
_MOUNT_POINT = r"/{}/(.+/)?[a-z]+-fuse(/|$)"


def uninject(pod: Object) -> Plan:
    """The Pod (or template) without its injection; `pod` is not changed.

    Outcome INJECTED stands for "changed back" with reason `Undone` (exact) or `Recognised` (as well as can be told:
    claims by the dataset labels of the sidecars), SKIPPED with `NotInjected` for a Pod that has none.
    """
    try:
        draft = Draft(pod)
        if keys.UNDO in draft.annotations:
            result = undo.apply(pod, undo.read(draft.annotations[keys.UNDO]))
            if result is not None:
                _check(pod, result)
                reason = Reason("Undone", Outcome.INJECTED, "the injection was taken back exactly")
                return Plan(result, Outcome.INJECTED, (reason,), tuple(diff(pod, result)))
        if draft.labels.get(keys.DONE) != "true":
            reason = Reason("NotInjected", Outcome.SKIPPED, f"label {keys.DONE} is not true: nothing to take back")
            return Plan(pod, Outcome.SKIPPED, (reason,))
        _recognise(draft)
    except Refusal as refusal:
        return Plan(pod, Outcome.REFUSED, refusal.reasons, status=refusal.status)
    result = _without_empties(draft.pod())
    reason = Reason(
        "Recognised",
        Outcome.INJECTED,
        "there is no undo annotation that fits: sidecars and their volumes were taken out as they were recognised",
        "compare the result with the manifest that the Pod came from",
    )
    return Plan(result, Outcome.INJECTED, (reason,), tuple(diff(pod, result)))


def _without_empties(pod: Object) -> Object:
    """The Pod without the mapping and the lists that lost their last member: an injection had made them."""
    emptied = {"metadata": ("annotations",), "spec": ("initContainers", "volumes")}
    changed = {
        part: {key: value for key, value in pod[part].items() if key not in keys_of or value}
        for part, keys_of in emptied.items()
        if part in pod
    }
    return {**pod, **changed}


def _check(pod: Object, restored: Object) -> None:
    if place := undocheck.excess(pod, restored):
        raise Refusal(
            "BadUndo",
            f"annotation {keys.UNDO} would change {place}, which no injection writes",
            "somebody has edited it: delete it, then uninject takes away what it recognises",
            status=400,
            pointer=("metadata", "annotations", keys.UNDO),
        )


def _recognise(draft: Draft) -> None:
    sidecars = [c for c in draft.all_containers() if _is_sidecar(draft, c)]
    names = {c["name"] for c in sidecars}
    if draft.annotations.get(keys.PREFETCH_DONE) == "true":
        names.add(prefetcher.NAME)
    claims = _claims_by_volume(draft, sidecars)
    draft.containers = [c for c in draft.containers if c["name"] not in names]
    draft.init_containers = [c for c in draft.init_containers if c["name"] not in names]
    inner = {name: path for sidecar in sidecars for name, path in _inside(sidecar)}
    for container in draft.all_containers():
        _clean(container, {name: inner.get(name, "") for name in claims})
    kept = {mount["name"] for container in draft.all_containers() for mount in mounts(container)}
    added = {mount["name"] for container in sidecars for mount in mounts(container)} | {prefetcher.STATUS_VOLUME}
    draft.volumes = [
        _with_claim(volume, claims)
        for volume in draft.volumes
        if volume["name"] in kept or volume["name"] in claims or not (_is_check(volume) or volume["name"] in added)
    ]
    for key in list(draft.labels):
        if key.startswith(undocheck.LABEL_PREFIXES) or key in undocheck.LABELS:
            del draft.labels[key]
    for key in undocheck.ANNOTATIONS:
        draft.annotations.pop(key, None)


def _is_sidecar(draft: Draft, container: Object) -> bool:
    name = container["name"]
    return name.startswith(undocheck.SIDECARS) and keys.DATASET_NAME_PREFIX + name in draft.labels


def _claims_by_volume(draft: Draft, sidecars: list[Object]) -> dict[str, str]:
    """Volume name → claim, for the volumes through which an application reads what a sidecar mounts.

    Such a volume is a hostPath below a place where a sidecar has or checks its mount, or that is called after its
    dataset, or an emptyDir that an application and a sidecar both mount.
    """
    sources = {volume["name"]: volume for volume in draft.volumes}
    names = {c["name"] for c in sidecars}
    used = {m["name"] for c in draft.all_containers() if c["name"] not in names for m in mounts(c)}
    claims: dict[str, str] = {}
    for container in sidecars:
        claim = draft.labels[keys.DATASET_NAME_PREFIX + container["name"]]
        own = [sources[m["name"]] for m in mounts(container) if m["name"] in sources]
        claims |= {v["name"]: claim for v in own if "emptyDir" in v and v["name"] in used}
        folders = [_path(v) for v in own if "-fuse-mount" in v["name"] or v["name"].startswith("fluid-")]
        folders += [m["mountPath"] for m in mounts(container) if "-fuse-mount" in m["name"]]
        folders += _CHECKED.findall(" ".join(map(str, _hook(container, "postStart"))))
        named = re.compile(_MOUNT_POINT.format(re.escape(_dataset_folder(draft, container))))
        for volume in draft.volumes:
            path = _path(volume)
            read = bool(named.search(path)) or any(_below(path, folder) for folder in folders if folder)
            if read and volume not in own:
                claims[volume["name"]] = claim
    return claims


def _inside(sidecar: Object) -> Iterator[tuple[str, str]]:
    """The shared volumes in a folder of which the client mounts, as its hooks tell, and that folder."""
    words = " ".join(map(str, [*_hook(sidecar, "postStart"), *_hook(sidecar, "preStop")])).split()
    for mount in mounts(sidecar):
        if mount.get("mountPropagation") == "Bidirectional" and not mount["name"].endswith("-fuse-mount"):
            below = [word for word in words if word.startswith("/") and _below(word, mount["mountPath"])]
            if below:
                yield mount["name"], posixpath.relpath(below[0], mount["mountPath"])


def _dataset_folder(draft: Draft, sidecar: Object) -> str:
    prefixes = (keys.DATASET_NAMESPACE_PREFIX, keys.DATASET_NAME_PREFIX)
    return "/".join(draft.labels.get(prefix + sidecar["name"], "") for prefix in prefixes)


def _path(volume: Object) -> str:
    return str((volume.get("hostPath") or {}).get("path") or "")


def _below(path: str, folder: str) -> bool:
    return posixpath.normpath(path).startswith(posixpath.normpath(folder) + "/")


def _is_check(volume: Object) -> bool:
    name = str((volume.get("configMap") or {}).get("name") or "")
    return name == mountcheck.APP_CONFIG_MAP or name.endswith(f"-{mountcheck.SIDECAR_VOLUME}")


def _with_claim(volume: Object, claims: dict[str, str]) -> Object:
    if volume["name"] not in claims:
        return volume
    claim = {"claimName": claims[volume["name"]]}
    return {
        ("persistentVolumeClaim" if key in ("hostPath", "emptyDir") else key): (
            claim if key in ("hostPath", "emptyDir") else value
        )
        for key, value in volume.items()
    }


def _clean(container: Object, volumes: dict[str, str]) -> None:
    """Takes the mount check, and what was done to its mounts, out of an application's container.

    `volumes` are the names of those that held a claim, each with the folder in it that was put before sub paths.
    """
    old = mounts(container)
    new = [
        _clean_mount(mount, volumes[mount["name"]]) if mount["name"] in volumes else mount
        for mount in old
        if mount["mountPath"] not in (f"/{mountcheck.APP_SCRIPT}", prefetcher.STATUS_PATH)
    ]
    if new != old:
        container["volumeMounts"] = new
    lifecycle = container.get("lifecycle") or {}
    hook = _hook(container, "postStart")
    if any(mountcheck.APP_SCRIPT in str(part) or part == mountcheck.INLINE_SCRIPT for part in hook):
        rest = {key: value for key, value in lifecycle.items() if key != "postStart"}
        container.pop("lifecycle")
        if rest:
            container["lifecycle"] = rest


def _clean_mount(mount: Object, inner: str) -> Object:
    made = {key: value for key, value in mount.items() if key != "mountPropagation"}
    for key in ("subPath", "subPathExpr") if inner else ():
        path = made.get(key)
        if path == inner:
            del made[key]
        elif isinstance(path, str):
            made[key] = path.removeprefix(f"{inner}/")
    return made


def _hook(container: Object, name: str) -> list[Any]:
    """The command of a lifecycle hook, [] where there is none."""
    handler = (container.get("lifecycle") or {}).get(name) or {}
    return (handler.get("exec") or {}).get("command") or []

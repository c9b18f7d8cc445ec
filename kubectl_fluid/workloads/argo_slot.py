"""Writing a Pod back into an Argo template (see `argo` for the facts)."""

from __future__ import annotations

from dataclasses import dataclass

from kubectl_fluid.workloads.argo_merge import canonical, merged, own_items, own_members
from kubectl_fluid.workloads.argo_view import (
    SPEC_NAMES,
    TEMPLATE_FIELDS,
    main_field,
    mains,
    view,
)
from kubectl_fluid.workloads.errors import Pointer, WorkloadError
from kubectl_fluid.workloads.path import Object, at, replace
from kubectl_fluid.workloads.slot import Slot


@dataclass(frozen=True, slots=True)
class ArgoSlot(Slot):
    """A slot whose Pod is put together from several places; `workflow` leads to the WorkflowSpec.

    Only what was changed is written, and to the template (pull secrets: to the spec, where Argo wants them). What the
    template then has in common with `spec` or `templateDefaults` is not repeated in it, so that undoing an injection
    leaves what was there before.
    """

    workflow: Pointer = ()

    def put(self, value: Object, new_pod: Object) -> Object:
        """See `Slot.put`. WorkloadError when the template, read again, would not give `new_pod`."""
        if new_pod is self.pod or new_pod == self.pod:
            return value
        spec: Object = at(value, self.workflow)
        template: Object = at(value, self.pointer)
        changed = _Writer(spec, template, self.pod, new_pod).template()
        value = replace(value, self.pointer, changed)
        secrets = _pull_secrets(spec, self.pod, new_pod)
        if secrets != spec.get("imagePullSecrets"):
            spec = {key: item for key, item in at(value, self.workflow).items() if key != "imagePullSecrets"}
            value = replace(value, self.workflow, spec if secrets is None else {**spec, "imagePullSecrets": secrets})
        self._check(value, new_pod)
        return value

    def _check(self, value: Object, new_pod: Object) -> None:
        got = view(at(value, self.workflow), at(value, self.pointer))
        lost = _difference(got, new_pod)
        if lost:
            raise WorkloadError(f"{self.name}: an Argo template has no place for this change of {lost}", self.pointer)

    def locate(self, pointer: Pointer) -> Pointer:
        """See `Slot.locate`: the template, or its member that says the same as the Pod's."""
        match pointer:
            case ("metadata", *rest):
                return (*self.pointer, "metadata", *rest)
            case ("spec", "initContainers", *rest):
                return (*self.pointer, "initContainers", *rest)
            case _:
                return self.pointer


class _Writer:
    """Turns the difference between two Pods of one template into members of that template."""

    def __init__(self, spec: Object, template: Object, old: Object, new: Object) -> None:
        self._spec = spec
        self._template = dict(template)
        self._defaults: Object = spec.get("templateDefaults") or {}
        self._old, self._new = old, new
        self._field = str(main_field(template))

    def template(self) -> Object:
        """The new template; the old one is not changed."""
        self._write_metadata()
        old, new = self._old["spec"], self._new.get("spec") or {}
        if old.get("volumes") != new.get("volumes"):
            below = [*(self._spec.get("volumes") or ()), *(self._defaults.get("volumes") or ())]
            self._write_list("volumes", new.get("volumes"), below)
        if old.get("initContainers") != new.get("initContainers"):
            self._write_list("initContainers", new.get("initContainers"), self._defaults.get("initContainers") or [])
        if old["containers"] != new.get("containers"):
            self._write_containers(new.get("containers") or [])
        for name in TEMPLATE_FIELDS:
            if old.get(name) != new.get(name):
                inherited = self._defaults.get(name) or self._spec.get(SPEC_NAMES.get(name, name))
                self._set(name, None if new.get(name) == inherited else new.get(name))
        return self._template

    def _set(self, name: str, value: object) -> None:
        if value is None:
            self._template.pop(name, None)
        else:
            self._template[name] = value

    def _write_metadata(self) -> None:
        old, new = self._old.get("metadata") or {}, self._new.get("metadata") or {}
        if old == new:
            return
        own = dict(self._template.get("metadata") or {})
        holders = [self._spec.get("podMetadata") or {}, self._defaults.get("metadata") or {}]
        for part in ("labels", "annotations"):
            if old.get(part) == new.get(part):
                continue
            below = {key: text for holder in holders for key, text in (holder.get(part) or {}).items()}
            members = own_members(own.get(part) or {}, below, old.get(part) or {}, new.get(part) or {})
            if members or (part in new and not below):
                own[part] = members
            else:
                own.pop(part, None)
        keep = own or ("metadata" in self._new and not any(holders))
        self._set("metadata", own if keep else None)

    def _write_list(self, name: str, new: list[Object] | None, below: list[Object]) -> None:
        items = own_items(new or [], below, self._template.get(name) or [])
        self._set(name, items if items or (new is not None and not below) else None)

    def _write_containers(self, new: list[Object]) -> None:
        whole: Object = merged(self._defaults, self._template)
        old = mains(whole, self._field)
        main_names = [container.get("name") for container in old]
        beside = [container for container in new if container.get("name") not in main_names]
        if beside != (whole.get("sidecars") or []):
            self._write_list("sidecars", beside or None, self._defaults.get("sidecars") or [])
        now = [container for container in new if container.get("name") in main_names]
        if now == old or len(now) != len(old):
            return
        if self._field == "containerSet":
            self._write_set(whole["containerSet"], old, now)
            return
        own: Object = self._template[self._field]
        before, after = ({k: v for k, v in it.items() if k != "name"} for it in (old[0], now[0]))
        self._template[self._field] = own_members(own, self._defaults.get(self._field) or {}, before, after)

    def _write_set(self, whole: Object, old: list[Object], new: list[Object]) -> None:
        """A set's own mounts, and what follows them in all of its containers, go back to the set."""
        shared = whole.get("volumeMounts") or []
        split = [_split(container.get("volumeMounts") or [], shared) for container in new]
        if any(tail != split[0][1] for _, tail in split):  # not the same for all: the set keeps to what it had
            split = [_sorted_out(own + tail, shared) for own, tail in split]
        containers = []
        for source, before, after, (own, _) in zip(whole["containers"], old, new, split, strict=True):
            was = {**before, "volumeMounts": source.get("volumeMounts")}
            now = {key: member for key, member in after.items() if key != "volumeMounts"}
            if own or was["volumeMounts"] == []:
                now["volumeMounts"] = own
            containers.append(own_members(source, {}, was, now))
        result = dict(self._template["containerSet"])
        if containers != whole["containers"]:
            result["containers"] = containers
        if split[0][1] != shared:
            result["volumeMounts"] = split[0][1]
        self._template["containerSet"] = result


def _paths(mounts: list[Object]) -> set[str]:
    return {path for mount in mounts if isinstance(path := mount.get("mountPath"), str)}


def _split(mounts: list[Object], shared: list[Object]) -> tuple[list[Object], list[Object]]:
    """A container's mounts before the set's, and those from there on."""
    paths = _paths(shared)
    places = (index for index, mount in enumerate(mounts) if _paths([mount]) & paths)
    start = next(places, len(mounts))
    return mounts[:start], mounts[start:]


def _sorted_out(mounts: list[Object], shared: list[Object]) -> tuple[list[Object], list[Object]]:
    """A container's mounts at other places than the set's, and those at the set's places."""
    paths = _paths(shared)
    own = [mount for mount in mounts if not _paths([mount]) & paths]
    return own, [mount for mount in mounts if _paths([mount]) & paths]


def _pull_secrets(spec: Object, old: Object, new: Object) -> list[Object] | None:
    """The spec's pull secrets with those added and removed that the Pod gained and lost; others are left alone."""
    before, after = (pod.get("spec", {}).get("imagePullSecrets") or [] for pod in (old, new))
    now: list[Object] | None = spec.get("imagePullSecrets")
    if before == after:
        return now
    kept = [secret for secret in now or () if secret in after or secret not in before]
    result = kept + [secret for secret in after if secret not in kept and secret not in before]
    return result or None


def _difference(got: Object, wanted: Object) -> str:
    """The first member in which two Pods differ beyond order, "" for none."""
    if (got.get("metadata") or {}) != (wanted.get("metadata") or {}):
        return "metadata"
    one, other = got["spec"], wanted.get("spec") or {}
    for name in sorted({*one, *other}):
        left, right = one.get(name), other.get(name)
        if name == "imagePullSecrets":  # of all templates together: another slot may have added some
            same = all(secret in (left or []) for secret in right or [])
        elif name in ("volumes", "containers"):
            same = _in_order(left) == _in_order(right)
        else:
            same = left == right
        if not same:
            return f"spec.{name}"
    return ""


def _in_order(items: list[Object] | None) -> list[str]:
    """Volumes or containers as sorted texts, the mounts of each sorted too."""
    return sorted(canonical(_with_sorted_mounts(item)) for item in items or ())


def _with_sorted_mounts(item: Object) -> Object:
    mounts = item.get("volumeMounts")
    return {**item, "volumeMounts": sorted(mounts, key=canonical)} if isinstance(mounts, list) else item

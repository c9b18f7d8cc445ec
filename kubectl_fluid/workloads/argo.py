"""Argo Workflows: no Pod template, but one Pod for each template with a container.

What the controller does (Argo Workflows 3.7.0, workflow/controller/workflowpod.go):

- `spec.templateDefaults` goes under each template (see `argo_merge`); metadata is `spec.podMetadata` below the
  template's own; scheduling fields of the template win over those of the spec where they are not empty.
- All of `template.volumes` get into the Pod; those of `spec.volumes` only where the main container, an init container
  or a sidecar mounts one, and only if the template has none of that name (addVolumeReferences).
- The main container of a `container` or `script` is always called `main`. The Pod also gets Argo's own init container
  `init` (first) and container `wait` (first); `wait`, and with input artifacts `init`, mount what `main` mounts. They
  are not part of the view.
- `template.initContainers` are core/v1 Containers and so may say `restartPolicy: Always` since 3.6 (its k8s.io/api is
  0.30.3; that of 3.5.8 is 0.24.3, which drops the field). Kubernetes ends such a sidecar after `main` and `wait`.
- `template.sidecars` come after the main container and run under `argoexec emissary`, which needs a command or looks
  up the image's. When the main containers have ended, the controller ends sidecars by `argoexec kill` in each (TERM,
  later KILL); their exit codes 137 and 143 count as success. So a legacy sidecar ends, but cannot hold `main` back.
- `podSpecPatch` is applied to the finished Pod; what it adds is not seen here.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.workloads import table
from kubectl_fluid.workloads.argo_slot import ArgoSlot
from kubectl_fluid.workloads.argo_view import check_spec, check_template, main_field, view
from kubectl_fluid.workloads.errors import Pointer, shown
from kubectl_fluid.workloads.label import label, namespace
from kubectl_fluid.workloads.path import Object, at, mapping, maps, walk


def slots(value: Object, row: table.Kind, start: Pointer) -> Iterator[ArgoSlot]:
    """One slot for each template that runs a container; `start` leads to the object.

    Errors have pointers from the object on. Raises WorkloadError on wrong types.
    """
    for pointer, _ in walk(value, row.workflow):
        spec: Object = at(value, pointer)
        check_spec(spec, pointer)
        for where, template, title in _templates(spec, pointer):
            check_template(template, where)
            if main_field(template) is None:
                continue
            yield ArgoSlot(
                pointer=(*start, *where),
                pod=view(spec, template),
                kind=row.kind,
                name=f"{label(value)} template {title}",
                namespace=namespace(value),
                caveat=row.caveat,
                workflow=(*start, *pointer),
            )


def refusal(value: Object, path: str, start: Pointer) -> str | None:
    """For a workflow that only refers to a WorkflowTemplate, what to inject instead."""
    keys = path.split(".")
    spec: Object | None = value
    for depth, key in enumerate(keys):
        spec = mapping(spec or {}, key, (*start, *keys[:depth]))
    where = (*start, *keys)
    reference = mapping(spec or {}, "workflowTemplateRef", where)
    if not spec or not reference or maps(spec, "templates", where):
        return None
    kind = "ClusterWorkflowTemplate" if reference.get("clusterScope") is True else "WorkflowTemplate"
    name = shown(reference.get("name"), "it refers to")
    return f"{label(value)} has no templates of its own: inject the {kind} {name}"


def _templates(spec: Object, where: Pointer) -> Iterator[tuple[Pointer, Object, str]]:
    """Templates of a WorkflowSpec with pointer and title, those written in line in steps and DAG tasks included."""
    for index, template in enumerate(maps(spec, "templates", where) or ()):
        pointer = (*where, "templates", index)
        title = _named(template, index)
        yield pointer, template, title
        for place, task, position in _tasks(template, pointer):
            inline = mapping(task, "inline", place)
            if inline is not None:
                yield (*place, "inline"), inline, f"{title} task {_named(task, position)}"


def _tasks(template: Object, where: Pointer) -> Iterator[tuple[Pointer, Object, int]]:
    """Steps (a list of lists) and DAG tasks of a template."""
    dag = mapping(template, "dag", where) or {}
    for index, task in enumerate(maps(dag, "tasks", (*where, "dag")) or ()):
        yield (*where, "dag", "tasks", index), task, index
    rows = template.get("steps")
    for row, steps in enumerate(rows if isinstance(rows, list) else ()):
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            if isinstance(step, dict):
                yield (*where, "steps", row, index), step, index


def _named(holder: Object, index: int) -> str:
    return shown(holder.get("name"), str(index))

"""The page of the kinds, `docs/workloads.md`, made from the table."""

from __future__ import annotations

from kubectl_fluid.workloads import table

_HEAD = """\
# Workloads

<!-- Made from kubectl_fluid/workloads/table.py: `make golden` writes it anew. -->

`inject` and `uninject` know these kinds, told by API group and kind. `[*]` stands for each item of a list, `{*}` for
each value of a map. The items of a `List` (and of typed lists such as `DeploymentList`) are looked at one by one, every
other object passes through unchanged. Versions are those that were looked at; others of the same group are read in the
same way.

| kind | API group | versions | Pod templates | notes |
| --- | --- | --- | --- | --- |
"""

_TAIL = """
Labels and annotations are those of the Pod template: what stands on the workload's own metadata does not reach its
Pods. A template that is absent, null or has no `spec` is left alone; one of the wrong type is an error.

## What has no Pod template

- **TrainJob** (`trainer.kubeflow.org`) refers to a TrainingRuntime or ClusterTrainingRuntime. Its own overrides
  (`podTemplateOverrides`, `runtimePatches`) reach volumes and existing containers but cannot add one. Inject the
  runtime, or label the runtime's Pod template and let the webhook inject the Pods.
- A **Workflow** with only a `workflowTemplateRef`: inject the WorkflowTemplate.

## Argo Workflows

Each entry of `spec.templates` with a `container`, `script` or `containerSet` makes a Pod, also one that stands in line
in a step or a DAG task. The Pod that injection sees is put together as Argo's controller does it: metadata of
`spec.podMetadata` and the template, volumes of the template and those of `spec.volumes` that are mounted,
`initContainers`, `sidecars`, all of it over `spec.templateDefaults`. Changes go back into the template:

| of the Pod | in the template |
| --- | --- |
| labels, annotations | `metadata` |
| volumes that are new or differ from `spec.volumes` | `volumes`: they win over those of the same name in the spec |
| init containers, native sidecars among them | `initContainers` |
| containers other than the main ones | `sidecars` |
| the main container | `container`, `script`, or `containerSet.containers` and `containerSet.volumeMounts` |
| affinity, nodeSelector, tolerations and the like | the same field |
| pull secrets | `spec.imagePullSecrets`, shared by all templates |

What Argo cannot express (overriding a volume of `templateDefaults` by one of another type, say) is refused.

- A native sidecar needs Argo 3.6 or later and Kubernetes 1.29 or later. Kubernetes ends it after Argo's own containers.
- A sidecar in `sidecars` starts after the main container, so that a mount check cannot hold that back, and needs a
  `command` (or Argo looks up the image's). Argo ends it when the main container has ended.
- Argo's own init container runs before all others: input artifacts cannot be placed into a dataset's volume.
- What `podSpecPatch` adds is not seen.
"""


def page() -> str:
    """The Markdown text of the page."""
    return _HEAD + "".join(map(_row, table.KINDS)) + _TAIL


def _row(row: table.Kind) -> str:
    groups = ", ".join(f"`{group}`" if group else "core" for group in row.groups)
    places = [f"`{place.path or '(the Pod itself)'}`" for place in row.places]
    if row.workflow:
        places = [f"`{row.workflow}.templates[*]` (see below)"]
    return f"| {row.kind} | {groups} | {row.versions} | {'<br>'.join(places)} | {row.caveat} |\n"

"""A DataLoad for JuiceFS becomes a Job or a CronJob and its script.

Fluid a826600a, pkg/ddc/juicefs/data_load.go, pkg/controllers/v1alpha1/dataload, charts/fluid-dataloader/juicefs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kubectl_fluid import keys
from kubectl_fluid.claims import Name, Object, Problem
from kubectl_fluid.render import ignored
from kubectl_fluid.render.edition import Edition, edition_of
from kubectl_fluid.render.environment import Environment
from kubectl_fluid.render.fields import Fields
from kubectl_fluid.render.images import resolve
from kubectl_fluid.render.inputs import Dataset, Metadata, Runtime, read_dataset, read_metadata, read_runtime
from kubectl_fluid.render.labels import Chart, Identity, owner_references
from kubectl_fluid.render.physical import target_of
from kubectl_fluid.render.quoting import refused_character
from kubectl_fluid.render.resources import canonical_lists
from kubectl_fluid.render.result import Rendered, failed
from kubectl_fluid.render.schedule import ScheduleError, check_schedule

_CHART: Final = "fluid-dataloader"
_SCRIPT_KEY: Final = "dataloader.distributedLoad"
_SCRIPT_NAME: Final = "juicefs_dataload.sh"
_NAME_LIMIT: Final = 46
#: An API server leaves room for what a CronJob puts behind the names of its Jobs.
_CRON_JOB_LIMIT: Final = 52
#: The longest string that Linux hands to a program (MAX_ARG_STRLEN).
_VARIABLE_LIMIT: Final = 131072
_POLICIES: Final = ("", "Once", "Cron", "OnEvent")
#: Fields of the spec that go into the Pod as they are.
_POD_FIELDS: Final = ("affinity", "nodeSelector")

#: Variables: MOUNTPATH, EDITION, POD_NAMES (joined by colons), TIMEOUT, OPTION, DATA_PATH and POD_NAMESPACE.
_SCRIPT: Final = """\
#!/bin/sh
# Warms the cache of JuiceFS workers up: every worker of the community edition, one of the enterprise edition.
set -ef
paths=
for path in $DATA_PATH; do
  paths="$paths $MOUNTPATH$path"
done
workers=$(echo "$POD_NAMES" | tr : ' ')
juicefs=/usr/bin/juicefs
if test "$EDITION" = community; then
  juicefs=/usr/local/bin/juicefs
fi
for worker in $workers; do
  /usr/local/bin/kubectl -n "$POD_NAMESPACE" exec "$worker" -- timeout 30s ls $paths > /dev/null
  break
done
for worker in $workers; do
  echo "juicefs warmup in $worker:$paths"
  /usr/local/bin/kubectl -n "$POD_NAMESPACE" exec "$worker" -- timeout "$TIMEOUT" $juicefs warmup $paths $OPTION
done
"""


@dataclass(frozen=True, slots=True)
class Load:
    """A DataLoad, read down to the fields that make a difference."""

    metadata: Metadata
    dataset: Name
    policy: str
    schedule: str
    paths: tuple[str, ...]
    replicas: tuple[int, ...]
    options: Mapping[str, str]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    pod: Object
    resources: Object

    @property
    def release(self) -> str:
        """The name of the Helm release."""
        return f"{self.metadata.name.name}-loader"

    @property
    def job(self) -> str:
        """The name of the Job or CronJob."""
        return f"{self.release}-job"


@dataclass(frozen=True, slots=True)
class Subject:
    """A DataLoad with what it loads."""

    load: Load
    dataset: Dataset
    runtime: Runtime
    environment: Environment

    @property
    def edition(self) -> Edition:
        """The edition of the dataset."""
        return edition_of(self.dataset.mounts[0])


def render_dataload(
    dataload: Object, dataset: Object | None, runtime: Object | None, environment: Environment
) -> Rendered:
    """The Job or CronJob of a DataLoad and its script, or all that is wrong with it.

    `dataset` and `runtime` are None where there is none of the name that the DataLoad gives.
    """
    load, errors, warnings = _looked_at(dataload)
    cannot = _unsupported(load, dataset, runtime)
    if dataset is None or runtime is None or cannot is not None:
        return failed([*errors, *filter(None, [cannot])], warnings)
    subject = Subject(load, read_dataset(dataset, errors), read_runtime(runtime, errors), environment)
    errors += _problems(subject)
    if errors:
        return failed(errors, warnings)
    namespace = load.metadata.name.namespace
    if load.policy == "OnEvent":
        return Rendered(namespace=namespace, warnings=tuple(warnings))
    return Rendered(
        namespace=namespace, objects=(_job(subject), _config_map(subject)), warnings=tuple(dict.fromkeys(warnings))
    )


def problems_of(dataload: Object) -> list[Problem]:
    """What is wrong with a DataLoad, whatever it loads: the part of `render_dataload` that needs no others."""
    _, errors, warnings = _looked_at(dataload)
    return errors + warnings


def _looked_at(dataload: Object) -> tuple[Load, list[Problem], list[Problem]]:
    """A DataLoad, and the errors and warnings about it alone."""
    errors: list[Problem] = []
    load = _read(dataload, errors)
    errors += _own_problems(load)
    return load, errors, ignored.ignored_fields(ignored.DATA_LOAD, dataload) + _warnings(load)


def _read(dataload: Object, errors: list[Problem]) -> Load:
    root = Fields(dataload, "DataLoad", errors)
    spec, dataset = root.child("spec"), root.child("spec").child("dataset")
    targets = spec.children("target")
    pod: Object = {key: value for key in _POD_FIELDS if (value := spec.mapping(key))}
    if tolerations := spec.objects("tolerations"):
        pod["tolerations"] = list(tolerations)
    if scheduler := spec.text("schedulerName"):
        pod["schedulerName"] = scheduler
    return Load(
        metadata=read_metadata(root),
        dataset=Name(dataset.text("namespace"), dataset.text("name")),
        policy=spec.text("policy"),
        schedule=spec.text("schedule"),
        paths=tuple(target.text("path").strip() for target in targets) or ("/",),
        replicas=tuple(target.integer("replicas", 1) or 1 for target in targets) or (1,),
        options=spec.strings("options"),
        labels=spec.child("podMetadata").strings("labels"),
        annotations=spec.child("podMetadata").strings("annotations"),
        pod=pod,
        resources=canonical_lists(spec.mapping("resources"), "DataLoad.spec.resources", errors),
    )


def _unsupported(load: Load, dataset: Object | None, runtime: Object | None) -> Problem | None:
    """Why there can be no Job whatever the DataLoad says."""
    if dataset is not None and target_of(dataset) is not None:
        message = "thinEngine for reference dataset does not support data operations"
        return Problem("DataOperationNotSupport", message, "load the dataset that it mounts")
    if dataset is None or runtime is None:
        name = Name(load.dataset.namespace or load.metadata.name.namespace, load.dataset.name)
        message = f"there is no Dataset {name}" + ("" if dataset is None else " with a runtime")
        hint = "give both files: kubectl fluid render -f dataset.yaml -f dataload.yaml"
        return Problem("TargetDatasetNotFound", message, hint)
    if runtime.get("kind") != "JuiceFSRuntime":
        message = f"a DataLoad for {runtime.get('kind')} cannot be rendered"
        return Problem("DataOperationNotSupport", message, "only those for JuiceFSRuntime can")
    return None


def _own_problems(load: Load) -> Iterator[Problem]:
    """What is wrong with the DataLoad, whatever it loads."""
    name = load.metadata.name
    if not name.name:
        yield Problem("Name", "metadata.name: Required value: name or generateName is required")
    if len(name.name) > _NAME_LIMIT:
        message = f"the name of DataLoad {name.name} is longer than {_NAME_LIMIT} characters"
        yield Problem("Name", message, "it becomes the name of a Helm release")
    if not load.dataset.namespace:
        message = f"TargetDatasetNotFound: DataLoad {name.name} names no namespace of its dataset"
        yield Problem("TargetDatasetNotFound", message, f"set spec.dataset.namespace: {name.namespace}")
    elif load.dataset.namespace != name.namespace:
        message = f"dataLoad({name.name}) namespace is not same as dataset"
        yield Problem("TargetDatasetNamespaceNotSame", message, f"make the DataLoad in {load.dataset.namespace}")
    if load.policy not in _POLICIES:
        yield Problem("Policy", f"policy {load.policy!r} is none of Once, Cron, OnEvent")
    if load.policy == "Cron":
        yield from _cron_problems(load)
    yield from _script_problems(load)


def _cron_problems(load: Load) -> Iterator[Problem]:
    """What an API server says of the CronJob."""
    if len(load.job) > _CRON_JOB_LIMIT:
        fault = f'metadata.name: Invalid value: "{load.job}": must be no more than {_CRON_JOB_LIMIT} characters'
        hint = f"{_CRON_JOB_LIMIT - len(load.job) + len(load.metadata.name.name)} characters are left for the DataLoad"
        yield Problem("Name", f"its CronJob is refused: {fault}", hint)
    if not load.schedule:
        yield Problem("ScheduleNotSpecified", "policy Cron needs a schedule", 'set spec.schedule, e.g. "0 3 * * *"')
        return
    try:
        check_schedule(load.schedule)
    except ScheduleError as error:
        fault = f'spec.schedule: Invalid value: "{load.schedule}": {error}'
        hint = 'write minute, hour, day, month and weekday, e.g. "0 3 * * *", or @daily'
        yield Problem("Schedule", f"its CronJob is refused: {fault}", hint)


def _problems(subject: Subject) -> Iterator[Problem]:
    """What is wrong with the DataLoad and what it loads, seen together."""
    load, runtime = subject.load, subject.runtime
    if load.dataset.namespace == load.metadata.name.namespace and load.dataset != subject.dataset.metadata.name:
        yield Problem("TargetDatasetNotFound", f"there is no Dataset {load.dataset}")
    if not subject.dataset.mounts:
        yield Problem("NoMount", "do not assign mount point", "add spec.mounts to the Dataset")
    elif subject.edition.is_community and _length_of_names(runtime) > _VARIABLE_LIMIT:
        message = f"the names of {runtime.replicas} workers do not fit into one variable of the DataLoad's Job"
        yield Problem("TooManyWorkers", message, f"Linux takes {_VARIABLE_LIMIT} characters: lower spec.replicas")
    if runtime.replicas < 1:
        message = f"RuntimeNotReady: {runtime.metadata.name} has no workers, and a DataLoad runs in one"
        yield Problem("RuntimeNotReady", message, "set spec.replicas of the runtime")


def _length_of_names(runtime: Runtime) -> int:
    """A lower bound of the length of POD_NAMES, without making it."""
    return runtime.replicas * len(f"{runtime.metadata.name.name}-worker-0:")


def _script_problems(load: Load) -> Iterator[Problem]:
    for text in (*load.paths, *(part for pair in load.options.items() for part in pair)):
        if character := refused_character(text):
            yield Problem("ShellCharacter", f"a path or option of the DataLoad holds {character!r}: {text!r}")


def _warnings(load: Load) -> list[Problem]:
    found = []
    if load.policy == "OnEvent":
        message = "policy OnEvent makes no Job: the DataLoad stays Executing for good"
        found.append(Problem("OnEvent", message, "use Once with runAfter"))
    for path in load.paths:
        if not path.startswith("/"):
            message = f"target path {path!r} does not begin with /: it is put behind the mount point as it is"
            found.append(Problem("RelativePath", message))
        if len(path.split()) > 1:
            found.append(Problem("PathWithSpaces", f"target path {path!r} is taken for several paths"))
    return found


def _job(subject: Subject) -> Object:
    load = subject.load
    spec = {"backoffLimit": 3, "completions": 1, "parallelism": 1, "template": _template(subject)}
    cron = load.policy == "Cron"
    labels = _labels(subject, "dataload-cronjob" if cron else "dataload-job")
    labels.update(app="juicefs", targetDataset=load.dataset.name)
    if cron:
        labels.update({"dataload": load.metadata.name.name, keys.JOB_POLICY: "cron"})
    metadata = {
        "name": load.job,
        "labels": labels,
        "ownerReferences": owner_references("DataLoad", load.metadata),
    }
    head = {"apiVersion": "batch/v1", "kind": "CronJob" if cron else "Job", "metadata": metadata}
    return {**head, "spec": {"schedule": load.schedule, "jobTemplate": {"spec": spec}} if cron else spec}


def _template(subject: Subject) -> Object:
    load = subject.load
    labels = {"release": load.release, "role": "dataload-pod", "app": "juicefs", "targetDataset": load.dataset.name}
    if load.policy == "Cron":
        labels["cronjob"] = load.job
    script = {
        "name": f"{load.release}-data-load-script",
        "items": [{"key": _SCRIPT_KEY, "path": _SCRIPT_NAME, "mode": 0o555}],
    }
    spec: Object = {
        **load.pod,
        "restartPolicy": "Never",
        "serviceAccountName": f"{subject.runtime.metadata.name.name}-loader",
        "containers": [_container(subject)],
        "volumes": [{"name": "data-load-script", "configMap": script}],
    }
    if subject.environment.image_pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in subject.environment.image_pull_secrets]
    metadata = {
        "name": f"{load.release}-loader",
        "annotations": {keys.ISTIO_INJECT: "false", **load.annotations},
        "labels": {**labels, **load.labels},
    }
    return {"metadata": metadata, "spec": spec}


def _container(subject: Subject) -> Object:
    image = resolve(subject.runtime.worker.image, subject.edition, subject.environment)
    container: Object = {
        "name": "dataloader",
        "image": image.reference,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-c"],
        "args": [f"/scripts/{_SCRIPT_NAME}"],
        "env": _env(subject),
        "envFrom": [{"configMapRef": {"name": f"{subject.load.dataset.name}-juicefs-values"}}],
        "volumeMounts": [{"name": "data-load-script", "mountPath": "/scripts"}],
    }
    return {**container, "resources": subject.load.resources} if subject.load.resources else container


def _env(subject: Subject) -> list[Object]:
    load, name = subject.load, subject.runtime.metadata.name
    root = subject.environment.runtime_root("juicefs")
    workers = subject.runtime.replicas if subject.edition.is_community else 1
    others = {key: value for key, value in sorted(load.options.items()) if key != "timeout"}
    values = {
        "MOUNTPATH": f"{root}/{name.namespace}/{name.name}/juicefs-fuse",
        "EDITION": subject.edition.value,
        "POD_NAMES": ":".join(f"{name.name}-worker-{index}" for index in range(workers)),
        "TIMEOUT": load.options.get("timeout", "30m"),
        "OPTION": " ".join(f"--{key}={value}" if value else f"--{key}" for key, value in others.items()),
        "DATA_PATH": " ".join(load.paths),
        "PATH_REPLICAS": ":".join(map(str, load.replicas)),
        "POD_NAMESPACE": name.namespace,
    }
    address = {"name": "STORAGE_ADDRESS", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}
    return [address, *({"name": key, "value": value} for key, value in values.items())]


def _config_map(subject: Subject) -> Object:
    metadata = {
        "name": f"{subject.load.release}-data-load-script",
        "labels": _labels(subject, "dataload-job"),
        "ownerReferences": owner_references("DataLoad", subject.load.metadata),
    }
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {_SCRIPT_KEY: _SCRIPT}}


def _labels(subject: Subject, role: str) -> dict[str, str]:
    chart = Chart(_CHART, "", Identity.of(subject.dataset.metadata))
    library = {**chart.library(), "app.kubernetes.io/instance": subject.load.release}
    return {"release": subject.load.release, "role": role, **library}

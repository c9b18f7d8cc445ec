"""Labels and annotations of Pods: in the right place, of the right kind, with a value that means something."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid import keys
from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.rules import podview
from kubectl_fluid.validation.rules.podview import ANNOTATIONS, LABELS
from kubectl_fluid.validation.rules.read import Object
from kubectl_fluid.validation.rules.rule import WORKLOAD, Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject
from kubectl_fluid.workloads import lost_fields, misplaced, refusal

#: Labels that are read on Pods; true, false or something else.
_SWITCHES = (
    keys.INJECT,
    keys.INJECT_SERVERFUL,
    keys.INJECT_DEPRECATED,
    keys.ENABLE,
    keys.UNPRIVILEGED,
    keys.CACHE_DIR,
    keys.SIDECAR_POST_START,
    keys.APP_POST_START,
    keys.ECI,
    keys.ACS,
)
_OF_LABELS = (*_SWITCHES, keys.SIDECAR_TARGET, keys.ACS_CLASS, keys.ACS_QOS)
#: Annotations that are read on Pods.
_OF_ANNOTATIONS = (
    keys.PLATFORM,
    keys.HOST_PATH_MODE,
    keys.SKIP_PRECHECK,
    keys.PREFETCH,
    keys.PREFETCH_IMAGE,
    keys.PREFETCH_FILES,
    keys.PREFETCH_ASYNC,
    keys.PREFETCH_ENVS,
    keys.PREFETCH_TIMEOUT,
    keys.ECI_USE_SPECS,
    keys.ECI_SPOT_STRATEGY,
    keys.ECI_DATA_CACHE_BUCKET,
)
_OF_PODS = (*_OF_LABELS, *_OF_ANNOTATIONS, keys.BURST_RESOURCE)
_PLATFORMS = ("default", "unprivileged", "eci", "acs")
_TARGETS = ("eci", "acs")
_SIDECAR = "fluid-fuse"


def _misplaced(subject: Subject) -> Iterator[Hit]:
    for lost in misplaced(subject.value, _OF_PODS):
        message = f"{lost.key} stands above the Pod template of {lost.template}, where no Pod will have it"
        yield Hit("FL0501", lost.pointer, message)


def _lost(subject: Subject) -> Iterator[Hit]:
    for lost in lost_fields(subject.value):
        message = f"{lost.field} stands beside the Pod template, where it has no effect"
        yield Hit("FL0502", lost.pointer, message)


def _unquoted(subject: Subject) -> Iterator[Hit]:
    places: list[tuple[Pointer, Object]] = [((), subject.value)]
    places += [(slot.pointer, slot.pod) for slot in subject.slots if slot.pointer]
    for start, holder in places:
        for path in (LABELS, ANNOTATIONS):
            for key, value in podview.raw(holder, *path).items():
                if key in _OF_PODS and isinstance(value, bool | int | float):
                    written = str(value).lower()
                    what = "boolean" if isinstance(value, bool) else "number"
                    message = f"{key} is the {what} {written}: values of {path[1]} are strings"
                    yield Hit("FL0503", (*start, *path, key), message, f'put it in quotes: "{written}"')


def _values(subject: Subject) -> Iterator[Hit]:
    for slot in subject.slots:
        given = podview.pod_labels(slot.pod)
        for key in _SWITCHES:
            if given.get(key, "true") not in ("true", "false"):
                message = f'{key} is "{given[key]}", which is neither "true" nor "false"'
                yield Hit("FL0504", slot.locate((*LABELS, key)), message)


def _burst(subject: Subject) -> Iterator[Hit]:
    for slot in subject.slots:
        if podview.pod_labels(slot.pod).get(keys.SIDECAR_TARGET) == "eci":
            for path in (ANNOTATIONS, LABELS):
                if keys.BURST_RESOURCE in podview.raw(slot.pod, *path):
                    message = (
                        f"{keys.BURST_RESOURCE} conflicts with {keys.SIDECAR_TARGET}: the Pod may land outside ECI"
                    )
                    yield Hit("FL0505", slot.locate((*path, keys.BURST_RESOURCE)), message)


def _target_alone(subject: Subject) -> Iterator[Hit]:
    for slot in subject.slots:
        given = podview.pod_labels(slot.pod)
        if given.get(keys.SIDECAR_TARGET) in _TARGETS and given.get(keys.INJECT) != "true":
            message = f"{keys.SIDECAR_TARGET} alone does not reach the webhook of open-source Fluid"
            yield Hit("FL0506", slot.locate((*LABELS, keys.SIDECAR_TARGET)), message)


def _platform(subject: Subject) -> Iterator[Hit]:
    for slot in subject.slots:
        target = podview.pod_labels(slot.pod).get(keys.SIDECAR_TARGET)
        platform = podview.pod_annotations(slot.pod).get(keys.PLATFORM)
        if target is not None and target not in _TARGETS:
            message = f"there is no platform {target!r}: {keys.SIDECAR_TARGET} is eci or acs"
            yield Hit("FL0507", slot.locate((*LABELS, keys.SIDECAR_TARGET)), message)
        if platform is not None and platform not in _PLATFORMS:
            message = f"there is no platform {platform!r}: {keys.PLATFORM} is one of {', '.join(_PLATFORMS)}"
            yield Hit("FL0507", slot.locate((*ANNOTATIONS, keys.PLATFORM)), message)


def _deprecated(subject: Subject) -> Iterator[Hit]:
    for slot in subject.slots:
        if keys.INJECT_DEPRECATED in podview.pod_labels(slot.pod):
            message = f"{keys.INJECT_DEPRECATED} is deprecated, and Fluid's webhook does not select by it"
            yield Hit("FL0508", slot.locate((*LABELS, keys.INJECT_DEPRECATED)), message)


def _wrong_map(subject: Subject) -> Iterator[Hit]:
    for slot in subject.slots:
        for key in podview.raw(slot.pod, *ANNOTATIONS):
            if key in _OF_LABELS:
                yield Hit(
                    "FL0509", slot.locate((*ANNOTATIONS, key)), f"{key} is an annotation here, and read as a label"
                )
        for key in podview.raw(slot.pod, *LABELS):
            if key in _OF_ANNOTATIONS:
                yield Hit("FL0509", slot.locate((*LABELS, key)), f"{key} is a label here, and read as an annotation")


def _done(subject: Subject) -> Iterator[Hit]:
    for slot in subject.slots:
        names = [str(container.get("name")) for _, container in podview.containers(slot.pod)]
        if podview.pod_labels(slot.pod).get(keys.DONE) == "true" and not any(it.startswith(_SIDECAR) for it in names):
            message = f"{keys.DONE} says that the sidecar is in, and there is none"
            yield Hit("FL0510", slot.locate((*LABELS, keys.DONE)), message)


def _both(subject: Subject) -> Iterator[Hit]:
    for slot in subject.slots:
        given = podview.pod_labels(slot.pod)
        if given.get(keys.INJECT) == "true" and given.get(keys.INJECT_SERVERFUL) == "true":
            message = f"{keys.INJECT_SERVERFUL} has no effect beside {keys.INJECT}"
            yield Hit("FL0511", slot.locate((*LABELS, keys.INJECT_SERVERFUL)), message)


def _no_template(subject: Subject) -> Iterator[Hit]:
    given = podview.pod_labels(subject.value)
    if keys.INJECT in given or keys.SIDECAR_TARGET in given:
        sentence = refusal(subject.value)
        if sentence:
            yield Hit("FL0512", ("metadata", "labels"), sentence)


_WARNING, _POD = Severity.WARNING, (WORKLOAD,)


def _each(keys_: tuple[str, ...], values: tuple[str, ...], where: str = "labels") -> str:
    """CEL: each of the labels (or annotations) is absent or one of the values."""
    given = f"object.metadata.{where}"
    return f"(!has({given}) || {list(keys_)}.all(k, !(k in {given}) || {given}[k] in {list(values)}))"


def _none(keys_: tuple[str, ...], where: str) -> str:
    """CEL: none of these labels (or annotations) is there."""
    given = f"object.metadata.{where}"
    return f"(!has({given}) || !{list(keys_)}.exists(k, k in {given}))"


RULES = (
    Rule(
        "FL0501",
        _WARNING,
        "A label or annotation stands above the Pod template",
        "Webhooks and schedulers look at Pods, which get the metadata of their template only.",
        "move it to the metadata of the Pod template",
        _POD,
        _misplaced,
    ),
    Rule(
        "FL0502",
        _WARNING,
        "A field of the Pod stands beside its template",
        "Published examples do so with terminationGracePeriodSeconds; strict validation refuses it, and without that "
        "it is dropped.",
        "move it to the template's spec",
        _POD,
        _lost,
        says="unknown field",
    ),
    Rule(
        "FL0503",
        Severity.ERROR,
        "The value of a label or annotation is not in quotes",
        "YAML reads true and 1 as a boolean and a number, and the API server refuses the object.",
        'put it in quotes: "true"',
        _POD,
        _unquoted,
        says="cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string",
        reason="FieldValueTypeInvalid",
    ),
    Rule(
        "FL0504",
        _WARNING,
        "A switch is neither true nor false",
        'Only the text "true" (or "false", where that is the switch) counts; "yes" or "True" does nothing.',
        'write "true" or "false"',
        _POD,
        _values,
        cel=_each(_SWITCHES, ("true", "false")),
        reason="FieldValueNotSupported",
    ),
    Rule(
        "FL0505",
        _WARNING,
        "Elastic scheduling conflicts with the sidecar for ECI",
        "The Pod gets ECI's sidecar and may land on an ordinary node, where the container's variables mean nothing.",
        f'drop it and label the Pod {keys.ECI}: "true"',
        _POD,
        _burst,
        cel=f"{_none((keys.SIDECAR_TARGET,), 'labels')} || object.metadata.labels['{keys.SIDECAR_TARGET}'] != 'eci' || "
        f"({_none((keys.BURST_RESOURCE,), 'labels')} && {_none((keys.BURST_RESOURCE,), 'annotations')})",
        reason="FieldValueForbidden",
    ),
    Rule(
        "FL0506",
        Severity.INFO,
        "A label of ack-fluid that open-source Fluid does not look at",
        "This program and its webhook take it; Fluid's own webhook selects Pods by another label.",
        f'add {keys.INJECT}: "true" where Fluid\'s own webhook injects',
        _POD,
        _target_alone,
    ),
    Rule(
        "FL0507",
        Severity.ERROR,
        "A platform that nobody knows",
        "Fluid logs it and admits the Pod without a sidecar; this program refuses it.",
        "use one of the platforms that are named",
        _POD,
        _platform,
        cel=f"{_each((keys.SIDECAR_TARGET,), _TARGETS)} && {_each((keys.PLATFORM,), _PLATFORMS, 'annotations')}",
        reason="FieldValueNotSupported",
    ),
    Rule(
        "FL0508",
        _WARNING,
        "A deprecated label",
        "Fluid's code knows it, but the webhook's configuration does not send such Pods.",
        f'use {keys.INJECT}: "true"',
        _POD,
        _deprecated,
        cel=f"!has(object.metadata.labels) || !('{keys.INJECT_DEPRECATED}' in object.metadata.labels)",
        reason="FieldValueForbidden",
    ),
    Rule(
        "FL0509",
        _WARNING,
        "A label among the annotations, or the other way round",
        "It is looked for in the other place only.",
        "move it",
        _POD,
        _wrong_map,
        cel=f"{_none(_OF_LABELS, 'annotations')} && {_none(_OF_ANNOTATIONS, 'labels')}",
    ),
    Rule(
        "FL0510",
        _WARNING,
        "A Pod is marked as injected and has no sidecar",
        "Every webhook leaves such a Pod alone: its claim is mounted by the CSI plugin or not at all.",
        "remove the label",
        _POD,
        _done,
        cel=f"!has(object.metadata.labels) || !('{keys.DONE}' in object.metadata.labels) || "
        "object.spec.containers.exists(c, c.name.startsWith('fluid-fuse')) || (has(object.spec.initContainers) && "
        "object.spec.initContainers.exists(c, c.name.startsWith('fluid-fuse')))",
    ),
    Rule(
        "FL0511",
        _WARNING,
        "A Pod asks for a sidecar and for the CSI plugin",
        "The sidecar wins; the other label is not looked at.",
        "keep one of the two",
        _POD,
        _both,
        cel=f"!has(object.metadata.labels) || !('{keys.INJECT}' in object.metadata.labels && "
        f"'{keys.INJECT_SERVERFUL}' in object.metadata.labels)",
        reason="FieldValueForbidden",
    ),
    Rule(
        "FL0512",
        _WARNING,
        "A workload that has no Pod template asks for injection",
        "What makes its Pods stands elsewhere.",
        "label what makes the Pods",
        _POD,
        _no_template,
    ),
)

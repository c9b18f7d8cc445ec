"""A ThinRuntime, its profile and its Dataset."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.claims import Problem
from kubectl_fluid.render import render
from kubectl_fluid.render.fields import Fields
from kubectl_fluid.render.physical import target_of
from kubectl_fluid.render.thin_inputs import no_profile, read_thin
from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.rules.bridge import Row, by_path, hits
from kubectl_fluid.validation.rules.read import Object, at, entries, index_of, mapping, strings, text
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import GROUP, Subject

KIND = "ThinRuntime"
HOST_VOLUME = "fluid.fuse.hostvolume"


def _doubled_option(message: str, value: Object) -> Pointer:
    name = message.removeprefix("the option ").partition(" ")[0]
    for holder in (("spec", "sharedOptions"), *(("spec", "mounts", i, "options") for i, _ in _mounts(value))):
        if name in strings(value, *holder):
            return (*holder, name)
    return ("spec",)


def _host_volume(message: str, value: Object) -> Pointer:
    del message
    found = (index for index, mount in _mounts(value) if HOST_VOLUME in strings(mount, "options"))
    return next((("spec", "mounts", index, "options", HOST_VOLUME) for index in found), ("spec",))


def _volume_mount(message: str, value: Object) -> Pointer:
    return index_of(value, message.rpartition(" ")[2], "spec", "fuse", "volumeMounts")


_ROWS = {
    "DoubledMount": Row("FL0230", "Dataset", by_path),
    "DoubledOption": Row("FL0231", "Dataset", _doubled_option),
    "HostVolume": Row("FL0232", "Dataset", _host_volume),
    "NoImage": Row("FL0330", KIND, ("spec", "fuse")),
    "NoProfile": Row("FL0332", KIND, ("spec", "profileName")),
    "MissingVolume": Row("FL0334", KIND, _volume_mount),
    "ReadOnlyLost": Row("FL0333", KIND, ("spec", "profileName")),
}


def _mounts(value: Object) -> list[tuple[int, Object]]:
    return entries(value, "spec", "mounts")


def _pair(subject: Subject) -> Iterator[Hit]:
    """What rendering says of a Dataset or its ThinRuntime, which both are known."""
    world = subject.world
    if subject.kind == KIND:
        dataset = world.find("Dataset", subject.namespace, subject.name)
        runtime = subject.value
    else:
        dataset, found = subject.value, world.runtime(subject.namespace, subject.name)
        runtime = found[1] if found and found[0] == KIND else {}
    if not subject.name or not runtime or (dataset is not None and target_of(dataset) is not None):
        return
    named = text(runtime, "spec", "profileName")
    profile = world.find("ThinRuntimeProfile", "", named) if named else None
    unknown = named and profile is None
    if unknown:
        profile = _stand_in_profile(named)
    if dataset is None and not named and not text(runtime, "spec", "fuse", "image"):
        return  # Fluid makes such a runtime for a reference dataset
    found_problems = _render(subject, dataset, runtime, profile)
    yield from hits(_ROWS, found_problems, subject.value)
    if unknown and subject.kind == KIND:
        yield _no_profile(subject, named)


def _render(subject: Subject, dataset: Object | None, runtime: Object, profile: Object | None) -> list[Problem]:
    metadata = {"name": subject.name, "namespace": subject.namespace}
    spec = {"mounts": []} if dataset is None else dataset.get("spec")
    head = {"apiVersion": f"{GROUP}/v1alpha1", "metadata": metadata}
    rendered = render({**head, "kind": "Dataset", "spec": spec}, {**runtime, "metadata": metadata}, profile=profile)
    return [*rendered.errors, *rendered.warnings]


def _stand_in_profile(name: str) -> Object:
    spec = {"fileSystemType": "x", "fuse": {"image": "x"}}
    return {"kind": "ThinRuntimeProfile", "metadata": {"name": name}, "spec": spec}


def _no_profile(subject: Subject, named: str) -> Hit:
    severity = Severity.ERROR if subject.world.sure("ThinRuntimeProfile") else None
    return Hit("FL0332", ("spec", "profileName"), no_profile(named).message, severity=severity)


def _post_start(subject: Subject) -> Iterator[Hit]:
    if not any(at(subject.value, "spec", part, "lifecycle") for part in ("fuse", "worker")):
        return
    problems: list[Problem] = []
    if subject.kind == KIND:
        read_thin(subject.value, None, problems)
    else:
        read_thin({"spec": {"profileName": subject.name}}, subject.value, problems)
    for problem in problems:
        if problem.code == "PostStart":
            yield Hit("FL0331", ("spec", "fuse", "lifecycle", "postStart"), problem.message, problem.hint)


def _claims(subject: Subject) -> Iterator[Hit]:
    claims = [index for index, mount in _mounts(subject.value) if text(mount, "mountPoint").startswith("pvc://")]
    if len(claims) > 1:
        message = f"{len(claims)} mounts are pvc://, and a ThinRuntime takes one"
        yield Hit("FL0233", ("spec", "mounts", claims[1], "mountPoint"), message)


def profile_selector(subject: Subject) -> Iterator[Hit]:
    """A node selector of a profile is lost."""
    if Fields(mapping(subject.value, "spec", "fuse"), "").has("nodeSelector"):
        message = "ThinRuntimeProfile.spec.fuse.nodeSelector has no effect"
        yield Hit("FL0601", ("spec", "fuse", "nodeSelector"), message, "set it in the ThinRuntime")


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_BOTH = ("Dataset", KIND)
_NO_POST_START = (
    "!has(object.spec) || !has(object.spec.fuse) || !has(object.spec.fuse.lifecycle) || "
    "!has(object.spec.fuse.lifecycle.postStart) || dyn(object.spec.fuse.lifecycle.postStart) == {}"
)

RULES = (
    Rule(
        "FL0230",
        _ERROR,
        "Two mounts of a Dataset have one name or path",
        "A ThinRuntime mounts each at its path (default `/<name>`).",
        "give each mount a name and a path of its own",
        _BOTH,
        _pair,
        says='spec.mounts[i].name: Duplicate value: "x"',
        together=True,
        reason="FieldValueDuplicate",
    ),
    Rule(
        "FL0231",
        _ERROR,
        "One option is given as plain text and as a Secret",
        "A ThinRuntime's controller refuses it.",
        "keep the entry in encryptOptions",
        _BOTH,
        _pair,
        says="the option K is set more than one times, please double check the dataset's option and encryptOptions",
        together=True,
        reason="FieldValueDuplicate",
    ),
    Rule(
        "FL0232",
        _ERROR,
        "The option for a folder of the node cannot be read",
        "It is `host[:mount]`, both absolute.",
        "write /folder or /folder:/folder-in-the-container",
        _BOTH,
        _pair,
        says=f"invalid dataset option, {HOST_VOLUME}: …, should be a absolute hostPath",
        together=True,
    ),
    Rule(
        "FL0233",
        _ERROR,
        "More than one mount is a claim",
        "A ThinRuntime mounts one `pvc://` at most.",
        "make a Dataset for each claim",
        ("Dataset",),
        _claims,
        cel="!has(object.spec) || !has(object.spec.mounts) || object.spec.mounts.filter(m, m.mountPoint.startsWith("
        "'pvc://')).size() <= 1",
        reason="FieldValueTooMany",
    ),
    Rule(
        "FL0330",
        _ERROR,
        "A ThinRuntime has no image for FUSE",
        "Neither the runtime nor its profile names one; nothing is installed.",
        "set fuse.image in the ThinRuntime or in its profile",
        _BOTH,
        _pair,
        says="fuse <name> image is nil",
        together=True,
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0331",
        _ERROR,
        "fuse.lifecycle.postStart is taken",
        "Fluid's mount check stands there.",
        "use preStop, or put it into the image",
        (KIND, "ThinRuntimeProfile"),
        _post_start,
        says="custom fuse.lifecycle.postStart configuration in thinruntime is not supported",
        cel=_NO_POST_START,
        reason="FieldValueForbidden",
    ),
    Rule(
        "FL0332",
        Severity.INFO,
        "A ThinRuntime names a profile that is not there",
        "The runtime is not set up until the ThinRuntimeProfile exists. An error with --cluster.",
        "create the ThinRuntimeProfile, or mend the name",
        (KIND,),
        _pair,
        says='thinruntimeprofiles.data.fluid.io "x" not found',
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0333",
        _WARNING,
        "A profile's options take the place of ro",
        "The Dataset is read-only, but FUSE is not told so.",
        "add ro to the profile's fuse.options",
        (KIND,),
        _pair,
        together=True,
    ),
    Rule(
        "FL0334",
        _ERROR,
        "A volumeMount of a ThinRuntime names no volume",
        "Volumes of FUSE stand in spec.volumes; nothing is installed.",
        "define the volume in spec.volumes",
        (KIND,),
        _pair,
        says="failed to find the volume for volumeMount X",
        together=True,
        reason="FieldValueNotFound",
    ),
)

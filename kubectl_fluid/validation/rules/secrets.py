"""Options whose values lie in Secrets: whether those are there, with the key, in this namespace."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.render.checks import SCHEME
from kubectl_fluid.render.secrets import QUOTA, VARIABLES
from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.rules.near import near
from kubectl_fluid.validation.rules.read import entries, mapping, strings, text
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject


def _references(subject: Subject) -> Iterator[Pointer]:
    """Where encrypt options stand in an object."""
    if subject.kind == "Dataset":
        yield ("spec", "sharedEncryptOptions")
        for index, _ in entries(subject.value, "spec", "mounts"):
            yield ("spec", "mounts", index, "encryptOptions")
    elif subject.kind == "DataMigrate":
        for side in ("from", "to"):
            yield ("spec", side, "externalStorage", "encryptOptions")
    else:
        yield ("spec", "master", "endpoint", "encryptOptions")


def _secrets(subject: Subject) -> Iterator[Hit]:
    for path in _references(subject):
        for index, option in entries(subject.value, *path):
            reference = mapping(option, "valueFrom", "secretKeyRef")
            place = (*path, index, "valueFrom", "secretKeyRef")
            if text(reference, "name") and text(option, "name") != QUOTA:
                yield from _secret(subject, text(reference, "name"), text(reference, "key"), place)


def _secret(subject: Subject, name: str, key: str, place: Pointer) -> Iterator[Hit]:
    world = subject.world
    secret = world.own("Secret", subject.namespace, name)
    if secret is not None:
        keys = sorted(mapping(secret, "data"))
        if not keys:
            # A skeleton whose values are kept out of the files, as `create dataset` prints it.
            message = f"Secret {subject.namespace}/{name} holds no keys in these documents"
            yield Hit("FL0252", (*place, "name"), message)
        elif key and key not in keys:
            message = f"Secret {subject.namespace}/{name} has no key {key!r}"
            yield Hit("FL0250", (*place, "key"), message, f"its keys are: {', '.join(keys)}")
        return
    elsewhere = world.namespaces_of("Secret", name)
    if elsewhere:
        message = f"Secret {name} stands in namespace {', '.join(elsewhere)}, and is read in {subject.namespace}"
        yield Hit("FL0251", (*place, "name"), message)
    else:
        message = f"Secret {subject.namespace}/{name} is not among the documents"
        meant = near(world, "Secret", subject.namespace, name)
        hint, severity = (f"did you mean {meant}?", Severity.WARNING) if meant else ("", None)
        yield Hit("FL0252", (*place, "name"), message, hint, severity)


def _plain(subject: Subject) -> Iterator[Hit]:
    """Credentials of JuiceFS as plain options."""
    for index, mount in entries(subject.value, "spec", "mounts"):
        if text(mount, "mountPoint").startswith(SCHEME[:-1]):
            for name in VARIABLES:
                if name in strings(mount, "options"):
                    message = f"the option {name} is written out: JuiceFS takes it from a Secret only"
                    yield Hit("FL0253", ("spec", "mounts", index, "options", name), message)
    if any(text(mount, "mountPoint").startswith(SCHEME[:-1]) for _, mount in entries(subject.value, "spec", "mounts")):
        for name in VARIABLES:
            if name in strings(subject.value, "spec", "sharedOptions"):
                message = f"the option {name} is written out: JuiceFS takes it from a Secret only"
                yield Hit("FL0253", ("spec", "sharedOptions", name), message)


_KINDS = ("Dataset", "DataMigrate", "VineyardRuntime")

RULES = (
    Rule(
        "FL0250",
        Severity.ERROR,
        "A Secret lacks the key that an encrypt option names",
        "The containers of FUSE and workers, and each injected Pod, stay in CreateContainerConfigError.",
        "add the key to the Secret, or name one that it has",
        _KINDS,
        _secrets,
        says="couldn't find key <key> in Secret <namespace>/<name>",
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0251",
        Severity.WARNING,
        "A Secret stands in another namespace",
        "It is read in the namespace of the Dataset, and for a sidecar in that of the Pod.",
        "create the Secret in the namespace of the Dataset",
        _KINDS,
        _secrets,
        says='secret "x" not found',
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0252",
        Severity.INFO,
        "A Secret is not among the documents",
        "It has to exist before the Dataset is mounted. Secrets of a cluster are never read. A warning where a Secret "
        "of a similar name is among the documents.",
        "create it: kubectl create secret generic",
        _KINDS,
        _secrets,
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0253",
        Severity.WARNING,
        "A credential of JuiceFS is a plain option",
        "metaurl, token, access-key and secret-key only work from a Secret; as plain options they stand readable in "
        "the Dataset and in scripts.",
        "move it to encryptOptions, its value into a Secret",
        ("Dataset",),
        _plain,
        cel="!has(object.spec) || !has(object.spec.mounts) || object.spec.mounts.all(m, !m.mountPoint.startsWith("
        "'juicefs:') || !has(m.options) || !['metaurl', 'token', 'access-key', 'secret-key'].exists(k, k in "
        "m.options))",
        reason="FieldValueForbidden",
    ),
)

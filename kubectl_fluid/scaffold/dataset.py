"""Secret, Dataset and JuiceFSRuntime of one JuiceFS volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kubectl_fluid.scaffold.cache import Cache
from kubectl_fluid.scaffold.checks import ScaffoldError, plain
from kubectl_fluid.scaffold.manifest import FLUID, Manifest, Object, head

SCHEME: Final = "juicefs://"
#: Edition: keys of its Secret, which are names of encrypt options too. `metaurl` makes it the community edition.
SECRET_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "community": ("metaurl", "access-key", "secret-key"),
    "cloud": ("token", "access-key", "secret-key"),
}
_READ_WRITE: Final = "ReadWriteMany"


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller wants, checked value by value.

    `volume` is the volume's name in JuiceFS. `cache_size` is the FUSE client's own, in MiB, "" for JuiceFS' default.
    """

    name: str
    mount: str
    edition: str
    secret: str
    volume: str
    namespace: str | None = None
    bucket: str = ""
    storage: str = ""
    workers: int = 1
    cache: Cache | None = None
    cache_size: str = ""
    read_write: bool = False


def mount_point(text: str) -> str:
    """`juicefs:///` or `juicefs:///<folder>`; raises ScaffoldError."""
    folder = plain(text).removeprefix(SCHEME)
    if folder == text or not folder.startswith("/") or SCHEME in folder or ".." in folder.split("/"):
        raise ScaffoldError(f"{text!r} is not a folder of a JuiceFS volume", f"write {SCHEME}/ or {SCHEME}/folder")
    return text


def check(request: Request) -> None:
    """What only shows when values are seen together; raises ScaffoldError."""
    if request.edition == "cloud" and request.storage:
        raise ScaffoldError("the cloud edition takes no storage type", "leave --storage out")
    if request.edition == "community" and bool(request.storage) != bool(request.bucket):
        raise ScaffoldError(
            "storage and bucket of the community edition go together",
            "give both, or none for a volume that was formatted before",
        )


def manifests(request: Request) -> tuple[Manifest, ...]:
    """The three objects in the order in which they are to be made."""
    check(request)
    return secret(request), Manifest(_dataset(request)), Manifest(_runtime(request))


def secret(request: Request) -> Manifest:
    """The Secret without values, and above it how to make it with values.

    It has no keys: a key with an empty value would overwrite the true one when somebody applies what was printed.
    """
    value = head("v1", "Secret", request.secret, request.namespace)
    return Manifest({**value, "type": "Opaque", "stringData": {}}, how_to_fill(request), complete=False)


def how_to_fill(request: Request) -> tuple[str, ...]:
    """Lines that say how to make the Secret; values stay out of command lines, which others can read.

    The server applies them: it takes a Secret that is there already, keeps no copy of the values in an annotation, and
    lets them live when the printed Secret, which has none, is applied after all.
    """
    where = f" --namespace {request.namespace}" if request.namespace is not None else ""
    file = f"{request.secret}.env"
    make = f"kubectl create secret generic {request.secret}{where} --from-env-file={file} --dry-run=client -o yaml"
    return (
        f"Secret {request.secret} is still to be filled. Write its values into a file {file}, one a line:",
        *(f"  {key}=..." for key in SECRET_KEYS[request.edition]),
        "and make the Secret from it, or fill the one that is there, in the namespace of the Pods that use it:",
        f"  {make} | kubectl apply{where} --server-side --force-conflicts -f -",
    )


def _dataset(request: Request) -> Object:
    mount: Object = {"name": request.volume, "mountPoint": request.mount}
    options = {"storage": request.storage, "bucket": request.bucket}
    if given := {key: value for key, value in options.items() if value}:
        mount["options"] = given
    mount["encryptOptions"] = [
        {"name": key, "valueFrom": {"secretKeyRef": {"name": request.secret, "key": key}}}
        for key in SECRET_KEYS[request.edition]
    ]
    spec: Object = {"mounts": [mount]}
    if request.read_write:
        spec["accessModes"] = [_READ_WRITE]
    return {**head(FLUID, "Dataset", request.name, request.namespace), "spec": spec}


def _runtime(request: Request) -> Object:
    spec: Object = {"replicas": request.workers}
    if request.cache_size:
        spec["fuse"] = {"options": {"cache-size": request.cache_size}}
    if request.cache is not None:
        spec["tieredstore"] = {"levels": [request.cache.level]}
    return {**head(FLUID, "JuiceFSRuntime", request.name, request.namespace), "spec": spec}

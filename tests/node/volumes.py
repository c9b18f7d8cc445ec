"""JuiceFS volumes in the node's object store, and Datasets on them, set up as Fluid's controllers would do it."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.cli.running import run
from tests.cluster.api import Object
from tests.node import configs
from tests.node.node import ACCESS_KEY, JUICEFS_IMAGE, REDIS_PORT, SECRET_KEY, SLOW_PORT, Node

FLUID = "data.fluid.io/v1alpha1"
KEYS = {"metaurl": "metaurl", "access-key": "access-key", "secret-key": "secret-key"}


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume and what is in it: `sums` maps paths (relative) to the hexadecimal SHA-256 of the files' contents;
    `size` is the bytes of all of them.
    """

    name: str
    database: int
    sums: Mapping[str, str]
    size: int

    @property
    def meta(self) -> str:
        """Where its metadata is."""
        return f"redis://{configs.NODE_IP}:{REDIS_PORT}/{self.database}"

    @property
    def listing(self) -> str:
        """What `sha256sum` says of all files in the order of their paths."""
        return "".join(f"{digest}  ./{path}\n" for path, digest in sorted(self.sums.items()))


def create(node: Node, name: str, database: int, sizes: Mapping[str, int]) -> Volume:
    """Make a volume and fill it: `sizes` maps paths to sizes in bytes. The contents depend on the name only."""
    # Not for secrets: the same contents each time.
    dice = random.Random(name)  # noqa: S311
    source = node.plane.folder / f"source-{name}"
    sums = {}
    for path, size in sizes.items():
        content = dice.randbytes(size)
        place = source / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        sums[path] = hashlib.sha256(content).hexdigest()
    volume = Volume(name, database, sums, sum(sizes.values()))
    juicefs = node.programs / "juicefs"
    keys = ["--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY]
    node.command(juicefs, "format", "--storage", "s3", "--bucket", bucket(volume), *keys, volume.meta, name)
    node.command(juicefs, "sync", "--threads", "20", f"{source}/", "jfs://volume/", volume=volume.meta)
    shutil.rmtree(source)
    return volume


def bucket(volume: Volume) -> str:
    """The volume's bucket, behind the proxy that can be slow."""
    return f"http://{configs.NODE_IP}:{SLOW_PORT}/{volume.name}"


def fuse(**options: str) -> Object:
    """`spec.fuse` of a runtime, with mount options."""
    image, tag = JUICEFS_IMAGE.split(":")
    return {"image": image, "imageTag": tag, "options": options}


def manifests(volume: Volume, name: str, namespace: str, **runtime: Any) -> list[Object]:
    """Secret, Dataset and JuiceFSRuntime as a person writes them; `runtime` replaces fields of the runtime's spec."""
    secret = f"{name}-secret"
    values = {"metaurl": volume.meta, "access-key": ACCESS_KEY, "secret-key": SECRET_KEY}
    reference = [{"name": it, "valueFrom": {"secretKeyRef": {"name": secret, "key": it}}} for it in values]
    image, tag = JUICEFS_IMAGE.split(":")
    mount = {
        "name": volume.name,
        "mountPoint": "juicefs:///",
        "options": {"bucket": bucket(volume), "storage": "s3"},
        "encryptOptions": reference,
    }
    spec = {"replicas": 0, "fuse": fuse(), **runtime}
    version = {"image": image, "imageTag": tag, "imagePullPolicy": "IfNotPresent"}
    meta = {"name": name, "namespace": namespace}
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {**meta, "name": secret}, "stringData": values},
        {"apiVersion": FLUID, "kind": "Dataset", "metadata": meta, "spec": {"mounts": [mount]}},
        {"apiVersion": FLUID, "kind": "JuiceFSRuntime", "metadata": meta, "spec": {"juicefsVersion": version, **spec}},
    ]


def install(node: Node, volume: Volume, name: str, namespace: str, **runtime: Any) -> None:
    """A Dataset that Fluid's controllers have bound: what they install comes from `render`."""
    written = manifests(volume, name, namespace, **runtime)
    node.apply(written)
    node.apply(rendered(written, namespace))
    set_status(node, written[1], phase="Bound", runtimes=[_entry(name, namespace)], conditions=[])


def rendered(written: list[Object], namespace: str) -> list[Object]:
    """What `kubectl fluid render` makes of manifests."""
    text = "\n---\n".join(map(json.dumps, written))
    done = run("render", "-f", "-", "-n", namespace, "--settled", "-o", "json", stdin=text)
    assert done.status == 0, done.err
    items: list[Object] = json.loads(done.out)["items"]
    return items


def set_status(node: Node, value: Object, **status: Any) -> None:
    """Write a status, as controllers do."""
    node.plane.admin.merge(value, {"status": status}, "/status")


def _entry(name: str, namespace: str) -> Object:
    return {"name": name, "namespace": namespace, "type": "juicefs", "category": "Accelerate"}

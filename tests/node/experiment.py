"""The published experiment on this node: one copy of many small files, from a cold cache and from a warmed one."""

from __future__ import annotations

from dataclasses import dataclass

from tests.node import volumes
from tests.node.pods import Cluster, exit_code, pod, template
from tests.node.volumes import FLUID, Volume

FILES, SIZE = 2000, 20_000
#: Below a file system of the node's own.
CACHES = "/run/node/caches"
#: Uptime before, uptime after (seconds), number of files.
COPY = (
    "read a _ < /proc/uptime; cp -r /data/files /tmp/copy; read b _ < /proc/uptime; "
    "find /tmp/copy -type f > /tmp/list; echo $a $b $(wc -l < /tmp/list)"
)


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: how long it took, what was asked of the object store, how many files there were."""

    seconds: float
    gets: int
    files: int


def sizes(number: int = FILES) -> dict[str, int]:
    """What the volume holds."""
    return {f"files/{index % 20:02}/{index:05}": SIZE for index in range(number)}


def install(cluster: Cluster, volume: Volume, name: str, workers: int) -> None:
    """A Dataset with a cache folder of its own on the node, which its workers and its sidecars share.

    The community edition has no cache group: what workers load serves the clients of the same folder only.
    """
    level = {"mediumtype": "SSD", "path": f"{CACHES}/{cluster.namespace}/{name}", "quota": "4Gi", "low": "0.1"}
    # The workers are on the node's network: two of them there need two ports.
    volumes.install(cluster.node, volume, name, cluster.namespace, replicas=workers, tieredstore={"levels": [level]})


def warm_up(cluster: Cluster, name: str) -> None:
    """Run the load job that `render` makes of a DataLoad, and write into its status what Fluid's controller would."""
    worker = f"{name}-worker-0"
    cluster.until(lambda: _is_mounted(cluster, worker), "the worker has mounted the volume")
    meta = {"name": "load", "namespace": cluster.namespace}
    spec = {"dataset": {"name": name, "namespace": cluster.namespace}, "target": [{"path": "/"}]}
    load = {"apiVersion": FLUID, "kind": "DataLoad", "metadata": meta, "spec": spec}
    written = [cluster.read("Dataset", name), cluster.read("JuiceFSRuntime", name), load]
    made = [it for it in volumes.rendered(written, cluster.namespace) if it["metadata"]["name"].startswith("load-")]
    # The controller's own notes about its installation, of which the job reads no entry.
    values = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**meta, "name": f"{name}-juicefs-values"}}
    cluster.node.apply([load, {**values, "data": {"data": ""}}])
    volumes.set_status(cluster.node, load, phase="Executing", duration="Unfinished", conditions=[])
    cluster.node.apply(made)
    cluster.until(lambda: cluster.read("Job", "load-loader-job")["status"].get("succeeded") == 1, "the data is loaded")
    volumes.set_status(cluster.node, load, phase="Complete")


def copy(cluster: Cluster, name: str, delay: float, pod_name: str = "") -> Copy:
    """Copy all files in an application, while each object takes `delay` seconds longer."""
    pod_name = pod_name or f"copy-{name}"
    labels = {"serverless.fluid.io/inject": "true", "cachedir.sidecar.fluid.io/inject": "true"}
    before = cluster.node.store(delay=delay)["gets"]
    cluster.start(pod(pod_name, template(COPY, name, labels)))
    cluster.until(lambda: exit_code(cluster.pod(pod_name), "app") is not None, "the files are copied", 240)
    gets = cluster.node.store(delay=0)["gets"] - before
    assert exit_code(cluster.pod(pod_name), "app") == 0, cluster.report()
    began, ended, files = cluster.log(pod_name).split()
    return Copy(float(ended) - float(began), gets, int(files))


def _is_mounted(cluster: Cluster, worker: str) -> bool:
    done = cluster.node.plane.kubectl(
        "exec", "-n", cluster.namespace, worker, "--", "grep", "-q", "juicefs-fuse fuse", "/proc/mounts"
    )
    return done.returncode == 0

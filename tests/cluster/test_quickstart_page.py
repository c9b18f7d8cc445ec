"""`docs/quickstart.md` from its first to its last command, against a real API server.

What Fluid's controllers, the Job's controller and a kubelet do between two commands is done here in their place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.cluster import explained
from tests.cluster.api import Api, Object
from tests.cluster.control_plane import ControlPlane
from tests.cluster.explained import owned_by, running
from tests.docs.replay import replayed, run
from tests.docs.test_quickstart import IN_A_CLUSTER, PAGE
from tests.status import objects
from tests.support import Golden

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(60)]

#: A name of its own: the page shows it.
PLACE = "quick"
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
AGES = re.compile(r"(?<= )\d+m?s(?= |$)", re.MULTILINE)


@pytest.fixture
def place(api_server: ControlPlane) -> Iterator[str]:
    api_server.create_namespace(PLACE)
    yield PLACE
    api_server.admin.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": PLACE}})


class Page:
    """Runs the commands for a cluster, and after each one what others would do there."""

    def __init__(self, api_server: ControlPlane, place: str, folder: Path) -> None:
        self._api: Api = api_server.admin
        self._place, self._folder = place, folder
        config = api_server.kubeconfig_for("admin", ("system:masters",), namespace=place)
        self._variables = {"KUBECONFIG": str(config), "KUBECTL": str(api_server.programs["kubectl"])}
        self._then: dict[str, Callable[[], None]] = {
            "kubectl apply -f dataset.yaml": self._fluid,
            "kubectl fluid inject -f job.yaml | kubectl apply -f -": self._job,
        }
        (folder / "jfs-secret.env").write_text("metaurl=redis://example.com/1\naccess-key=a\nsecret-key=b\n")

    def __call__(self, command: str) -> str:
        """What the command prints, with moments and ages that do not change from run to run."""
        text = run(command, self._folder, self._variables)
        self._then.get(command.strip(), lambda: None)()
        return AGES.sub("5s", TIMES.sub("2026-01-01T00:00:00Z", text))

    def _fluid(self) -> None:
        """Fluid's controllers make what they make of it, and say that it is bound."""
        made = run(
            f"kubectl fluid render -f dataset.yaml -n {self._place} -o yaml 2>/dev/null", self._folder, self._variables
        )
        for value in yaml.safe_load_all(made):
            if value["kind"] in ("DaemonSet", "PersistentVolumeClaim"):
                value["metadata"]["namespace"] = self._place  # the chart's objects go where the release is
                self._api.create(value)
            elif value["kind"] == "PersistentVolume":
                self._api.create(value)
        for value in (objects.claim("demo"), objects.dataset("demo"), objects.runtime("demo", 2, 2)):
            value["metadata"]["namespace"] = self._place
            self._api.merge(value, {"status": {**value["status"], **self._names(value)}}, "/status")

    def _names(self, value: Object) -> Object:
        """The namespace of the runtime that a Dataset's status names."""
        bound = value["status"].get("runtimes")
        return {"runtimes": [{**it, "namespace": self._place} for it in bound]} if bound else {}

    def _job(self) -> None:
        """The Job's controller makes a Pod, and its kubelet says that it runs."""
        job = self._api.read({"apiVersion": "batch/v1", "kind": "Job", "metadata": self._named("hello")})
        template = job["spec"]["template"]
        metadata = {**template["metadata"], **self._named("hello-4x2kq"), "ownerReferences": owned_by(job)}
        made = self._api.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
        explained.report(self._api, made, "Running", [running("fluid-fuse-demo")], [running("hello")])

    def _named(self, name: str) -> Object:
        return {"name": name, "namespace": self._place}


def test_every_command_prints_what_the_page_says(
    api_server: ControlPlane, place: str, tmp_path: Path, golden: Golden
) -> None:
    offline, heading, rest = PAGE.read_text().partition(IN_A_CLUSTER)
    offline = replayed(offline, partial(run, folder=tmp_path))
    golden(PAGE, offline + heading + replayed(rest, Page(api_server, place, tmp_path)))

"""`kubectl fluid policy sync --watch` on a real API server: whatever happens, Pods get the right sidecar in time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.policy.sync import bundle
from tests.cluster import fluid_objects, policies
from tests.cluster.control_plane import HOST, ControlPlane
from tests.cluster.switch import switching
from tests.cluster.syncers import NEW, OLD, grant, image_of, seconds_until, set_image, syncing, template_of
from tests.cluster.webhooks import until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(240)]

Object = dict[str, Any]

#: Seconds in which a change reaches the Pods that are made from then on: docs/policies.md says 2, and a machine that is
#: busy with other tests may need more.
IN_TIME = 10


@pytest.fixture
def place(api_server: ControlPlane, namespace: str) -> Iterator[str]:
    """A namespace with the dataset `jfs`; the policies are in force."""
    for value in fluid_objects.behind(namespace, "jfs"):
        api_server.admin.create(value)
    with policies.installed(api_server.admin, namespace):
        yield namespace


@pytest.fixture
def account(api_server: ControlPlane) -> Path:
    return grant(api_server)


def in_time(api_server: ControlPlane, place: str, wanted: str, name: str = "jfs") -> float:
    """Until a Pod gets this image, or is refused with these words."""

    def is_so() -> bool:
        return wanted in image_of(api_server.admin, place, name)

    return seconds_until(is_so, f"Pods of {name} get {wanted}", IN_TIME)


def test_a_changed_image_reaches_the_next_pods(
    api_server: ControlPlane, place: str, account: Path, tmp_path: Path
) -> None:
    with syncing(account, tmp_path / "log", "-n", place):
        in_time(api_server, place, OLD)
        set_image(api_server.admin, place, "jfs", NEW)
        in_time(api_server, place, NEW)


def test_a_dataset_that_comes_has_a_template_and_one_that_goes_has_none(
    api_server: ControlPlane, place: str, account: Path, tmp_path: Path
) -> None:
    with syncing(account, tmp_path / "log", "-A"):
        for value in fluid_objects.behind(place, "second"):
            api_server.admin.create(value)
        in_time(api_server, place, OLD, "second")
        api_server.admin.delete(fluid_objects.dataset(place, "second"))
        seconds_until(lambda: template_of(api_server.admin, place, "second") is None, "it is deleted", IN_TIME)
        assert template_of(api_server.admin, place, "jfs") is not None


def test_while_its_daemon_set_is_missing_pods_are_refused(
    api_server: ControlPlane, place: str, account: Path, tmp_path: Path
) -> None:
    with policies.guarded(api_server.admin), syncing(account, tmp_path / "log", "-n", place):
        in_time(api_server, place, OLD)
        api_server.admin.delete(fluid_objects.daemon_set(place, "jfs"))
        in_time(api_server, place, policies.GUARD)
        api_server.admin.create(fluid_objects.daemon_set(place, "jfs"))
        set_image(api_server.admin, place, "jfs", NEW)
        in_time(api_server, place, NEW)


@pytest.mark.parametrize("how", ["changed", "deleted"])
def test_a_template_that_somebody_has_touched_is_put_back(
    api_server: ControlPlane, place: str, account: Path, tmp_path: Path, how: str
) -> None:
    with syncing(account, tmp_path / "log", "-n", place):
        in_time(api_server, place, OLD)
        path = f"{policies.templates_path(place)}/jfs"
        before = template_of(api_server.admin, place, "jfs")
        assert before is not None
        if how == "deleted":
            api_server.admin.request("DELETE", path)
        else:
            text = {"spec": {"platforms": [{"name": "default", "refusal": {"code": "X", "message": "x"}}]}}
            api_server.admin.request("PATCH", path, text, "application/merge-patch+json")

        def is_back() -> bool:
            found = template_of(api_server.admin, place, "jfs")
            return found is not None and found["spec"] == before["spec"]

        seconds_until(is_back, "it is as it was", IN_TIME)
        in_time(api_server, place, OLD)


def test_two_at_once_write_each_change_once(
    api_server: ControlPlane, place: str, account: Path, tmp_path: Path
) -> None:
    """`generation` counts the changes of a spec: an apply of what is there already is none."""
    changes = 6
    with syncing(account, tmp_path / "one", "-n", place), syncing(account, tmp_path / "two", "-n", place):
        for number in range(changes):
            image = f"{NEW}-{number}"
            set_image(api_server.admin, place, "jfs", image)
            in_time(api_server, place, image)
        found = template_of(api_server.admin, place, "jfs")
        assert found is not None
        assert found["metadata"]["generation"] == 1 + changes
        managers = [(it["manager"], it["operation"]) for it in found["metadata"]["managedFields"]]
        assert managers == [("kubectl-fluid", "Apply")]


def templates_in(api_server: ControlPlane, place: str) -> set[str]:
    found = api_server.admin.request("GET", policies.templates_path(place))
    return {it["metadata"]["name"] for it in found["items"]}


def test_what_a_killed_one_has_left_the_next_one_repairs(
    api_server: ControlPlane, place: str, account: Path, tmp_path: Path
) -> None:
    """Killed while it writes: some templates are made and some are not. Meanwhile Datasets change and go."""
    names = [f"ds-{number:02}" for number in range(80)]
    for name in names:
        for value in fluid_objects.behind(place, name):
            api_server.admin.create(value)
    with syncing(account, tmp_path / "one", "-n", place, ready=False) as first:
        until(lambda: bool(templates_in(api_server, place)), "it writes")
        first.kill()
    left = templates_in(api_server, place)
    assert len(left) < len(names)
    gone = sorted(left - {"jfs"})[:3]
    assert gone
    for name in gone:
        api_server.admin.delete(fluid_objects.dataset(place, name))
    set_image(api_server.admin, place, "jfs", NEW)
    with syncing(account, tmp_path / "two", "-n", place):
        assert templates_in(api_server, place) == {"jfs", *names} - set(gone)
        in_time(api_server, place, NEW)
        in_time(api_server, place, OLD, names[-1])


def test_two_at_once_agree_about_datasets_that_come_and_go(
    api_server: ControlPlane, place: str, account: Path, tmp_path: Path
) -> None:
    """One of them may hear of a template before it hears of its Dataset, and must not take it for one that was left."""
    with syncing(account, tmp_path / "one", "-n", place) as one, syncing(account, tmp_path / "two", "-n", place) as two:
        for _ in range(5):
            api_server.admin.delete(fluid_objects.dataset(place, "jfs"))
            seconds_until(lambda: not templates_in(api_server, place), "it is deleted", IN_TIME)
            made = api_server.admin.create(fluid_objects.dataset(place, "jfs"))
            in_time(api_server, place, OLD)
            found = template_of(api_server.admin, place, "jfs")
            assert found is not None
            assert [it["uid"] for it in found["metadata"]["ownerReferences"]] == [made["metadata"]["uid"]]
        deleted = [it for syncer in (one, two) for it in syncer.said("deleted")]
        assert len(deleted) == 5


def test_it_goes_on_when_an_api_server_is_started_anew(
    api_server: ControlPlane, place: str, account: Path, tmp_path: Path
) -> None:
    with syncing(account, tmp_path / "log", "-n", place) as syncer:
        in_time(api_server, place, OLD)
        with api_server.outage():
            until(lambda: bool(syncer.said("watching DaemonSet broke")), "it notices")
        set_image(api_server.admin, place, "jfs", NEW)

        def is_new() -> bool:
            found = template_of(api_server.admin, place, "jfs")
            return found is not None and NEW in str(found["spec"])

        until(is_new, "the template is right")
        assert syncer.is_ready()
        # The API server itself does not know the kind of the templates for half a minute, and refuses meanwhile.
        until(lambda: NEW in image_of(api_server.admin, place, "jfs"), "Pods get it", 100)


def test_it_goes_on_when_its_connections_are_cut(
    api_server: ControlPlane, place: str, account: Path, tmp_path: Path
) -> None:
    with switching(api_server.port) as switch:
        path = tmp_path / "config"
        path.write_text(account.read_text().replace(api_server.url, f"https://{HOST}:{switch.port}"))
        with syncing(path, tmp_path / "log", "-n", place) as syncer:
            switch.ports = []
            switch.cut()
            until(lambda: bool(syncer.said("watching DaemonSet broke")), "it notices")
            set_image(api_server.admin, place, "jfs", NEW)
            assert OLD in image_of(api_server.admin, place, "jfs")
            switch.ports = [api_server.port]
            until(lambda: NEW in image_of(api_server.admin, place, "jfs"), "Pods get it", 2 * IN_TIME)


def test_a_right_that_was_taken_away_is_told_and_all_is_well_once_it_is_back(
    api_server: ControlPlane, place: str, account: Path, tmp_path: Path
) -> None:
    with syncing(account, tmp_path / "log", "-n", place) as syncer:
        in_time(api_server, place, OLD)
        role = bundle.cluster_role()
        reads = [{**it, "verbs": [verb for verb in it["verbs"] if verb != "patch"]} for it in role["rules"]]
        api_server.admin.merge(role, {"rules": reads})
        try:
            set_image(api_server.admin, place, "jfs", NEW)
            until(lambda: bool(syncer.said("the templates could not be brought into step")), "it says so")
            assert "this user may not patch" in (tmp_path / "log").read_text()
            assert syncer.get("/readyz") == (503, "the templates are not in step\n")
            assert syncer.get("/healthz")[0] == 200
        finally:
            api_server.admin.merge(role, {"rules": role["rules"]})
        until(lambda: NEW in image_of(api_server.admin, place, "jfs"), "Pods get it")
        until(syncer.is_ready, "it is ready")


def test_what_watches_have_missed_is_found_when_all_is_read_anew(
    api_server: ControlPlane, place: str, account: Path, tmp_path: Path
) -> None:
    with syncing(account, tmp_path / "log", "-n", place, "--resync", "1") as syncer:
        api_server.admin.request("DELETE", f"{policies.templates_path(place)}/jfs")
        in_time(api_server, place, OLD)
        assert syncer.is_ready()


@pytest.mark.usefixtures("place")
def test_it_ends_with_0_when_it_is_told_to(account: Path, tmp_path: Path) -> None:
    with syncing(account, tmp_path / "log", "-A") as syncer:
        assert syncer.get("/healthz") == (200, "ok\n")
        assert syncer.get("/readyz") == (200, "ok\n")
        assert syncer.get("/metrics")[0] == 404
        assert syncer.terminate() == 0
        assert syncer.said()[-1]["message"] == "ended"


def test_without_rights_it_ends_with_4_and_says_which(api_server: ControlPlane, place: str, tmp_path: Path) -> None:
    stranger = api_server.kubeconfig_for("stranger-to-sync")
    with syncing(stranger, tmp_path / "log", "-n", place, ready=False) as syncer:
        assert syncer.process.wait(60) == 4
        assert "this user may not list" in (tmp_path / "log").read_text()

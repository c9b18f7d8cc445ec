"""What `doctor permissions` says of each verb is true: with these rights the verb works, without one it does not."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.doctor.rights import VERBS, Right
from tests.cli.running import Ran, run
from tests.cluster import explained, fluid_objects, policies
from tests.cluster.control_plane import ControlPlane
from tests.cluster.webhooks import until
from tests.doctor.schema import check, checks_of, verdicts

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

Object = dict[str, Any]

RBAC = "rbac.authorization.k8s.io"
#: The fixture's dataset has a runtime of this kind: its verbs read no other.
RUNTIME = Right("get", "juicefsruntimes", "data.fluid.io")
CREATE = ("--edition", "community", "--secret", "jfs-secret", "--storage", "oss", "--bucket", "https://b.example.com")


class User:
    """Somebody whose rights change."""

    def __init__(self, plane: ControlPlane, name: str, namespace: str) -> None:
        self.plane, self.name, self.namespace = plane, name, namespace
        self.kubeconfig = plane.kubeconfig_for(name, namespace=namespace)
        for kind, scope in (("Role", {"namespace": namespace}), ("ClusterRole", {})):
            plane.admin.create(self._role(kind, scope, ()))
            metadata = {"name": name, **scope}
            subjects = [{"kind": "User", "name": name, "apiGroup": RBAC}]
            reference = {"kind": kind, "name": name, "apiGroup": RBAC}
            head = {"apiVersion": f"{RBAC}/v1", "kind": f"{kind}Binding", "metadata": metadata}
            plane.admin.create({**head, "subjects": subjects, "roleRef": reference})

    def may(self, rights: Iterable[Right]) -> None:
        """Have these rights and no others; the API server knows it by now."""
        wished = tuple(rights)
        namespaced = tuple(it for it in wished if it.namespaced)
        others = tuple(it for it in wished if not it.namespaced)
        for kind, scope, each in (("Role", {"namespace": self.namespace}, namespaced), ("ClusterRole", {}, others)):
            role = self._role(kind, scope, each)
            self.plane.admin.merge(role, {"rules": role["rules"]})
        until(lambda: self.missing() == set(_all()) - set(wished), "the roles count")

    def missing(self) -> set[Right]:
        """Of all rights in the table, as `doctor` sees it."""
        document = self.doctor()
        told = {text for it in checks_of(document, "permissions") for text in it.get("details", ())}
        return {it for it in _all() if it.text(self.namespace) in told}

    def doctor(self) -> Object:
        made = run("doctor", "permissions", "-o", "json", "--kubeconfig", self.kubeconfig)
        document: Object = json.loads(made.out)
        check(document)
        return document

    def verdict(self, verb: str) -> str:
        return verdicts(self.doctor())[f"permissions {verb}"]

    def run(self, *arguments: str | Path) -> Ran:
        # kubectl keeps what it was told of in the home folder.
        home, programs = Path(self.kubeconfig).parent, self.plane.programs["kubectl"].parent
        variables = {"HOME": str(home), "PATH": str(programs)}
        return run(*arguments, "--kubeconfig", self.kubeconfig, variables=variables)

    def _role(self, kind: str, scope: dict[str, str], rights: Iterable[Right]) -> Object:
        rules = [{"apiGroups": [it.group], "resources": [it.resource], "verbs": [it.verb]} for it in rights]
        return {
            "apiVersion": f"{RBAC}/v1",
            "kind": kind,
            "metadata": {"name": self.name, **scope},
            "rules": rules,
        }


def _all() -> set[Right]:
    return {it for needs in VERBS.values() for it in (*needs.needed(""), *needs.may)}


@pytest.fixture
def user(api_server: ControlPlane, namespace: str) -> User:
    """Somebody in a namespace that has a dataset, and a Job and a Pod that read it."""
    for value in fluid_objects.behind(namespace, "jfs"):
        api_server.admin.create(value)
    api_server.admin.create(explained.job("train", "jfs", namespace))
    plain = api_server.admin.create(explained.silent("plain", "jfs", namespace))
    explained.report(api_server.admin, plain, "Running", [], [explained.running("app")])
    return User(api_server, f"somebody-{namespace}", namespace)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "job.json"
    path.write_text(json.dumps(fluid_objects.job("app", "jfs")))
    return path


def test_who_may_nothing_is_told_so_for_every_verb(user: User) -> None:
    document = user.doctor()
    found = checks_of(document, "permissions")
    assert {it["subject"] for it in found if it["verdict"] != "failed"} == {
        verb for verb, it in VERBS.items() if it.audience
    }
    assert {it["subject"] for it in found} == set(VERBS)
    assert run("doctor", "permissions", "--kubeconfig", user.kubeconfig).status == 1
    whole = run("doctor", "-o", "json", "--kubeconfig", user.kubeconfig)
    assert whole.status == 1
    told = verdicts(json.loads(whole.out))
    assert (told["credentials"], told["crds-served"], told["fluid-installed"]) == ("ok", "ok", "unknown")
    assert told["nodes"] == "skipped"
    assert told["crds-fields Dataset"] == "warning", "from what the server publishes"
    assert run("doctor", "webhook", "--kubeconfig", user.kubeconfig).status == 4


@pytest.mark.parametrize("verb", ["inject", "validate --cluster", "policy compile --cluster"])
def test_verbs_that_read_claims(user: User, manifest: Path, verb: str) -> None:
    arguments: tuple[str | Path, ...] = (*verb.split(), "-f", manifest)
    if verb.startswith("policy"):
        arguments = (*verb.split(), "-n", user.namespace)
    needs = VERBS[verb]
    user.may((*needs.must, *needs.may))
    assert (user.verdict(verb), user.run(*arguments).status) == ("ok", 0)
    user.may((*needs.must, RUNTIME))
    assert (user.verdict(verb), user.run(*arguments).status) == ("warning", 0)
    for right in needs.must:
        user.may(it for it in (*needs.must, *needs.may) if it != right)
        done = user.run(*arguments)
        assert user.verdict(verb) == "failed"
        assert done.status == 4, f"{right}: {done}"


def test_policy_sync_and_its_templates(user: User) -> None:
    """Before the templates are made each right is missed; later only those for what there is to do."""
    needs, sync = VERBS["policy sync"], ("policy", "sync")
    every = (*needs.needed(user.namespace), *needs.may)
    with policies.installed(user.plane.admin, user.namespace):
        for right in needs.needed(user.namespace):
            user.may(it for it in every if it != right)
            done = user.run(*sync)
            assert (user.verdict("policy sync"), done.status) == ("skipped", 4), f"{right}: {done}"
        user.may(every)
        assert (user.verdict("policy sync"), user.run(*sync).status) == ("ok", 0)
        user.may(needs.needed(user.namespace))
        assert (user.verdict("policy sync"), user.run(*sync).status) == ("warning", 0)
        user.plane.admin.delete(fluid_objects.dataset(user.namespace, "jfs"))
        assert user.run(*sync).status in (1, 4), "a template is to be deleted"
        user.may(every)
        assert user.run(*sync).status == 0


def test_status_and_its_lists(user: User) -> None:
    needs = VERBS["status"]
    every = (*needs.must, *needs.may)
    user.may(every)
    done = user.run("status", "dataset/jfs")
    assert (user.verdict("status"), done.err) == ("ok", "")
    everywhere = run("doctor", "permissions", "-A", "-o", "json", "--kubeconfig", user.kubeconfig)
    (verdict,) = (it for it in checks_of(json.loads(everywhere.out), "permissions") if it["subject"] == "status")
    assert (verdict["verdict"], json.loads(everywhere.out)["namespace"]) == ("failed", None)
    assert "you may not list datasets.data.fluid.io -A" in verdict["message"]
    for right in needs.may:
        user.may(it for it in every if it != right)
        done = user.run("status", "dataset/jfs")
        assert (user.verdict("status"), f"may not list {right.resource}" in done.err) == ("warning", True), right
    user.may(it for it in every if it != needs.must[0])
    assert (user.verdict("status"), user.run("status").status) == ("failed", 4)


def test_status_that_waits(user: User) -> None:
    needs = VERBS["status -w"]
    every = (*needs.must, *needs.may, *VERBS["status"].may)
    arguments = ("status", "jfs", "--wait=bound", "--timeout", "5s")
    user.may(every)
    assert (user.verdict("status -w"), user.run(*arguments).status) == ("ok", 0)
    user.may(it for it in every if it != needs.must[1])
    assert (user.verdict("status -w"), user.run(*arguments).status) == ("failed", 4)


def test_explain_and_what_it_reads(user: User) -> None:
    needs = VERBS["explain"]
    every = (*needs.must, *needs.may)
    user.may(every)
    done = user.run("explain", "pod/plain", "job/train")
    assert user.verdict("explain") == "ok"
    assert "may not" not in done.out + done.err
    user.may(it for it in every if it != needs.must[0])
    assert (user.verdict("explain"), user.run("explain", "pod/plain").status) == ("failed", 4)
    unread = [it for it in needs.may if it.verb == "list" and not it.namespaced]
    assert len(unread) == 5
    user.may(it for it in every if it not in unread)
    done = user.run("explain", "job/train")
    assert user.verdict("explain") == "warning"
    assert all(f"{it.resource}: this user may not list" in " ".join(done.out.split()) for it in unread)


def test_create_and_the_rights_of_apply(user: User) -> None:
    needs = VERBS["create"]

    def create(name: str) -> int:
        return user.run("create", "dataset", name, "--mount", "juicefs:///demo", *CREATE).status

    user.may((*needs.must, *needs.may))
    assert (user.verdict("create"), create("made")) == ("ok", 0)
    user.may(needs.must)
    assert (user.verdict("create"), create("more")) == ("warning", 0)
    for right in needs.must:
        if right.verb != "patch":
            user.may(it for it in needs.must if it != right)
            assert user.verdict("create") == "skipped"
            assert create(f"not-{right.verb}-{right.resource[:4]}") == 4, right

"""The bundle against one object, offline: who injects, what is left alone, what guards say."""

from __future__ import annotations

import copy
import itertools
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy.guards.table import verdicts
from kubectl_fluid.policy.guards.view import View
from kubectl_fluid.policy.template import template
from kubectl_fluid.policy.trial.injecting import patched
from kubectl_fluid.policy.trial.trial import Bundle, Fate, Injector
from tests.cluster import fluid_objects
from tests.cluster.policies import claims_of

Object = dict[str, Any]


def bundle(*objects: Object, **more: Any) -> Bundle:
    """What the objects make of a cluster; two datasets where there are none."""
    if not objects:
        objects = (*fluid_objects.behind("default", "jfs"), *fluid_objects.behind("default", "other"))
    claims, _ = claims_of(objects)

    def compiled(namespace: str, name: str) -> Object | None:
        claim = claims(namespace, name)
        return template(claim, claims, Settings()) if claim is not None else None

    return Bundle(claims, compiled, **more)


def pod(*claims: str, labels: Object | None = None, annotations: Object | None = None) -> Object:
    made = fluid_objects.pod_template(claims[0])
    for number, claim in enumerate(claims[1:]):
        name = f"more-{number}"
        made["spec"]["volumes"].append({"name": name, "persistentVolumeClaim": {"claimName": claim}})
        made["spec"]["containers"][0]["volumeMounts"].append({"name": name, "mountPath": f"/{name}"})
    metadata = {"name": "app", "namespace": "default", "labels": {**made["metadata"]["labels"], **(labels or {})}}
    if annotations:
        metadata["annotations"] = annotations
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": made["spec"]}


def test_the_pod_is_the_one_of_the_plan_without_the_way_back() -> None:
    value = pod("jfs", "other")
    found = bundle().trial(value, "default")
    expected = plan(value, bundle().claims, Settings()).pod
    del expected["metadata"]["annotations"][keys.UNDO]
    assert found is not None
    assert found.value == expected
    assert found.fate is Fate.ADMITTED


def test_each_template_has_its_turn_and_its_patch() -> None:
    value = pod("other", "jfs")
    found = bundle().trial(value, "default")
    assert found is not None
    assert [it.template for it in found.turns] == ["jfs", "other"]
    for turn in found.turns:
        value = patched(value, turn.operations)
    assert value == found.value


def test_what_is_tried_is_not_changed() -> None:
    value = pod("jfs")
    before = copy.deepcopy(value)
    bundle().trial(value, "default")
    assert value == before


def test_a_dataset_that_policies_leave_is_told_and_a_guard_refuses_the_pod() -> None:
    objects = [*fluid_objects.behind("default", "jfs"), *fluid_objects.behind("default", "other")]
    objects[0]["status"]["phase"] = "NotBound"
    found = bundle(*objects).trial(pod("jfs", "other"), "default")
    assert found is not None
    assert [(it.template, it.code) for it in found.turns] == [("jfs", "NotReady"), ("other", "")]
    assert "jfs" in found.turns[0].message
    assert {it.guard for it in found.objections} == {"claim-left", "template-left"}
    assert found.fate is Fate.REFUSED


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ({keys.ENABLE: "false"}, "Disabled"),
        ({keys.DONE: "true"}, "AlreadyInjected"),
        ({keys.INJECT: "no"}, "NotRequested"),
        ({keys.INJECT: "no", keys.INJECT_SERVERFUL: "true"}, "Serverful"),
    ],
)
def test_a_pod_that_does_not_ask_is_left_with_the_reason(labels: Object, code: str) -> None:
    value = pod("jfs", labels=labels)
    found = bundle().trial(value, "default")
    assert found is not None
    assert not found.asked
    assert [it.code for it in found.notes] == [code]
    assert found.value == value


def test_a_claim_that_nobody_knows_is_told() -> None:
    found = bundle().trial(pod("nowhere"), "default")
    assert found is not None
    assert [it.code for it in found.notes] == ["ClaimNotFound"]
    assert found.fate is Fate.ADMITTED


@pytest.mark.parametrize("stage", ["audit", "warn", "deny"])
def test_the_stage_says_what_an_objection_does(stage: str) -> None:
    found = bundle(injector=Injector.NOBODY, stage=stage).trial(pod("jfs"), "default")
    assert found is not None
    assert [it.guard for it in found.objections] == ["claim-left"]
    assert found.fate is {"audit": Fate.ADMITTED, "warn": Fate.WARNED, "deny": Fate.REFUSED}[stage]


@pytest.mark.parametrize("labels", [{keys.GUARDS: "off"}, {"other": "x"}])
def test_a_namespace_that_is_exempt_has_no_guards(labels: dict[str, str]) -> None:
    found = bundle(injector=Injector.NOBODY, labels={"default": labels}).trial(pod("jfs"), "default")
    assert found is not None
    assert bool(found.objections) is (keys.GUARDS not in labels)


def test_a_namespace_of_the_clusters_own_has_no_guards() -> None:
    objects = fluid_objects.behind("kube-system", "jfs")
    found = bundle(*objects, injector=Injector.NOBODY).trial(pod("jfs"), "kube-system")
    assert found is not None
    assert found.objections == ()


def test_the_webhook_does_what_policies_cannot() -> None:
    value = pod("jfs", labels={keys.UNPRIVILEGED: "true"}, annotations={keys.HOST_PATH_MODE: "random-suffix"})
    by_policies = bundle().trial(value, "default")
    by_webhook = bundle(injector=Injector.WEBHOOK, unique="1-00000000").trial(value, "default")
    assert by_policies is not None
    assert by_webhook is not None
    assert [it.code for it in by_policies.turns] == ["RandomSuffix"]
    assert (by_policies.fate, by_webhook.fate) == (Fate.REFUSED, Fate.ADMITTED)
    assert by_webhook.value["metadata"]["labels"][keys.DONE] == "true"


def test_what_the_webhook_refuses_no_guard_is_asked_about() -> None:
    objects = fluid_objects.behind("default", "jfs")
    objects[0]["status"]["phase"] = "NotBound"
    found = bundle(*objects, injector=Injector.WEBHOOK).trial(pod("jfs"), "default")
    assert found is not None
    assert found.fate is Fate.REFUSED
    assert [it.code for it in found.notes] == ["DatasetNotBound"]
    assert found.objections == ()


def of_daemon_set(value: Object) -> None:
    value["metadata"]["ownerReferences"] = [{"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "jfs-fuse"}]


def of_daemon_set_for_eci(value: Object) -> None:
    of_daemon_set(value)
    value["metadata"]["labels"][keys.ECI] = "true"


def on_node(value: Object) -> None:
    value["spec"]["nodeName"] = "cn-hangzhou.10.0.0.1"


def on_virtual_node(value: Object) -> None:
    value["spec"]["nodeName"] = "virtual-kubelet-cn-hangzhou-b"


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (copy.copy, True),
        (of_daemon_set, False),
        (of_daemon_set_for_eci, True),
        (on_node, False),
        (on_virtual_node, True),
    ],
    ids=["placed by the scheduler", "of a DaemonSet", "says so itself", "on a node", "on a virtual node"],
)
def test_a_namespace_on_eci_says_nothing_of_pods_that_are_made_for_a_node(
    change: Callable[[Object], object], *, refused: bool
) -> None:
    value = pod("jfs", labels={keys.INJECT: "no"})
    value["spec"] |= {"hostNetwork": True, "volumes": [{"name": "host", "hostPath": {"path": "/runtime-mnt"}}]}
    change(value)
    found = bundle(labels={"default": {keys.ECI: "true"}}).trial(value, "default")
    assert found is not None
    said = [it.guard for it in found.objections]
    assert said == (["eci-host-path", "eci-host-network"] if refused else [])


def test_an_init_container_of_the_applications_own_may_be_called_like_a_sidecar() -> None:
    value = pod("jfs")
    value["spec"]["initContainers"] = [{"name": "fluid-fuse-wait", "image": "busybox"}]
    found = bundle().trial(value, "default")
    assert found is not None
    assert [it.code for it in found.turns] == [""]
    assert found.fate is Fate.ADMITTED


def test_an_object_of_fluids_is_held_against_the_rules() -> None:
    value = fluid_objects.dataset("default", "1-demo")
    found = bundle().trial(value, "default")
    assert found is not None
    assert [(it.policy, it.guard) for it in found.objections] == [("kubectl-fluid-dataset", "FL0101")]
    assert found.fate is Fate.REFUSED


def test_other_objects_are_nobodys_business() -> None:
    assert bundle().trial(fluid_objects.volume("default", "jfs"), "default") is None


def test_a_template_that_makes_a_patch_that_fits_nowhere_refuses_the_pod() -> None:
    given = bundle()
    broken = copy.deepcopy(given.template("default", "jfs"))
    assert broken is not None
    del broken["spec"]["platforms"][0]["sidecar"]["application"]["mountPropagation"]
    found = Bundle(given.claims, lambda _, name: broken if name == "jfs" else None).trial(pod("jfs"), "default")
    assert found is not None
    assert [it.code for it in found.turns] == ["EvaluationFailed"]
    assert found.fate is Fate.REFUSED


WRONG: tuple[Any, ...] = (None, 1, "x", [], {}, [1], {"name": 1})


@pytest.mark.parametrize("path", ["metadata.labels", "metadata.annotations", "spec.volumes", "spec.containers", "spec"])
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize("injector", Injector)
def test_a_pod_of_the_wrong_shape_is_an_answer_and_no_bug(path: str, wrong: Any, injector: Injector) -> None:
    value = pod("jfs")
    holder = value
    *parents, last = path.split(".")
    for parent in parents:
        holder = holder[parent]
    holder[last] = wrong
    assert bundle(injector=injector).trial(value, "default") is not None


@pytest.mark.timeout(60)
def test_a_pod_that_is_too_large_is_refused_and_takes_no_minutes() -> None:
    value = pod("jfs")
    mounts = [{"name": "data", "mountPath": f"/{number}"} for number in range(600)]
    value["spec"]["containers"] = [{"name": f"c{it}", "image": "x", "volumeMounts": mounts} for it in range(600)]
    start = time.monotonic()
    found = bundle().trial(value, "default")
    assert found is not None
    assert [it.code for it in found.turns] == ["EvaluationFailed"]
    assert time.monotonic() - start < 60


# --- the guards' CEL and their twins in Python -----------------------------------------------------------------------

_NUMBERS = itertools.count()
LABELS = (keys.INJECT, keys.DONE, keys.ENABLE, keys.ECI, keys.SIDECAR_TARGET, f"{keys.DATASET_NAME_PREFIX}fluid-fuse-x")


def mutant(chance: random.Random) -> Object:
    """A Pod, injected or not, with some changes that guards look for."""
    value = pod("jfs", "other")
    if chance.random() < 0.7:
        platform = chance.choice(["default", "eci", "acs", None])
        value = copy.deepcopy(plan(value, bundle().claims, Settings(platform=platform)).pod)
    for _ in range(chance.randrange(4)):
        _CHANGES[chance.randrange(len(_CHANGES))](value, chance)
    return value


def _label(value: Object, chance: random.Random) -> None:
    value["metadata"]["labels"][chance.choice(LABELS)] = chance.choice(["true", "false", "eci"])


def _annotate(value: Object, chance: random.Random) -> None:
    key = chance.choice(["kubernetes.io/config.mirror", keys.PLATFORM, keys.ECI_DATA_CACHE_BUCKET])
    value["metadata"].setdefault("annotations", {})[key] = chance.choice(["eci", "x"])


def _volume(value: Object, chance: random.Random) -> None:
    source = chance.choice([{"hostPath": {"path": "/srv"}}, {"persistentVolumeClaim": {"claimName": "jfs"}}])
    value["spec"]["volumes"] += [{"name": f"v{next(_NUMBERS)}", **source} for _ in range(chance.choice([1, 1, 20]))]


def _container(value: Object, chance: random.Random) -> None:
    mount = {
        "name": value["spec"]["volumes"][0]["name"],
        "mountPath": "/x",
        "mountPropagation": chance.choice(["None", "HostToContainer"]),
    }
    made = {
        "name": chance.choice(["late", "fluid-fuse-late", "init-fluid-fuse"]),
        "image": "x",
        "volumeMounts": [mount],
    }
    holder = value["spec"].setdefault(chance.choice(["containers", "containers", "initContainers"]), [])
    holder += [{**made, "name": f"{made['name']}-{next(_NUMBERS)}"} for _ in range(chance.choice([1, 1, 20]))]


def _sidecars(value: Object, chance: random.Random) -> None:
    inits = value["spec"].get("initContainers", [])
    if inits and chance.random() < 0.5:
        inits.pop()
    for container in inits:
        container.pop("restartPolicy", None)


def _context(value: Object, chance: random.Random) -> None:
    container = chance.choice(value["spec"]["containers"])
    container["securityContext"] = {
        "privileged": chance.random() < 0.5,
        "capabilities": {"add": [chance.choice(["SYS_ADMIN", "CAP_SYS_ADMIN", "CHOWN", "CAP_CHOWN"])]},
    }
    container["ports"] = [{"containerPort": chance.choice([80, 10250, 111]), "hostPort": chance.choice([0, 80])}]


def _spec(value: Object, chance: random.Random) -> None:
    value["spec"]["hostNetwork"] = chance.random() < 0.5
    owner = chance.choice([{"apiVersion": "batch/v1", "kind": "Job"}, {"apiVersion": "apps/v1", "kind": "DaemonSet"}])
    value["metadata"]["ownerReferences"] = [{**owner, "name": "train"}]
    if node := chance.choice(["", "", "node-a", "virtual-kubelet-a"]):
        value["spec"]["nodeName"] = node


_CHANGES = (_label, _annotate, _volume, _container, _sidecars, _context, _spec)


@pytest.mark.parametrize("seed", range(12))
def test_the_cel_of_the_guards_says_what_their_twins_say(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    given = bundle(injector=Injector.NOBODY)
    said = set()
    for _ in range(25):
        value = mutant(chance)
        labels = {keys.ECI: "true"} if chance.random() < 0.3 else {}
        found = Bundle(given.claims, given.template, {"default": labels}, Injector.NOBODY).trial(value, "default")
        assert found is not None
        assert found.notes == ()
        view = View(value, "default", labels, claims=frozenset({"jfs", "other"}))
        expected = {(it.guard.name, it.message) for it in verdicts(view)}
        assert {(it.guard, it.message) for it in found.objections} == expected
        said |= {it.guard for it in found.objections}
    assert len(said) > 3

"""What a person is told of an injected Pod: who ends its sidecars, and what may stop it or cost more."""

from __future__ import annotations

import pytest

from kubectl_fluid import keys
from kubectl_fluid.claims import Name, Problem
from kubectl_fluid.injection.settings import Settings
from tests.injection.build import (
    LEGACY,
    NAMESPACE,
    NATIVE,
    Object,
    claim,
    container,
    fluid,
    mount,
    planned,
    pod,
    settings,
    template,
    volume,
)

DEMO = Name(NAMESPACE, "demo")
ECI = settings(platform="eci")
TWO = (volume("a", "a"), volume("b", "b"))
OTHER_PORT = template(Name(NAMESPACE, "b"), ports=[{"name": "metrics", "containerPort": 9568}])


def warned(pod: Object, *claims: object, using: Settings | None = None) -> list[str]:
    return [reason.code for reason in planned(pod, *claims, using=using).warnings]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("using", "who"),
    [
        (settings(), "kubelet"),
        (settings(sidecar_mode=LEGACY), "application controller"),
        (settings(platform="unprivileged", sidecar_mode=LEGACY), "nothing ends it"),
        (ECI, "ECI stops it"),
        (settings(platform="eci", sidecar_mode=NATIVE), "does not say"),
        (settings(platform="acs", native_supported=False), "ACS stops it"),
        (fluid(), "application controller"),
    ],
    ids=["default", "legacy", "unprivileged", "eci", "eci-native", "acs-before-1.29", "fluid"],
)
def test_every_report_says_who_ends_the_sidecar(using: Settings, who: str) -> None:
    (sentence,) = (reason.message for reason in planned(pod(), using=using).reasons if reason.code == "SidecarEnds")
    assert who in sentence


def test_privileges_by_ticket_are_said_once_however_many_sidecars_there_are() -> None:
    assert warned(pod(*TWO), claim("a"), claim("b", fuse=OTHER_PORT), using=ECI) == ["PrivilegedByTicket"]


@pytest.mark.parametrize("where", ["labels", "annotations"])
def test_burst_resource_beside_the_label_for_eci_is_warned_about(where: str) -> None:
    made = pod(labels={keys.SIDECAR_TARGET: "eci"}, annotations={"a": "b"})
    made["metadata"][where][keys.BURST_RESOURCE] = "eci"
    assert "BurstResource" in warned(made)


def test_burst_resource_means_nothing_off_eci() -> None:
    assert warned(pod(annotations={keys.BURST_RESOURCE: "eci"})) == []


def test_two_sidecars_on_one_metrics_port_are_warned_about() -> None:
    (clash,) = planned(pod(*TWO), claim("a"), claim("b")).warnings
    assert clash.code == "PortClash"
    assert "fluid-fuse-a, fluid-fuse-b share port 9567" in clash.message


def test_ports_of_their_own_are_no_clash() -> None:
    assert warned(pod(*TWO), claim("a"), claim("b", fuse=OTHER_PORT)) == []


def test_an_application_on_the_sidecars_port_is_a_clash() -> None:
    app = container("app", mount(), ports=[{"containerPort": 9567}])
    assert warned(pod(containers=[app])) == ["PortClash"]


def test_applications_that_share_a_port_are_their_own_business() -> None:
    apps = [container(name, mount(), ports=[{"containerPort": 80}]) for name in ("one", "two")]
    assert warned(pod(containers=apps)) == []


def test_the_sleeping_copy_of_profile_fluid_listens_on_nothing() -> None:
    made = pod(initContainers=[container("prepare", mount())])
    assert warned(made, using=fluid()) == []


def test_a_port_that_eci_uses_itself_is_warned_about() -> None:
    app = container("app", mount(), ports=[{"containerPort": 10250}])
    assert "ReservedPort" in warned(pod(containers=[app]), using=ECI)
    assert warned(pod(containers=[app])) == []


def test_a_pull_secret_that_stays_behind_is_warned_about() -> None:
    served = claim(fuse=template(DEMO, secrets=("registry",)))
    assert warned(pod(), served) == ["ImagePullSecret"]
    assert warned(pod(imagePullSecrets=[{"name": "registry"}]), served) == []


def test_what_is_known_of_a_dataset_is_passed_on_with_its_claim() -> None:
    served = claim(notes=(Problem("MemoryTier", "it is large", "make it small"),))
    (note,) = planned(pod(), served).warnings
    assert (note.code, note.hint, note.claim) == ("MemoryTier", "make it small", "demo")

"""`docs/platforms.md`: its tables are made from the table of platforms and from Pods that are planned here."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.doctor.versions import GATED, ON, STABLE
from kubectl_fluid.injection.advice import ECI_PORTS
from kubectl_fluid.injection.decision import platform_name
from kubectl_fluid.injection.draft import Draft
from kubectl_fluid.injection.limits import ECI_CAPABILITIES, ECI_CONTAINERS, ECI_VOLUMES
from kubectl_fluid.injection.platforms import PLATFORMS
from kubectl_fluid.injection.settings import Profile, Settings, SidecarMode
from kubectl_fluid.webhook.run import NATIVE_SINCE
from tests.docs.tables import filled, marked, table
from tests.injection.build import Object, by_name, claim, injected, pod, settings
from tests.support import ROOT, Golden

PAGE = ROOT / "docs" / "platforms.md"
#: A runtime whose FUSE client has all that a platform may take away: a folder and a device of the host.
RUNTIME = "alluxio"
WORDS = {True: "yes", False: "no"}


def using(profile: Profile, platform: str, mode: SidecarMode | None = None) -> Settings:
    return settings(profile=profile, platform=platform, sidecar_mode=mode)


def made(choice: Settings) -> tuple[Object, Object]:
    """The injected Pod, and its sidecar."""
    result = injected(pod(), claim(runtime=RUNTIME), using=choice)
    (sidecar,) = [it for it in containers(result) if it["name"].startswith("fluid-fuse-")]
    return result, sidecar


def containers(result: Object) -> list[Any]:
    return [*result["spec"].get("initContainers", []), *result["spec"]["containers"]]


def mode_of(result: Object, sidecar: Object) -> str:
    return "native" if sidecar in result["spec"].get("initContainers", []) else "legacy"


def shape(choice: Settings) -> list[str]:
    """What the page says of one Pod, by looking at it."""
    result, sidecar = made(choice)
    volumes = {it["name"]: it for it in result["spec"]["volumes"]}
    (mount,) = by_name(result, "app")["volumeMounts"][:1]
    source = "`emptyDir`" if "emptyDir" in volumes["data"] else "`hostPath` of the mount point"
    if inner := mount.get("subPath"):
        source += f", its folder `{inner}`"
    privileged = sidecar["securityContext"]["privileged"]
    return [source, where(sidecar, volumes), WORDS[privileged], device(sidecar), environment(sidecar)]


def where(sidecar: Object, volumes: dict[str, Object]) -> str:
    """Where the client mounts, as the volumes tell that come back to the host or the other containers."""
    point = {it["name"]: it["value"] for it in sidecar["env"] if "value" in it}["FLUID_FUSE_MOUNTPOINT"]
    for mount in sidecar["volumeMounts"]:
        if mount.get("mountPropagation") == "Bidirectional":
            inner = posixpath.relpath(point, mount["mountPath"])
            kind = "that `emptyDir`" if "emptyDir" in volumes[mount["name"]] else "a folder of the host"
            return f"on the root of {kind}" if inner == "." else f"in {kind}"
    return "nowhere that others see"


def device(sidecar: Object) -> str:
    return WORDS[any(it["mountPath"] == "/dev/fuse" for it in sidecar["volumeMounts"])]


def environment(sidecar: Object) -> str:
    """Those of the platform; of several that begin alike, how many."""
    own = [it["name"] for it in sidecar["env"] if it["name"].startswith(("ECI_", "__"))]
    return f"{len(own)} of `ECI_…`" if len(own) > 1 else "".join(f"`{it}`" for it in own)


def shapes() -> Iterator[Sequence[str]]:
    for profile in Profile:
        for name in PLATFORMS:
            usual = mode_of(*made(using(profile, name)))
            for mode in sorted(SidecarMode, key=lambda it: it.value != usual):
                chosen = " (unless told otherwise)" if mode.value == usual else ""
                first = [profile.value, f"`{name}`", mode.value + chosen]
                yield [*first, *shape(using(profile, name, mode))]


#: Ways to choose a platform, from the one that wins to the one that loses: words, labels, annotations, `--platform`.
WAYS: list[tuple[str, dict[str, str], dict[str, str], str | None]] = [
    ("`--platform eci` on the command line", {}, {}, "eci"),
    (f"label `{keys.SIDECAR_TARGET}: eci`", {keys.SIDECAR_TARGET: "eci"}, {}, None),
    (f"label `{keys.SIDECAR_TARGET}: acs`", {keys.SIDECAR_TARGET: "acs"}, {}, None),
    (f'label `{keys.UNPRIVILEGED}: "true"`', {keys.UNPRIVILEGED: "true"}, {}, None),
    (f"annotation `{keys.PLATFORM}: eci` (any name)", {}, {keys.PLATFORM: "eci"}, None),
    ("nothing of these", {}, {}, None),
]


def name_of(labels: dict[str, str], annotations: dict[str, str], platform: str | None) -> str:
    return platform_name(Draft(pod(labels=labels, annotations=annotations)), settings(platform=platform))


def tables() -> dict[str, str]:
    head = ["profile", "platform", "sidecar", "the application's volume", "the client mounts"]
    head += ["privileged", "`/dev/fuse` of the host", "variables added"]
    ends = [[f"`{it.name}`", it.ends_native, it.ends_legacy] for it in PLATFORMS.values()]
    ways = [[words, f"`{name_of(labels, annotations, option)}`"] for words, labels, annotations, option in WAYS]
    return {
        "shapes": table(head, shapes()),
        "ends": table(["platform", "native", "legacy"], ends),
        "chosen": table(["of the Pod template", "platform"], ways),
    }


def test_the_tables_are_those_of_the_program(golden: Golden) -> None:
    golden(PAGE, filled(PAGE.read_text(), tables()))


def test_the_page_has_a_place_for_every_table() -> None:
    assert sorted(marked(PAGE.read_text())) == sorted(tables())


def test_a_way_that_stands_above_another_wins() -> None:
    for above, below in pairwise(WAYS):
        won = name_of(below[1] | above[1], below[2] | above[2], above[3])
        assert won == name_of(*above[1:])


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_platform_has_a_section(name: str) -> None:
    assert re.search(rf"^## `{name}`", PAGE.read_text(), re.MULTILINE)


def test_the_limits_are_those_that_are_checked() -> None:
    page = PAGE.read_text()
    assert f"more than {ECI_CONTAINERS} containers" in page
    assert f"more than {ECI_VOLUMES} volumes" in page
    (listed,) = re.findall(r"^Capabilities that ECI grants: (.+)\.$", page, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", listed)) == ECI_CAPABILITIES
    (ports,) = re.findall(r"ports that ECI keeps for itself \(([\d, ]+)\)", page)
    assert {int(it) for it in ports.split(", ")} == ECI_PORTS


def test_the_variables_of_eci_and_acs_are_those_that_are_added() -> None:
    page = PAGE.read_text()
    for platform in PLATFORMS.values():
        for name, value in {*platform.native_env, *platform.legacy_env}:
            assert f"`{name}={value}`" in page


def test_the_versions_are_those_that_the_program_goes_by() -> None:
    page = PAGE.read_text()
    assert NATIVE_SINCE == ON
    assert f"| 1.{GATED} |" in page
    assert f"| 1.{ON} to 1.{STABLE - 1} |" in page
    assert f"| 1.{STABLE} and newer |" in page

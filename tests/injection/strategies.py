"""Hypothesis strategies: Pods of every kind that the API server takes, the claims that they name, and settings.

They choose among prepared parts, most of them awkward, instead of drawing every character: examples are cheap.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import strategies as st

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim, Name
from kubectl_fluid.injection.platforms import PLATFORMS
from kubectl_fluid.injection.settings import MountCheck, Profile, Settings, SidecarMode
from tests.injection.build import CLIENTS, NAMESPACE, Object, claim, settings, template

#: Names that injection itself would like to have.
WANTED = (
    *("script-0", "script-1", "fluid--0", "check-fluid-mount-ready", "fluid-fluid-mount-ready", "mem-0", "fluid-mem-0"),
    *("juicefs-fuse-mount-0", "juicefs-fuse-mount-demo", "script-demo", "script-a-b", "default-check-mount-0"),
    *("fluid-fuse", "fluid-fuse-0", "fluid-fuse-1", "fluid-fuse-x", "fluid-fuse-demo", "init-fluid-fuse-0"),
    *("fluid-fuse-demo-2", "cache-dir-0-0", "nested-0-imagenet", "fluid-file-prefetcher", "mem", "logs-0", "x-0"),
)
NAMES = (*"abcdefgh", "0", "app", "data", "a--b", "l" * 40, "l" * 62, "l" * 63, *WANTED)
CLAIMS = ("demo", "a.b", "a-b", "imagenet", "x" * 253, "x" * 252 + "y", "d." * 100 + "end", "0")

#: What the API server does not know today: it must come out as it went in.
UNKNOWN: tuple[Object, ...] = (
    {},
    {},
    {"future": {"a": [1, {"name": "b"}], "b": None}},
    {"x-future": [], "a/b~c": {"": 0.5}},
    {"": "ü\n", "future": True},
)
OTHER_SOURCES: tuple[Object, ...] = (
    {"emptyDir": {}},
    {"emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
    {"configMap": {"name": "settings", "defaultMode": 420}},
    {"secret": {"secretName": "keys"}},
    {"projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}},
    {"ephemeral": {"volumeClaimTemplate": {"spec": {}}}},
    {"hostPath": {"path": "/var/log"}},
    {"persistentVolumeClaim": {"claimName": "disk", "readOnly": True}},
    {},
)
CLAIM_SOURCES: tuple[Object, ...] = tuple(
    {"persistentVolumeClaim": {"claimName": name, **more}} for name in CLAIMS for more in ({}, {"readOnly": True})
)
BODIES: tuple[Object, ...] = (
    {"image": "app:1"},
    {"image": "app:1", "command": ["run"], "args": ["-x", ""], "env": [], "ports": None},
    {"image": "app:1", "env": [{"name": "A", "value": "1"}, {"name": "A", "valueFrom": {"future": 1}}]},
    {"image": "app:1", "ports": [{"containerPort": 80, "name": "x-metrics"}], "resources": {"limits": {"cpu": 1}}},
    {"image": "app:1", "lifecycle": {"postStart": {"exec": {"command": ["own"]}}}},
    {"image": "app:1", "lifecycle": {"preStop": {"sleep": {"seconds": 1}}}, "securityContext": {}},
    {"image": "app:1", "restartPolicy": "Always", "lifecycle": None, "volumeMounts": None},
    {"image": "app:1", "securityContext": {"capabilities": {"add": ["CHOWN"]}}, "readinessProbe": {"future": 1}},
)
PATHS = ("/a", "/b", "/c d", "/data/x/")
MOUNTS: tuple[Object, ...] = (
    {},
    {"readOnly": True},
    {"subPath": "in/side", "mountPropagation": "None"},
    {"subPathExpr": "$(A)", "mountPropagation": None},
    {"future": [1], "readOnly": False, "mountPropagation": "HostToContainer"},
)
LABELS = (
    *((keys.CACHE_DIR, "true"), (keys.SIDECAR_POST_START, "false"), (keys.APP_POST_START, "true")),
    *((keys.UNPRIVILEGED, "true"), (keys.SCHED_PREFIX + "demo" + keys.SCHED_SUFFIX, "required"), ("team", "a")),
)
ANNOTATIONS = (
    *((keys.HOST_PATH_MODE, "random-suffix"), (keys.DATASETS_IN_USE, "older"), (keys.PREFETCH, "true")),
    *((keys.PREFETCH_ASYNC, "true"), (keys.PREFETCH_FILES, "pvc://demo/a;pvc://a.b/../b"), ("team", "ü")),
)
METADATA: tuple[Object, ...] = ({"name": "train"}, {"generateName": "train-"}, {}, {"annotations": None})
SPECS: tuple[Object, ...] = (
    {},
    {"restartPolicy": "Never", "volumes": None, "initContainers": []},
    {"affinity": {"podAffinity": {"future": 1}}, "nodeSelector": {"disk": "ssd"}},
    {
        "affinity": {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{}, {"matchExpressions": [{"key": "a", "operator": "Exists"}], "future": 1}]
                },
                "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {}}],
            }
        }
    },
)


@dataclass(frozen=True)
class Scene:
    """A Pod, the number of the world whose claims are there, and how the Pod is to be planned."""

    pod: Object
    world: int
    settings: Settings

    @property
    def claims(self) -> tuple[Claim, ...]:
        return WORLDS[self.world]


def _world(seed: int) -> tuple[Claim, ...]:
    """All of CLAIMS: datasets of several runtimes, of which `imagenet` may nest others; and a disk."""
    chance = random.Random(seed)  # noqa: S311 - a choice of examples, no secret
    made = []
    for index, name in enumerate(CLAIMS):
        runtime = chance.choice(sorted(CLIENTS))
        fuse = template(
            Name(NAMESPACE, f"set-{index}"),
            runtime,
            nested=chance.choice([(), ("0",), ("0", "a.b")]) if name == "imagenet" else (),
            volumes=tuple(
                {"name": it, "emptyDir": {}}
                for it in chance.sample(["mem", "x", "logs", "l" * 63], chance.randint(0, 2))
            ),
            **chance.choice(UNKNOWN),
        )
        made.append(
            claim(
                name,
                dataset=f"set-{index}",
                runtime=runtime,
                fuse=fuse,
                sub_path=chance.choice(["", "path/a"]),
                metrics_target=chance.choice(["", "Sidecar"]),
                node_selector=chance.choice([{}, {"fuse": "yes"}]),
            )
        )
    return (*made, Claim(Name(NAMESPACE, "disk")))


WORLDS = tuple(_world(seed) for seed in range(12))

chosen_names = st.lists(st.sampled_from(NAMES), max_size=6, unique=True)
chosen_labels = st.lists(st.sampled_from(LABELS), max_size=3, unique=True).map(dict)
chosen_annotations = st.lists(st.sampled_from(ANNOTATIONS), max_size=3, unique=True).map(dict)
sources = st.sampled_from(OTHER_SOURCES) | st.sampled_from(CLAIM_SOURCES)
unknown = st.sampled_from(UNKNOWN)


@st.composite
def containers(draw: st.DrawFn, names: list[str], mountable: list[str]) -> list[Object]:
    """One container for each name; each path is mounted once in a container."""
    made = []
    for name in names:
        item = {"name": name, **draw(st.sampled_from(BODIES)), **draw(unknown)}
        paths = draw(st.lists(st.sampled_from(PATHS), max_size=3, unique=True)) if mountable else []
        if paths:
            item["volumeMounts"] = [
                {"name": draw(st.sampled_from(mountable)), "mountPath": path, **draw(st.sampled_from(MOUNTS))}
                for path in paths
            ]
        made.append(item)
    return made


@st.composite
def pods(draw: st.DrawFn, asking: str) -> Object:
    """A Pod with that label and, by chance, those that change how it is injected."""
    names = draw(chosen_names) or ["app"]
    cut = draw(st.integers(1, min(4, len(names))))
    volumes = [{**draw(unknown), "name": name, **draw(sources)} for name in draw(chosen_names)]
    mountable = [volume["name"] for volume in volumes]
    spec: Object = {**draw(unknown), **draw(st.sampled_from(SPECS))}
    if volumes:
        spec["volumes"] = volumes
    spec["containers"] = draw(containers(names[:cut], mountable))
    if names[cut:]:
        spec["initContainers"] = draw(containers(names[cut:], mountable))
    metadata: Object = {**draw(unknown), **draw(st.sampled_from(METADATA))}
    metadata["labels"] = {asking: "true", **draw(chosen_labels)}
    if annotations := draw(chosen_annotations):
        metadata["annotations"] = annotations
    return {"apiVersion": "v1", "kind": "Pod", **draw(unknown), "metadata": metadata, "spec": spec}


@st.composite
def scenes(
    draw: st.DrawFn,
    profiles: tuple[Profile, ...] = tuple(Profile),
    asking: tuple[str, ...] = (keys.INJECT, keys.INJECT, keys.INJECT_SERVERFUL),
) -> Scene:
    """Everything that `plan` needs, in any profile, mode, platform and form of the mount check."""
    using = settings(
        profile=draw(st.sampled_from(profiles)),
        sidecar_mode=draw(st.sampled_from([None, *SidecarMode])),
        platform=draw(st.sampled_from([None, *PLATFORMS])),
        mount_check=draw(st.sampled_from([None, *MountCheck])),
        prefetcher_image="prefetcher:1",
        resource_ignore=draw(st.booleans()),
        native_supported=draw(st.booleans()),
    )
    return Scene(draw(pods(draw(st.sampled_from(asking)))), draw(st.integers(0, len(WORLDS) - 1)), using)

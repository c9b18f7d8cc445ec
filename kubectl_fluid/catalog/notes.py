"""What a person should know of a Dataset before a Pod uses it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from kubectl_fluid.claims import FuseTemplate, Name, Problem
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]


def memory_tier(runtime: Object) -> Iterator[Problem]:
    """A JuiceFSRuntime with a cache in memory: Fluid raises the FUSE container's memory request to the tier's quota."""
    levels = items(mapping(mapping(runtime.get("spec")).get("tieredstore")).get("levels"))
    if runtime.get("kind") != "JuiceFSRuntime" or all(level.get("mediumtype") != "MEM" for level in levels):
        return
    from kubectl_fluid.render.edition import Edition
    from kubectl_fluid.render.inputs import read_runtime
    from kubectl_fluid.render.options import Part
    from kubectl_fluid.render.resources import memory_cache

    read = read_runtime(runtime, [])
    quota = memory_cache(Part.FUSE, read.fuse, read, Edition.COMMUNITY)
    if quota is not None:
        yield Problem(
            "MemoryTier",
            f"the MEM tier of JuiceFSRuntime {read.metadata.name} makes the sidecar request {quota} of memory, "
            "which serverless platforms bill",
            'set spec.fuse.options.cache-size, e.g. "0" for no cache in the sidecar',
        )


def secrets_not_copied(dataset: Name, physical: Name, secrets: Sequence[str]) -> list[Problem]:
    """A reference dataset in another namespace: its sidecar reads Secrets in the Pod's namespace, where none are put.

    Fluid a826600a, pkg/ddc/thin/referencedataset/cm.go: ConfigMaps are copied, Secrets are not.
    """
    if dataset.namespace == physical.namespace or not secrets:
        return []
    names = ", ".join(secrets)
    what = f"Secret{'' if len(secrets) == 1 else 's'} {names}"
    return [
        Problem(
            "SecretsNotCopied",
            f"dataset {dataset} refers to {physical}, and its sidecar reads {what} in namespace {dataset.namespace}",
            f"create {names} in namespace {dataset.namespace} too",
        )
    ]


def secrets_elsewhere(dataset: Name, secrets: Sequence[str], known: Collection[Name]) -> list[Problem]:
    """Secrets that stand among the files, but not in the namespace in which the sidecar reads them."""
    found = []
    for secret in secrets:
        places = sorted(name.namespace for name in known if name.name == secret)
        if places and dataset.namespace not in places:
            message = (
                f"Secret {secret} is given for namespace {', '.join(places)}, but the sidecar of dataset {dataset} "
                f"reads it in {dataset.namespace}"
            )
            hint = f"create it in namespace {dataset.namespace} too"
            found.append(Problem("SecretElsewhere", message, hint))
    return found


def secrets_of(fuse: FuseTemplate) -> list[str]:
    """Names of the Secrets that a FUSE client reads: variables and volumes, each once."""
    found = [mapping(mapping(it.get("valueFrom")).get("secretKeyRef")).get("name") for it in _items(fuse, "env")]
    found += [mapping(it.get("secretRef")).get("name") for it in _items(fuse, "envFrom")]
    for volume in fuse.volumes:
        found.append(mapping(volume.get("secret")).get("secretName"))
        sources = items(mapping(volume.get("projected")).get("sources"))
        found += [mapping(source.get("secret")).get("name") for source in sources]
    return sorted({name for name in found if isinstance(name, str) and name})


def _items(fuse: FuseTemplate, key: str) -> list[Object]:
    return items(fuse.container.get(key))

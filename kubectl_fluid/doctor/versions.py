"""Checks of the cluster's version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import Forbidden
from kubectl_fluid.doctor.kinds import ADMISSION_PATHS, MUTATING_POLICIES, POLICY_VERSIONS
from kubectl_fluid.doctor.model import Check, Verdict, clipped, counted, listed, unread, why
from kubectl_fluid.validation.schema.files import kubernetes_minors

#: KEP-753: behind a feature gate in 1.28, on by default from 1.29, stable from 1.33.
GATED, ON, STABLE = 28, 29, 33
#: MutatingAdmissionPolicy is `v1` from here on.
POLICIES = 36
_VERSION = re.compile(r"v?1\.(\d{1,3})", re.ASCII)
_LEGACY = "inject with `--sidecar-mode legacy`"


class Node(NamedTuple):
    """`version` is that of its kubelet; `virtual`: Pods there run on a platform such as ECI, behind virtual-kubelet."""

    name: str
    version: str
    virtual: bool = False


def minor_of(version: str) -> int | None:
    """33 of `v1.33.2-aliyun.1`; None for what is no version."""
    found = _VERSION.match(version)
    return int(found[1]) if found else None


def checks(
    version: str,
    served: Mapping[str, frozenset[str] | ClusterError],
    nodes: Sequence[Node] | ClusterError,
) -> Iterator[Check]:
    """All of them. `served` are plurals by path."""
    yield _known(version)
    yield _sidecars(version)
    yield _nodes(nodes)
    yield _policies(version, served)


def _known(version: str) -> Check:
    minor, minors = minor_of(version), kubernetes_minors()
    name = "kubernetes-version"
    if minor is None:
        return Check(
            name, Verdict.UNKNOWN, "the API server does not tell its version", "does `kubectl version` tell it?"
        )
    said, span = f"Kubernetes {clipped(version)}", f"1.{minors[0]} to 1.{minors[-1]}"
    if minor in minors:
        return Check(name, Verdict.OK, f"{said}, whose own kinds this program knows")
    if minor > minors[-1]:
        hint = "update this program; until then fields that are new there are called unknown"
        return Check(name, Verdict.WARNING, f"{said} is newer than what this program knows ({span})", hint)
    hint = "`validate` takes the schemas of the oldest version that it knows"
    return Check(name, Verdict.WARNING, f"{said} is older than what this program knows ({span})", hint)


def _sidecars(version: str) -> Check:
    minor = minor_of(version)
    name = "native-sidecars"
    if minor is None:
        return Check(name, Verdict.UNKNOWN, "it hangs on the version of Kubernetes, which is not known")
    if minor >= STABLE:
        return Check(name, Verdict.OK, f"native sidecars are stable (from 1.{STABLE} on)")
    if minor >= ON:
        return Check(name, Verdict.OK, f"native sidecars are on by default (1.{ON} to 1.{STABLE - 1})")
    if minor == GATED:
        said = f"1.{GATED} has native sidecars only where the feature gate SidecarContainers was switched on"
        return Check(name, Verdict.WARNING, said, f"{_LEGACY}, unless it is")
    said = f"Kubernetes 1.{minor} has no native sidecars: an injected Pod would wait for its init container for ever"
    return Check(name, Verdict.FAILED, said, f"{_LEGACY}, or update to 1.{ON}")


def _nodes(nodes: Sequence[Node] | ClusterError) -> Check:
    if isinstance(nodes, Forbidden):
        return Check("nodes", Verdict.SKIPPED, f"{why(nodes)}; the API server's own version says most")
    if isinstance(nodes, ClusterError):
        return unread("nodes", nodes)
    told = [it for it in nodes if not it.virtual and minor_of(it.version) is not None]
    more = _untold(nodes)
    if not told:
        return Check("nodes", Verdict.SKIPPED, more or "there are no nodes")
    old = [it for it in told if (minor_of(it.version) or 0) < ON]
    more = f"; {more}" if more else ""
    if old:
        has = "has a kubelet" if len(old) == 1 else "have kubelets"
        said = f"{len(old)} of {counted(len(told), 'node')} {has} before 1.{ON}, without native sidecars{more}"
        details = tuple(f"{clipped(it.name)}: {clipped(it.version)}" for it in old)
        hint = f"{_LEGACY} for Pods that may run there ({listed((it.name for it in old), 3)})"
        return Check("nodes", Verdict.WARNING, said, hint, details=details)
    versions = sorted({it.version for it in told})
    said = f"{counted(len(told), 'node')} with kubelets of {listed(versions, 3)}, all with native sidecars"
    return Check("nodes", Verdict.OK, said + more)


def _untold(nodes: Sequence[Node]) -> str:
    """Of the nodes of which nothing can be said: no kubelet runs on a virtual one, whatever version it shows."""
    virtual = sum(it.virtual for it in nodes)
    silent = sum(not it.virtual and minor_of(it.version) is None for it in nodes)
    parts = []
    if virtual:
        parts.append(f"{counted(virtual, 'virtual node', 'virtual nodes')}: its platform runs the Pods, not a kubelet")
    if silent:
        parts.append(f"{counted(silent, 'node does', 'nodes do')} not tell a kubelet's version")
    return "; ".join(parts)


def _policies(version: str, served: Mapping[str, frozenset[str] | ClusterError]) -> Check:
    name, found = "mutating-policies", []
    for path, each in zip(ADMISSION_PATHS, POLICY_VERSIONS, strict=True):
        plurals = served[path]
        if isinstance(plurals, ClusterError):
            return unread(name, plurals)
        if MUTATING_POLICIES in plurals:
            found.append(each)
    if "v1" in found:
        return Check(name, Verdict.OK, f"MutatingAdmissionPolicy is served as {', '.join(found)}")
    minor = minor_of(version)
    if found:
        said = f"MutatingAdmissionPolicy is served as {', '.join(found)} only; policies/serverless is written for v1"
    elif minor is not None and minor >= POLICIES:
        said = f"MutatingAdmissionPolicy v1 is switched off, though Kubernetes has it from 1.{POLICIES} on"
    else:
        said = f"MutatingAdmissionPolicy v1 is not there: Kubernetes has it from 1.{POLICIES} on"
    return Check(name, Verdict.SKIPPED, said, "inject with the webhook, or from the command line")

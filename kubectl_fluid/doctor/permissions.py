"""Checks of what each verb may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.doctor.model import Check, Verdict, counted, listed, unread
from kubectl_fluid.doctor.rights import VERBS, Needs, Right

Rights = Mapping[Right, "bool | ClusterError"]


def checks(rights: Rights, namespace: str | None) -> Iterator[Check]:
    """One for each verb."""
    for verb, needs in VERBS.items():
        yield _check(verb, needs, rights, namespace)


def _check(verb: str, needs: Needs, rights: Rights, namespace: str | None) -> Check:
    needed = needs.needed(namespace)
    error = next((it for right in (*needed, *needs.may) if isinstance(it := rights[right], ClusterError)), None)
    if error is not None:
        return unread("permissions", error, verb)
    must = [it.text(namespace) for it in needed if not rights[it]]
    may = [it.text(namespace) for it in needs.may if not rights[it]]
    details = (*must, *may)
    if must and needs.audience:
        said = f"`{verb}`, which is for {needs.audience}, will not work: you may not {listed(must, 2)}"
        return Check("permissions", Verdict.SKIPPED, said, _cure(must), verb, details)
    if must:
        said = f"`{verb}` will not work: you may not {listed(must, 2)}"
        return Check("permissions", Verdict.FAILED, said, _cure(must), verb, details)
    if may:
        said = f"`{verb}` will have gaps: {counted(len(may), 'right is', 'rights are')} missing ({listed(may, 2)})"
        return Check("permissions", Verdict.WARNING, said, _cure(may), verb, details)
    return Check("permissions", Verdict.OK, f"`{verb}` may ask for all that it needs", subject=verb)


def _cure(missing: list[str]) -> str:
    return f"a Role or ClusterRole must allow it; then `kubectl auth can-i {missing[0]}` says yes"

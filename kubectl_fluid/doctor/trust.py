"""Checks of certificates: those that a caBundle holds, and one that a server shows."""

from __future__ import annotations

import time

from kubectl_fluid.doctor.handshake import NotReached, Shown
from kubectl_fluid.doctor.model import Check, Verdict, clipped, counted
from kubectl_fluid.doctor.targets import Target
from kubectl_fluid.explanation.hooks import Whose
from kubectl_fluid.webhook.certs import CertsError
from kubectl_fluid.webhook.expiry import Validity, validity
from kubectl_fluid.webhook.trusted import bundle_of

#: Days before its end at which a certificate is worth a word.
SOON = 30
_DAY = 86400
_BEGIN = "-----BEGIN CERTIFICATE-----"
_CURES = {
    Whose.OURS: "`kubectl fluid webhook certs` makes new ones and prints the patch of the caBundle: docs/webhook.md",
    Whose.FLUID: "restart Fluid's webhook, which makes its own: `kubectl -n fluid-system rollout restart deployment "
    "fluid-webhook`",
}
_REFUSES = "no API server can call this webhook"


def bundle(target: Target, now: float) -> Check:
    """`webhook-trust` of one target; `now` is in seconds since the epoch."""
    name, cure = "webhook-trust", _CURES.get(target.whose, "")
    if target.ca is None:
        return _failed(name, target, f"the caBundle is not base64: {_REFUSES}", cure)
    if not target.ca.strip():
        if target.service is None:
            said = "there is no caBundle: API servers go by the authorities of their own system"
            return Check(name, Verdict.SKIPPED, said, subject=target.configuration)
        return _failed(name, target, f"the caBundle is empty: {_REFUSES}", cure)
    try:
        pem = bundle_of(target.ca, "the caBundle").decode("ascii")
        spans = [validity(_BEGIN + part) for part in pem.split(_BEGIN)[1:]]
    except (CertsError, ValueError) as error:
        return _failed(name, target, f"{clipped(error)}: {_REFUSES}", cure)
    return _of_spans(target, spans, now, cure)


def _of_spans(target: Target, spans: list[Validity], now: float, cure: str) -> Check:
    name = "webhook-trust"
    valid = [it for it in spans if it.not_before <= now < it.not_after]
    if not valid:
        over = [it for it in spans if it.not_after <= now]
        what = counted(len(spans), "certificate")
        if over:
            said = f"{what} in the caBundle, none valid: the last ended {_when(max(it.not_after for it in over), now)}"
        else:
            said = f"{what} in the caBundle, none valid yet: the first is from {_day(spans[0].not_before)} on"
        return _failed(name, target, f"{said}: {_REFUSES}", cure)
    best = max(valid, key=lambda it: it.not_after)
    said = f"the caBundle's authority is {_age(best, now)}"
    if len(spans) > len(valid):
        said += f"; {counted(len(spans) - len(valid), 'other is', 'others are')} not valid"
    return Check(name, *_judged(best, now, said, cure), subject=target.configuration)


def certificate(target: Target, shown: Shown | NotReached, now: float) -> Check:
    """`webhook-certificate` of one target that TLS was spoken with."""
    name, cure = "webhook-certificate", _CURES.get(target.whose, "")
    if isinstance(shown, NotReached):
        said = f"{clipped(target.shown)} is not reached from here ({shown.why}); the API server may reach it"
        return Check(name, Verdict.UNKNOWN, said, "does it run? Its logs say who calls", target.configuration)
    if shown.refused:
        return _refused(target, shown, now, cure)
    if shown.validity is None:
        return Check(
            name, Verdict.OK, f"{clipped(target.shown)} shows a valid certificate", subject=target.configuration
        )
    said = f"{clipped(target.shown)} shows a certificate that is {_age(shown.validity, now)}"
    return Check(name, *_judged(shown.validity, now, said, cure), subject=target.configuration)


def _refused(target: Target, shown: Shown, now: float, cure: str) -> Check:
    """Without a caBundle it is this machine's authorities who do not know it: those of the API server may."""
    name, span = "webhook-certificate", shown.validity
    other_name = "mismatch" in shown.refused
    in_time = span is None or span.not_before <= now < span.not_after
    whose = "its caBundle does" if target.ca else "the authorities of this machine do"
    age = f" (it is {_age(span, now)})" if span else ""
    said = f"{clipped(target.shown)} shows a certificate that {whose} not vouch for: {shown.refused}{age}"
    if other_name:
        host = clipped(target.address.host) if target.address else "the URL's host"
        return _failed(name, target, said, f"the certificate must name {host}, or the URL what the certificate names")
    if in_time and not target.ca:
        said = f"{said}; those of the API server may"
        return Check(name, Verdict.WARNING, said, "put its authority into the caBundle", target.configuration)
    return _failed(name, target, said, cure)


def _judged(span: Validity, now: float, said: str, cure: str) -> tuple[Verdict, str, str]:
    if span.not_after - now < SOON * _DAY:
        return Verdict.WARNING, said, cure
    return Verdict.OK, said, ""


def _failed(name: str, target: Target, said: str, cure: str) -> Check:
    return Check(name, Verdict.FAILED, said, cure, target.configuration)


def _age(span: Validity, now: float) -> str:
    if now < span.not_before:
        return f"valid from {_day(span.not_before)} until {_day(span.not_after)}"
    old = int((now - span.not_before) // _DAY)
    return f"{counted(old, 'day')} old and {_ends(span.not_after, now)}"


def _ends(end: float, now: float) -> str:
    if end <= now:
        return f"ended {_when(end, now)}"
    left = int((end - now) // _DAY)
    return f"valid for {counted(left, 'day')} more, until {_day(end)}"


def _when(end: float, now: float) -> str:
    return f"{counted(int((now - end) // _DAY), 'day')} ago, on {_day(end)}"


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))

"""What to do when a load test says that something is wrong: a sentence and a cure for each way to fail."""

from __future__ import annotations

import asyncio
import errno
import re
import socket
import ssl
from collections import Counter
from collections.abc import Sequence

from kubectl_fluid.cli.benchview import Row
from kubectl_fluid.cli.errors import CommandError, system_reason
from kubectl_fluid.webhook import benchbodies
from kubectl_fluid.webhook.bench import PATIENCE
from kubectl_fluid.webhook.benchhttp import Target

_MUTATE = "/mutate"
_OBJECTS = (
    "start it with --local --objects objects.yaml (from `webhook bench --print-objects > objects.yaml`), "
    "or send a review of your own with --body FILE"
)
_LISTENS = "is this the port of the webhook? `kubectl fluid webhook serve` listens on 9443"
_START = "start the webhook, or name its port: `kubectl fluid webhook serve` listens on 9443"
_OVERLOAD = "look at its log; try fewer --connections"

#: What `bench` counts as an error → what it means, and the cure; the first that fits.
_ERRORS = (
    (
        "HTTP 404",
        "it serves nothing at this path",
        f"the path is {_MUTATE} for this program; for another webhook see clientConfig in its configuration",
    ),
    ("HTTP (401|403)", "it wants to know who asks", "send the load to the webhook itself, not to a proxy before it"),
    ("HTTP 405", "it takes no POST at this path", f"the path is {_MUTATE} for this program"),
    ("HTTP (413|431)", "a review is too large for it", "try --body simple, or raise the server's limit"),
    ("HTTP (429|503)", "it is too busy, or being stopped", _OVERLOAD),
    ("HTTP 3..", "it sends the client elsewhere", "give the address that it leads to; API servers do not follow it"),
    ("HTTP 4..", "it does not take this for a review", "does it take AdmissionReviews of version v1 for Pods?"),
    ("HTTP 5..", "it failed", "look at its log"),
    ("no AdmissionReview", "it answers, but not as a webhook does", _LISTENS),
    ("answer to another review", "it gives back another uid than it was asked with", "report it to whoever wrote it"),
    ("no answer within.*", "it is too slow", _OVERLOAD),
    ("the connection was closed|no connection", "it closed connections without an answer", _OVERLOAD),
    (".*", "what it says is not HTTP/1.1 with a length", _LISTENS),
)

#: OpenSSL's numbers for why a certificate is not trusted (X509_V_ERR_…) → the cure.
_CURES = {
    10: "it has ended: renew it with `kubectl fluid webhook certs`, or go on with --insecure",
    9: "its time has not come: compare the clocks of the two machines, or go on with --insecure",
    62: "call it by a name that it has, or add this one: `kubectl fluid webhook certs --name {host}`",
    64: "call it by a name that it has, or add this one: `kubectl fluid webhook certs --name {host}`",
}


def failed(to: Target, rows: Sequence[Row]) -> CommandError | None:
    """An error for reviews that were not answered, by what happened most; None when all were."""
    errors: Counter[str] = sum((row.measured.outcomes.errors for row in rows), Counter())
    if not errors:
        return None
    ((key, _),) = errors.most_common(1)
    asked = errors.total() + sum(row.measured.outcomes.reviews for row in rows)
    why, hint = next((why, hint) for pattern, why, hint in _ERRORS if re.fullmatch(pattern, key))
    count = f"{errors.total()} of {asked} reviews were not answered ({key})"
    return CommandError(f"{to.authority}{to.path}", f"{count}: {why}", hint)


def note(row: Row) -> str:
    """A sentence where all answers are of a kind that measures something else than injection; "" where they are not."""
    outcomes = row.measured.outcomes
    if not outcomes.reviews or outcomes.patched:
        return ""
    ours = row.body in benchbodies.BODIES
    if all(key.endswith(" ClaimNotFound") for key in outcomes.refused) and outcomes.refused:
        known = f"the datasets of namespace {benchbodies.NAMESPACE}" if ours else "the claim of this Pod"
        cure = _OBJECTS if ours else "create it, or give it to the server with --objects"
        return f"the server does not know {known}: {cure}"
    if outcomes.unchanged == outcomes.reviews:
        cure = f"; {_OBJECTS}" if ours else ""
        return (
            f"no Pod was changed, so that this is not the time of an injection: the server may not know the claim{cure}"
        )
    return ""


def unreachable(to: Target, error: Exception, *, own_ca: bool) -> CommandError:
    """An error for a server that no connection can be had with. `own_ca` is whether --ca was given."""
    what = to.authority
    match error:
        case ssl.SSLCertVerificationError():
            why = f"its certificate is not trusted: {error.verify_message.rstrip('.')}"
            return CommandError(what, why, _distrust(error.verify_code, to, own_ca=own_ca))
        case ssl.SSLError():
            return CommandError(what, f"it does not speak TLS as a webhook does ({error.reason or error})", _LISTENS)
        case asyncio.TimeoutError():
            return CommandError(what, f"no connection within {PATIENCE:g} s", f"is a firewall between? {_LISTENS}")
        case ConnectionRefusedError():  # asyncio's own sentence is one for programmers
            return CommandError(what, "nobody listens there", _START)
        case ConnectionError():
            return CommandError(what, "it closed the connection before TLS was there", _LISTENS)
        case socket.gaierror():
            return CommandError(to.host, f"no such host: {system_reason(error)}", "give a host or an address in --url")
        case OSError():
            full = error.errno in {errno.EMFILE, errno.ENFILE}
            cure = "ask for fewer --connections, or allow more open files: ulimit -n" if full else "look at the address"
            return CommandError(what, system_reason(error), cure)
    raise error


def _distrust(code: int, to: Target, *, own_ca: bool) -> str:
    if code in _CURES:
        return _CURES[code].format(host=to.host)
    if own_ca:
        return "--ca did not sign it: give the ca.crt of the folder that the webhook serves, or --insecure"
    return "give its authority with --ca (ca.crt of `kubectl fluid webhook certs`), or --insecure"

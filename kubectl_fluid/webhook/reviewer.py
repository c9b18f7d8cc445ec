"""From the bytes of an AdmissionReview to the bytes of its answer: what is done for each request, and so made fast.

Everything that is decided about a Pod is decided by `review` and `injection.plan`; here is when they need not be asked.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import gc
import json
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, NoReturn

from kubectl_fluid.claims import Claim, Claims
from kubectl_fluid.injection.essence import TOKEN_VOLUME, essence, fingerprint
from kubectl_fluid.injection.plan import Plan, plan
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.webhook.bounds import SMALL
from kubectl_fluid.webhook.memo import Memo, Ready
from kubectl_fluid.webhook.review import Question, left_alone, read, refusal, respond, unplanned

Object = dict[str, Any]
Asked = list[tuple[str, str, Claim | None]]

OK, BAD_REQUEST = 200, 400
#: Settings are kept for so many namespaces; a cluster rarely has more.
_MAX_NAMESPACES = 4096
_HEADS = {
    version: f'{{"apiVersion":"{version}","kind":"AdmissionReview","response":{{"uid":'.encode()
    for version in ("admission.k8s.io/v1", "admission.k8s.io/v1beta1")
}
_NO_UID = b'{"uid":""'
_TOKEN = TOKEN_VOLUME.encode()


class BadBody(Exception):
    """The body is not JSON that could be read; `str()` says why."""


class Reply(NamedTuple):
    """HTTP status and body, and what metrics and logs say of it.

    `missing` names the claims because of which the Pod was refused: they are missing, or something behind them is.
    """

    status: int
    body: bytes
    outcome: str
    reason: str
    missing: tuple[tuple[str, str], ...] = ()
    message: str = ""


class Reviewer:
    """Answers AdmissionReviews with these claims and settings.

    `unique` makes the randomness that a plan may use. With `disabled`, all Pods are let through as they are.
    """

    def __init__(
        self, claims: Claims, settings: Settings, unique: Callable[[], str], *, disabled: bool = False
    ) -> None:
        self.memo = Memo()
        self._claims = claims
        self._settings = dataclasses.replace(settings, admission=True)
        self._unique = unique
        self._disabled = disabled
        self._of_namespace: dict[str, Settings] = {}

    @property
    def settings(self) -> Settings:
        """What it answers with; the namespace is each request's own."""
        return self._settings

    def use(self, settings: Settings) -> None:
        """Answer with other settings from now on."""
        self._settings = dataclasses.replace(settings, admission=True)
        self._of_namespace.clear()
        self.memo.clear()

    def ask(self, body: bytes) -> Question:
        """Read a request's body. Raises BadBody."""
        try:
            if len(body) <= SMALL:
                return read(_decode(body), small=True)
            with _uncollected():
                return read(_decode(body))
        except RecursionError:
            raise BadBody("it is nested too deep") from None
        except UnicodeDecodeError:
            raise BadBody("it is not UTF-8") from None
        except (_NoNumber, json.JSONDecodeError) as error:
            raise BadBody(f"it is not JSON: {error}") from None
        except ValueError:  # Python's own limit of digits, see sys.set_int_max_str_digits
            raise BadBody("a number in it has too many digits") from None

    def reply(self, question: Question) -> Reply:
        """Answer a question with the claims as they are known now."""
        if question.response is not None:
            # Without a uid nobody can tell what is answered: then it was no AdmissionReview at all.
            return self._told(question, question.response, OK if question.uid else BAD_REQUEST)
        if self._disabled:
            return self._told(question, left_alone(question.uid, "InjectionDisabled"))
        settings = self._settings_for(question.namespace)
        if told := unplanned(question, settings):
            return self._told(question, told)
        try:
            if not question.small:
                return self._planned(question, dataclasses.replace(settings, unique=self._unique()))
            reduced = essence(question.pod, settings)
            key = None if reduced is None else fingerprint((question.namespace, reduced))
            if reduced is None or key is None:
                return self._planned(question, dataclasses.replace(settings, unique=self._unique()))
            ready = self.memo.get(key, self._claims) or self._learned(key, reduced, settings)
            if ready is None:
                return self._planned(question, settings)
        except RecursionError:
            return self._told(question, refusal(question.uid, BAD_REQUEST, "InvalidPod", "the Pod is nested too deep"))
        uid = question.uid
        head = _HEADS[question.version]
        quoted = b'"%b"' % uid.encode() if uid.isascii() and uid.replace("-", "").isalnum() else _json(uid)
        return Reply(OK, b"".join((head, quoted, ready.tail, b"}")), ready.outcome, ready.reason)

    def _settings_for(self, namespace: str) -> Settings:
        settings = self._of_namespace.get(namespace)
        if settings is None:
            if len(self._of_namespace) >= _MAX_NAMESPACES:
                self._of_namespace.clear()
            settings = dataclasses.replace(self._settings, namespace=namespace)
            self._of_namespace[namespace] = settings
        return settings

    def _learned(self, key: bytes, reduced: Object, settings: Settings) -> Ready | None:
        """Plan for all Pods of this essence; None where an answer depends on more than that."""
        result, asked = self._plan(reduced, settings)
        if result.outcome is Outcome.REFUSED:
            return None  # its sentence may name what the essence has no names for; and claims will come
        response = respond("", result)
        dumped = _json(response)
        if not response["allowed"] or _TOKEN in dumped or _TOKEN in base64.b64decode(response.get("patch", "")):
            return None  # it speaks of a volume by a name that is not the Pod's own
        ready = Ready(dumped[len(_NO_UID) :], result.outcome.value, result.reasons[0].code, tuple(asked))
        self.memo.put(key, ready)
        return ready

    def _planned(self, question: Question, settings: Settings) -> Reply:
        result, asked = self._plan(question.pod, settings)
        told = self._told(question, respond(question.uid, result))
        if result.outcome is not Outcome.REFUSED:
            return told
        missing = ((namespace, name) for namespace, name, claim in asked if _is_unsound(claim))
        return told._replace(missing=tuple(dict.fromkeys(missing)))

    def _plan(self, pod: Object, settings: Settings) -> tuple[Plan, Asked]:
        asked: Asked = []

        def claims(namespace: str, name: str) -> Claim | None:
            claim = self._claims(namespace, name)
            asked.append((namespace, name, claim))
            return claim

        return plan(pod, claims, settings), asked

    def _told(self, question: Question, response: Object, status: int = OK) -> Reply:
        body = b"".join((_HEADS[question.version][: -len('{"uid":')], _json(response), b"}"))
        audit = response["auditAnnotations"]
        message = "" if response["allowed"] else str(response["status"]["message"])
        return Reply(status, body, audit["outcome"], audit["reason"], message=message)


def _is_unsound(claim: Claim | None) -> bool:
    return claim is None or claim.broken is not None or claim.not_ready is not None or claim.no_sidecar is not None


class _NoNumber(ValueError):
    """What Python reads as a number, and JSON does not have."""


def _refuse(constant: str) -> NoReturn:
    raise _NoNumber(f"{constant} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _NoNumber("a number in it is too large")
    return number


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection: what a large body becomes is in use, and looking through it takes longer than reading."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


#: Made once: json.dumps makes one for each call that is not of the usual form.
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def _decode(body: bytes) -> Any:
    return _DECODER.decode(body.decode())


def _json(value: Any) -> bytes:
    """Compact and in ASCII: half of a surrogate pair, which JSON may hold, has no UTF-8."""
    return _ENCODER.encode(value).encode("ascii")

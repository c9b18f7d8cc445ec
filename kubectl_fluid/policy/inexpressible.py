"""What a policy cannot do to a Pod: one table. Such Pods are left as they are, and guards refuse them.

Decision: the test stands in the mutation, not in the policy's matchConditions. A condition that is false the first time
keeps a policy from being asked again when a later webhook has changed the Pod, and every condition is evaluated for
every template of the namespace; the mutation is evaluated for the templates that the Pod names.
"""

from __future__ import annotations

from typing import NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.injection.sidecar import RANDOM_SUFFIX
from kubectl_fluid.policy.cel import both, choose, either, entry_is, no, text, variable
from kubectl_fluid.policy.pods import mounts_one_of

_ANNOTATIONS = variable("annotations")
_PLATFORM = f"{variable('platforms')}[0]"
#: Paths that /proc/self/mounts spells as the Pod does.
_PLAIN_PATH = r"^(/[.]?[A-Za-z0-9_-][A-Za-z0-9._-]*)+$"


class Row(NamedTuple):
    """One row: `condition` is CEL over the variables of `pods` and holds for a Pod that is left alone.

    The code is the one by which `injection.plan` refuses the same Pod, or one of this room's where the plan injects it
    (`only_policies`). `message` and `hint` are CEL expressions of strings.
    """

    code: str
    condition: str
    message: str
    hint: str
    only_policies: bool = False


def _told(field: str, *, of: str) -> str:
    """A field of a problem that the template holds."""
    return choose(f"has({of}.{field})", f"{of}.{field}", text("")) if field == "hint" else f"{of}.{field}"


def _names_taken() -> str:
    volumes = f"{variable('added')}.exists(a, {variable('volumes')}.exists(v, v.name == a.name))"
    name = f"{variable('part')}.container.name"
    container = f"({variable('inits')} + object.spec.containers).exists(c, c.name == {name})"
    return both(variable("used"), either(volumes, container))


def _odd_paths() -> str:
    mine = variable("mine")
    odd = f"c.volumeMounts.exists(m, m.name in {mine} && !m.mountPath.matches({text(_PLAIN_PATH)}))"
    every = f"({variable('inits')} + object.spec.containers)"
    return both(variable("appCheck"), f"{every}.exists(c, {mounts_one_of('c', mine)} && {odd})")


class Elsewhere(NamedTuple):
    """What is not decided by a row of ROWS: `why`, and `then`, what becomes of such a Pod."""

    code: str
    why: str
    then: str


_LEFT = "left alone; guards refuse it"
#: Codes of this room's own in a template's `refusal`, and what no template can tell.
ELSEWHERE = (
    Elsewhere(
        "NestedDatasets",
        "templates are evaluated once each and in no fixed order, so the inner one may have had its turn already",
        _LEFT,
    ),
    Elsewhere("ClaimOfAnotherName", "sidecars are put in order by the datasets' names in the Pod's labels", _LEFT),
    Elsewhere(
        "ClaimNotFound", "a claim of which no Dataset and no template knows is like any other storage", "admitted"
    ),
    Elsewhere(
        "LabelTooLate",
        "whoever asks is settled before the first policy: a label that a webhook adds comes too late",
        _LEFT,
    ),
    Elsewhere(
        "PlatformLimits",
        "what ECI and ACS refuse of the application's own containers and volumes is not looked at",
        "injected; guards refuse it",
    ),
    Elsewhere(
        "Serverful",
        f"steering Pods to cache nodes ({keys.INJECT_SERVERFUL}) needs each node's labels of each dataset",
        "admitted as it is; a node with the CSI plugin mounts its claim",
    ),
    Elsewhere("EciNamespace", f"a namespace's label {keys.ECI} does not ask for its Pods", "admitted as it is"),
    Elsewhere(
        "UndoAnnotation",
        "CEL cannot make the patch that leads back",
        "injected without it; `uninject` recognises the sidecar",
    ),
)

_WEBHOOK = text("use the webhook, or `kubectl fluid inject`, for this Pod")

#: In this order: each row may rely on those before it.
ROWS = (
    Row(
        "NotReady",
        both("has(params.spec.notReady)", "!" + entry_is(_ANNOTATIONS, keys.SKIP_PRECHECK, "true")),
        _told("message", of="params.spec.notReady"),
        _told("hint", of="params.spec.notReady"),
    ),
    Row(
        "UnknownPlatform",
        f"{variable('platforms')}.size() == 0",
        f"'there is no platform \"' + {variable('platform')} + '\"'",
        "'use one of ' + params.spec.platforms.map(p, p.name).join(', ')",
    ),
    Row(
        "Refused",
        f"has({_PLATFORM}.refusal)",
        _told("message", of=f"{_PLATFORM}.refusal"),
        _told("hint", of=f"{_PLATFORM}.refusal"),
    ),
    Row(
        "Prefetcher",
        both(
            entry_is(_ANNOTATIONS, keys.PREFETCH, "true"),
            "!" + entry_is(_ANNOTATIONS, keys.PREFETCH_DONE, "true"),
        ),
        text(f"annotation {keys.PREFETCH} asks for the file prefetcher, which policies cannot add"),
        _WEBHOOK,
        only_policies=True,
    ),
    Row(
        "RandomSuffix",
        both(entry_is(_ANNOTATIONS, keys.HOST_PATH_MODE, RANDOM_SUFFIX), no(variable("shares"))),
        text(f"annotation {keys.HOST_PATH_MODE} asks for a mount point of its own, and policies have no randomness"),
        _WEBHOOK,
        only_policies=True,
    ),
    Row(
        "InitContainerReadsData",
        both(no(variable("native")), variable("inInits")),
        "'an init container mounts claim ' + params.metadata.name + "
        + text(", but a legacy sidecar starts after all init containers"),
        text("use a platform with native sidecars, or let the application's own container read the data"),
    ),
    Row(
        "NamesTaken",
        _names_taken(),
        "'a container or volume has the name that the sidecar of claim ' + params.metadata.name + ' needs'",
        text("rename it, or use the webhook, which takes another name"),
        only_policies=True,
    ),
    Row(
        "OddMountPath",
        _odd_paths(),
        text(f"label {keys.APP_POST_START} asks for a mount check, and a mountPath has other than plain characters"),
        text("mount the claim on a path of letters, digits, `.`, `_` and `-`, or use the webhook"),
        only_policies=True,
    ),
)


def code() -> str:
    """CEL: the code of the first row that holds for the Pod, '' where policies inject it."""
    expression = text("")
    for row in reversed(ROWS):
        expression = choose(row.condition, text(row.code), expression)
    return expression

"""Policies over Fluid's own objects: the CEL twins of `validate`'s rules, two policies a kind.

Fluid has no validating webhook: a bad object is accepted, and fails later in a controller's log. Errors and warnings
are apart because a binding takes a policy as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid import keys
from kubectl_fluid.policy.guards import cel
from kubectl_fluid.policy.guards.objects import PREFIX, Made, constraints, named, new
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules import RULES
from kubectl_fluid.validation.rules.rule import Rule
from kubectl_fluid.validation.rules.subject import CLUSTER_WIDE, GROUP, OPERATIONS, RUNTIMES

#: Kinds with rules, in the order of the documentation; the API group knows them by these plurals.
KINDS = ("Dataset", *RUNTIMES, "ThinRuntimeProfile", "CacheRuntimeClass", *OPERATIONS)
SUFFIX = {Severity.ERROR: "", Severity.WARNING: "-advice"}
#: A list as long as this turns everything off that it names; a longer one nothing.
_LONGEST = 1000

#: Status, labels and finalizers of an object that was made before may change: it must be possible to delete it. Fluid's
#: controllers write the whole object to take a finalizer off, with members that it did not have (`fuse: {}`), which is
#: a new generation; whatever is being deleted is let go, then.
_CHANGED = (
    "request.operation == 'CREATE' || (object.metadata.generation != oldObject.metadata.generation && "
    "!has(object.metadata.deletionTimestamp))"
)
#: Patterns of rules that the object turns off, as regular expressions: `validation.rules.suppress`.
_OFF = (
    f"{cel.has(keys.DISABLE_RULES, 'annotations')} && "
    f"object.metadata.annotations['{keys.DISABLE_RULES}'].size() < {_LONGEST} ? "
    f"object.metadata.annotations['{keys.DISABLE_RULES}'].upperAscii().replace(',', ' ').replace('\\n', ' ')"
    ".replace('\\t', ' ').split(' ').filter(p, p.matches('^[A-Z0-9*?]+$'))"
    ".map(p, '^' + p.replace('*', '.*').replace('?', '.') + '$') : []"
)


def plural(kind: str) -> str:
    """The kind as the API group calls it."""
    return f"{kind.lower()}{'es' if kind.endswith('ss') else 's'}"


def twins(kind: str, severity: Severity) -> list[Rule]:
    """The rules of a kind that one object tells, and CEL with it."""
    return [rule for rule in RULES if rule.cel and kind in rule.kinds and rule.severity is severity]


def policies() -> Iterator[tuple[str, list[Made]]]:
    """The policies of each kind."""
    for kind in KINDS:
        yield kind, [_policy(kind, severity) for severity in SUFFIX if twins(kind, severity)]


def _policy(kind: str, severity: Severity) -> Made:
    scope = "Cluster" if kind in CLUSTER_WIDE else "Namespaced"
    rule = {
        "apiGroups": [GROUP],
        "apiVersions": ["v1alpha1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": [plural(kind)],
        "scope": scope,
    }
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": constraints([rule]),
        "matchConditions": named({"new-or-changed": _CHANGED}),
        "variables": named({"off": _OFF}),
        "validations": [_validation(rule) for rule in twins(kind, severity)],
    }
    return Made(new("ValidatingAdmissionPolicy", f"{PREFIX}{kind.lower()}{SUFFIX[severity]}", spec), severity)


def _validation(rule: Rule) -> dict[str, str]:
    return {
        "expression": f"({rule.cel}) || variables.off.exists(p, {cel.quote(rule.code)}.matches(p))",
        "message": message(rule),
        "reason": "Invalid",
    }


def message(rule: Rule) -> str:
    """What the creator of the object is told."""
    return f"{rule.code}: {rule.title}; {rule.cure} (kubectl fluid validate)"

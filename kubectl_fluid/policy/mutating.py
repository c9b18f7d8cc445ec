"""The MutatingAdmissionPolicy and its bindings: injection by the API server itself (Kubernetes 1.36 or later).

Decisions:

- One policy for all datasets. Its parameters are the InjectionTemplates of the Pod's own namespace, all of which are
  evaluated; a Pod is changed by those whose claim it mounts.
- Whether a Pod asks is the bindings' business (`asking`). That their selectors are looked at once for a request is also
  why the label that says `done` does not keep a second template out of it.
- failurePolicy Fail: a Pod that asks for its data and cannot be given it is refused.
- reinvocationPolicy IfNeeded, as of the webhook: a Pod that was left alone is looked at again when a webhook has
  changed it. One that is injected has the label and matches no binding any more.
"""

from __future__ import annotations

from kubectl_fluid import keys
from kubectl_fluid.policy import inexpressible, names, patches, pods
from kubectl_fluid.policy.asking import ASKING, not_in
from kubectl_fluid.policy.cel import both, variable

Object = names.Object

_RULES = {
    "resourceRules": [
        {
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "operations": ["CREATE"],
            "resources": ["pods"],
            "scope": "Namespaced",
        }
    ],
    "matchPolicy": "Equivalent",
    "namespaceSelector": {},
    "objectSelector": {},
}
#: The API server shows such a Pod, a kubelet's own file says what runs in it.
_NO_MIRROR = "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"


#: Nobody that is switched off or injected already. With ASKING these are the rows of `injection.decision`.
NOBODY = (not_in(keys.ENABLE, "false"), not_in(keys.DONE, "true"))


def policy() -> Object:
    """The policy."""
    made = names.new(names.ADMISSION, "MutatingAdmissionPolicy", names.INJECT)
    variables = {**pods.VARIABLES, "leave": inexpressible.code(), **patches.VARIABLES}
    expression = f"{variable('leave')} != '' ? [] : (\n{patches.all_of_them()})"
    spec: Object = {
        "failurePolicy": "Fail",
        "matchConditions": [
            {"name": "mounts-the-claim", "expression": both(pods.names_the_claim(), _NO_MIRROR)},
        ],
        "matchConstraints": _RULES,
        "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}],
        "paramKind": dict(names.PARAM_KIND),
        "reinvocationPolicy": "IfNeeded",
        "variables": [{"name": name, "expression": cel} for name, cel in variables.items()],
    }
    return {**made, "spec": spec}


def bindings() -> list[Object]:
    """One binding for each label that asks for a sidecar."""
    return [_binding(name, asking) for name, asking in ASKING.items()]


def _binding(name: str, asking: tuple[Object, ...]) -> Object:
    made = names.new(names.ADMISSION, "MutatingAdmissionPolicyBinding", f"{names.INJECT}-{name}")
    selector = {"matchExpressions": [*asking, *NOBODY]}
    spec = {
        "policyName": names.INJECT,
        # No namespace: that of the Pod. The empty selector means all.
        "paramRef": {"selector": {}, "parameterNotFoundAction": "Allow"},
        "matchResources": {"objectSelector": selector, "namespaceSelector": {}, "matchPolicy": "Equivalent"},
    }
    return {**made, "spec": spec}

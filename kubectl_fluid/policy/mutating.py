"""The MutatingAdmissionPolicy and its bindings: injection by the API server itself (Kubernetes 1.36 or later).

Decisions:

- One policy for all datasets. Its parameters are the InjectionTemplates of the Pod's own namespace, all of which are
  evaluated; a Pod is changed by those whose claim it mounts.
- Whether a Pod asks is the bindings' business: their selectors are looked at once for a request, before any template,
  and cost nothing for the Pods of others. A selector joins its terms by AND, so there is a binding for each label; no
  Pod matches two of them. That they are looked at once is also why the label that says `done` does not keep a second
  template out of the same request.
- failurePolicy Fail: a Pod that asks for its data and cannot be given it is refused.
- reinvocationPolicy IfNeeded, as of the webhook: a Pod that was left alone is looked at again when a webhook has
  changed it. One that is injected has the label and matches no binding any more.
"""

from __future__ import annotations

from kubectl_fluid import keys
from kubectl_fluid.policy import inexpressible, names, patches, pods
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


def _in(key: str, *values: str) -> Object:
    return {"key": key, "operator": "In", "values": list(values)}


def _not_in(key: str, *values: str) -> Object:
    return {"key": key, "operator": "NotIn", "values": list(values)}


def _exists(key: str, *, does: bool = True) -> Object:
    return {"key": key, "operator": "Exists" if does else "DoesNotExist"}


#: Name → who asks. Together with NOBODY these are the rows of `injection.decision` that lead to a sidecar.
ASKING: dict[str, tuple[Object, ...]] = {
    "serverless": (_in(keys.INJECT, "true"),),
    "sidecar-target": (_not_in(keys.INJECT, "true"), _exists(keys.SIDECAR_TARGET)),
    "deprecated": (
        _not_in(keys.INJECT, "true"),
        _exists(keys.SIDECAR_TARGET, does=False),
        _in(keys.INJECT_DEPRECATED, "true"),
    ),
}
NOBODY = (_not_in(keys.ENABLE, "false"), _not_in(keys.DONE, "true"))


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

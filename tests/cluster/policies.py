"""The admission policies in a real API server, and templates that it has taken notice of."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.claims import Claim, Claims
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy import crd, mutating, names
from kubectl_fluid.policy.guards.injected import TEMPLATES
from kubectl_fluid.policy.guards.objects import PREFIX, bindings_of, policy_of
from kubectl_fluid.policy.template import is_of_fluid, template
from tests.cluster import fluid_objects
from tests.cluster.api import Api, Refused
from tests.cluster.control_plane import ControlPlane
from tests.cluster.webhooks import DRY, pod, refusal, sidecars, until

Object = dict[str, Any]

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
POLICIES = f"/apis/{names.ADMISSION}/mutatingadmissionpolicies"
BINDINGS = f"/apis/{names.ADMISSION}/mutatingadmissionpolicybindings"
GUARDS = f"/apis/{names.ADMISSION}/validatingadmissionpolicies"
GUARD_BINDINGS = f"/apis/{names.ADMISSION}/validatingadmissionpolicybindings"
#: Name of the guard that refuses what the policy has left.
GUARD = f"{PREFIX}{TEMPLATES.name}"
#: The claim of a template that is created after all others: who knows it knows them. Events of one kind keep order.
LAST = "zz-last"


def templates_path(namespace: str) -> str:
    """Where a namespace's templates are."""
    return f"/apis/{names.TEMPLATE.api_version}/namespaces/{namespace}/{names.PLURAL}"


def ensure_namespace(api_server: ControlPlane, name: str) -> None:
    """The namespace is there: another module may have made it, and without controllers none ever ends."""
    with suppress(Refused):
        api_server.create_namespace(name)


def claims_of(objects: Iterable[Object]) -> tuple[Claims, list[Claim]]:
    """A lookup of claims over objects, and those among them that belong to Fluid."""
    store = ObjectStore()
    values = list(objects)
    for value in values:
        store.add(value)
    claims = claims_from(store.get)
    places = [(it["metadata"]["namespace"], it["metadata"]["name"]) for it in values if it["kind"] == _CLAIM]
    found = [claim for place in dict.fromkeys(places) if (claim := claims(*place)) is not None]
    return claims, [claim for claim in found if is_of_fluid(claim)]


_CLAIM = "PersistentVolumeClaim"


def templates_of(objects: Iterable[Object], settings: Settings | None = None) -> list[Object]:
    """The templates of all of Fluid's claims among the objects."""
    claims, found = claims_of(objects)
    return [template(claim, claims, settings or Settings()) for claim in found]


@contextmanager
def installed(api: Api, namespace: str) -> Iterator[None]:
    """The policy and its bindings are in force, in the whole cluster; `namespace` is there to try it.

    The definition stays: its end takes long, and without a policy templates do nothing.
    """
    with suppress(Refused):  # it is there
        api.request("POST", DEFINITIONS, crd.crd())
    until(lambda: _is_served(api, namespace), "the API server serves templates")
    made = [(POLICIES, mutating.policy()), *((BINDINGS, it) for it in mutating.bindings())]
    put: list[str] = []
    try:
        for path, value in made:
            api.request("POST", path, value)
            put.append(f"{path}/{value['metadata']['name']}")
        with present(api, templates_of(fluid_objects.behind(namespace, "first"))):
            pass
        yield
    finally:
        for path in reversed(put):
            api.request("DELETE", path)


def _is_served(api: Api, namespace: str) -> bool:
    try:
        api.request("GET", templates_path(namespace))
    except Refused as refused:
        if refused.code not in (http.client.NOT_FOUND, http.client.TOO_MANY_REQUESTS):  # not yet, and not quite
            raise
        return False
    return True


@contextmanager
def present(api: Api, templates: Sequence[Object]) -> Iterator[None]:
    """The templates are there, and the policy goes by all of them and no others."""
    namespace = _namespace_of(templates)
    last = templates_of(fluid_objects.behind(namespace, LAST))
    made = [*templates, *last]
    for value in made:
        api.request("POST", f"{templates_path(value['metadata']['namespace'])}?fieldValidation=Strict", value)
    try:
        until(lambda: _knows_last(api, namespace), "the policy goes by the templates")
        yield
    finally:
        for value in made:
            api.request("DELETE", f"{templates_path(value['metadata']['namespace'])}/{value['metadata']['name']}")
        until(lambda: not _knows_last(api, namespace), "the templates are gone")


@contextmanager
def guarded(api: Api) -> Iterator[None]:
    """Pods that ask and still name a claim that has a template are refused."""
    made = policy_of(TEMPLATES)
    put = []
    try:
        bound = [(GUARD_BINDINGS, it) for it in bindings_of(made, "deny")]
        for path, value in ((GUARDS, made.policy), *bound):
            api.request("POST", path, value)
            put.append(f"{path}/{value['metadata']['name']}")
        yield
    finally:
        for path in reversed(put):
            api.request("DELETE", path)


def wait_for_guard(api: Api, templates: Sequence[Object]) -> None:
    """Until the guard knows the last template: API servers keep templates for each kind of policy apart."""
    value = pod("probe", LAST, _namespace_of(templates))
    value["metadata"]["annotations"] = {keys.PREFETCH: "true"}  # which policies leave alone
    until(lambda: GUARD in refusal(api, value), "the guard goes by the templates")


def _namespace_of(templates: Sequence[Object]) -> str:
    return str(templates[0]["metadata"]["namespace"]) if templates else "default"


def _knows_last(api: Api, namespace: str) -> bool:
    try:
        return bool(sidecars(api.create(pod("probe", LAST, namespace), DRY)))
    except Refused:  # a policy whose parameters are not read yet
        time.sleep(0.05)
        return False

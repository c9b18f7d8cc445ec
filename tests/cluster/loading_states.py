"""Puts datasets in every state into the API server, the way controllers would: by the status subresource."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.cluster.control_plane import ControlPlane
from tests.status.objects import NAMESPACE, OTHER
from tests.status.states import STATES

Object = dict[str, Any]

_FINALIZER = "fluid-dataset-controller-finalizer"


def moved(value: Object, namespace: str) -> Object:
    """The same object in another namespace, with all that names the namespace."""
    text = json.dumps(value).replace(f"{NAMESPACE}-", f"{namespace}-").replace(f"{NAMESPACE}/", f"{namespace}/")
    return dict(
        json.loads(text.replace(f'"{NAMESPACE}"', f'"{namespace}"').replace(f"{OTHER}/", f"{namespace}-{OTHER}/"))
    )


def create(api_server: ControlPlane, namespace: str, values: Iterable[Object]) -> None:
    """Create objects with their statuses."""
    for value in values:
        api_server.admin.create(moved(value, namespace))


def create_states(api_server: ControlPlane, namespace: str, *names: str) -> list[str]:
    """Create the objects of these states (all that a server lets in, if none is named); the names of those."""
    made = [name for name in names or STATES if not STATES[name].offline]
    for name in made:
        state = STATES[name]
        for value in state.objects(name):
            it = moved(value, namespace)
            deleting = state.deleting and it["kind"] == "Dataset"
            if deleting:
                it["metadata"]["finalizers"] = [_FINALIZER]
            api_server.admin.create(it)
            if deleting:
                api_server.admin.delete(it)
    return made

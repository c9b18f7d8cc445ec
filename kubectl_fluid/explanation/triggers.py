"""The rows of the decision table for one Pod, each with the value that was seen; the decision itself is injection's."""

from __future__ import annotations

from typing import Any, NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.explanation.model import Trigger
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.shapes import mapping

Object = dict[str, Any]


class _Row(NamedTuple):
    """A label, the value that counts ("" for any), and what it does."""

    key: str
    wanted: str
    means: str


_ASKS = "asks for sidecars"
#: In the order of injection.decision; `force` stands between the last two.
_ROWS = (
    _Row(keys.ENABLE, "false", "leaves the Pod alone"),
    _Row(keys.DONE, "true", "says that the sidecars are in"),
    _Row(keys.INJECT, "true", _ASKS),
    _Row(keys.INJECT_DEPRECATED, "true", f"{_ASKS} (deprecated: no webhook is called for it)"),
    _Row(keys.SIDECAR_TARGET, "", f"{_ASKS}, and names the platform"),
)
_SERVERFUL = _Row(keys.INJECT_SERVERFUL, "true", "steers the Pod to cache nodes, without sidecars")
FORCE = "a namespace on ECI"


def triggers(pod: Object, settings: Settings) -> tuple[Trigger, ...]:
    """The rows in the order in which they count; the first that holds decides, none means `NotRequested`."""
    labels = mapping(mapping(pod.get("metadata")).get("labels"))
    force = Trigger(
        FORCE, "yes" if settings.force else None, settings.force, "sends Pods that say nothing to the webhook"
    )
    rows = [*(_row(it, labels) for it in _ROWS), force, _row(_SERVERFUL, labels)]
    first = next((index for index, it in enumerate(rows) if it.holds), -1)
    return tuple(it._replace(decides=index == first) for index, it in enumerate(rows))


def _row(row: _Row, labels: Object) -> Trigger:
    value = labels.get(row.key)
    seen = None if row.key not in labels else str(value)
    holds = value == row.wanted if row.wanted else row.key in labels
    return Trigger(row.key, seen, holds, row.means)

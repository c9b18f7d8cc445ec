"""Dataset + runtime → the objects that Fluid's controllers would make of them.

A pure function: no I/O, no clock, no randomness; inputs are never changed. Typical use::

    rendered = render.render(dataset, runtime, environment=Environment.from_variables(variables))
    if rendered.errors: ...
    rendered.find("DaemonSet", "demo-fuse")

It knows nothing of the Pods of applications.
"""

from __future__ import annotations

from kubectl_fluid.render.entry import already_bound, dataload, dataload_problems, render
from kubectl_fluid.render.environment import Environment, Ports, VariableError
from kubectl_fluid.render.physical import Physical
from kubectl_fluid.render.result import Rendered

__all__ = [
    "Environment",
    "Physical",
    "Ports",
    "Rendered",
    "VariableError",
    "already_bound",
    "dataload",
    "dataload_problems",
    "render",
]

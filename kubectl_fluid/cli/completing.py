"""Names from the cluster for completion: within BUDGET of the program's start, or none. A failure says nothing.

kubectl is asked for them, as the fastest that knows all kinds of credentials: it answers in 60 ms, where importing the
`kubernetes` package alone takes 300.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from kubectl_fluid.cli.environment import Environment
    from kubectl_fluid.cluster.listing import Resource

#: Seconds from the start of the process to its last line, and what of them is kept for that line.
BUDGET, RESERVE = 0.3, 0.05


def datasets(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Datasets as `status` takes them: NAME, or dataset/NAME."""
    from kubectl_fluid.cli.status_request import TYPES
    from kubectl_fluid.status.kinds import DATASETS

    kind, slash, _ = incomplete.rpartition("/")
    if ctx.params.get("all_namespaces") or (slash and kind.lower() not in TYPES):
        return []
    return _items(ctx, parameter, incomplete, {f"{kind}{slash}": [DATASETS]})


def workloads(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Objects as `explain` takes them: KIND/NAME of any kind that it knows, Pods and Jobs where none is named."""
    from kubectl_fluid.explanation.kinds import resources

    given = ctx.params.get(str(parameter.name)) or ()
    kind, slash, _ = incomplete.partition("/")
    if slash:
        wanted = {f"{kind}/": resources(kind)}
    elif given and "/" not in given[0]:
        wanted = {"": resources(given[0])}
    else:
        wanted = {f"{kind}/": resources(kind)[:1] for kind in ("pod", "job")}
    return _items(ctx, parameter, incomplete, wanted)


def _items(
    ctx: click.Context, parameter: click.Parameter, incomplete: str, wanted: dict[str, list[Resource]]
) -> list[CompletionItem]:
    """What begins as the word does and was not given yet; `wanted` is what to list, by what to write before it."""
    from click.shell_completion import CompletionItem

    given = set(ctx.params.get(str(parameter.name)) or ())
    pairs = [(prefix, resource) for prefix, resources in wanted.items() for resource in resources]
    found = names(ctx.obj, ctx.params, [resource for _, resource in pairs])
    words = {f"{prefix}{name}" for (prefix, _), listed in zip(pairs, found, strict=True) for name in listed}
    return [CompletionItem(it) for it in sorted(words - given) if it.startswith(incomplete)]


def names(environment: Environment, options: dict[str, Any], resources: Sequence[Resource]) -> list[list[str]]:
    """Names of the objects of each kind; all empty when the time is over."""
    left = environment.begun + BUDGET - RESERVE - time.monotonic()
    if left <= 0 or not resources:
        return [[] for _ in resources]
    from kubectl_fluid.cli.completing_asked import Asked

    return Asked(environment.variables, options, resources).within(left)

"""All templates brought into step with a cluster, once."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_fluid.cluster.request import Api
from kubectl_fluid.policy.sync.actions import Action, actions
from kubectl_fluid.policy.sync.carry import Carrier, Done, DryRun
from kubectl_fluid.policy.sync.desired import Compiler
from kubectl_fluid.policy.sync.gather import gather
from kubectl_fluid.policy.sync.world import World


def once(api: Api, namespace: str | None, dry_run: DryRun = DryRun.NONE) -> list[Done]:
    """What was done to each template of a namespace, or of all where it is None.

    Raises ClusterError where something cannot be read, before anything is written.
    """
    return Carrier(api, dry_run).carry(wished(gather(api, namespace), Compiler(), {}))


def wished(world: World, compiler: Compiler, served: Mapping[str, str]) -> list[Action]:
    """What is to be done."""
    datasets = world.datasets
    return actions(compiler.wanted(datasets, world.claims), world.observed, datasets, served)

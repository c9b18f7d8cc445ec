"""`kubectl fluid size`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import click

from kubectl_fluid.catalog.objects import Get
from kubectl_fluid.claims import Claims, Problem
from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.documents import document_error
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.failure import say_error
from kubectl_fluid.cli.inputs import Input, collect
from kubectl_fluid.cli.options import cluster_options, input_options, settings_options, talk_options
from kubectl_fluid.cli.passes import collect_objects
from kubectl_fluid.cli.settings import controllers, settings_of
from kubectl_fluid.cli.sizeview import FORMATS, LABELS, Group
from kubectl_fluid.cli.sources import ClusterOptions, Sources
from kubectl_fluid.injection.plan import Plan, plan
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.injection.uninject import uninject
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.stream import split
from kubectl_fluid.sizing.instance import Sizing, Variant, sizing
from kubectl_fluid.sizing.size import Size, SizingError
from kubectl_fluid.sizing.specifications import REGIONS
from kubectl_fluid.sizing.tier import memory_tiers, sidecars_of, without_tiers
from kubectl_fluid.sizing.usespecs import parse_specs
from kubectl_fluid.workloads import Slot, WorkloadError, label, refusal, slots

EXAMPLES = """
# What the sidecar costs, offline
kubectl fluid size -f job.yaml --objects cluster.yaml --local

# With the specifications that some regions have besides
kubectl fluid size -f job.yaml --region cn-hangzhou

# Compare with a specification that the Pod would name itself
kubectl fluid size -f job.yaml --use-specs 2-4Gi
"""
#: Sizes do not depend on what this makes unique.
_UNIQUE = "0-00000000"


@click.command(
    cls=HelpfulCommand, examples=EXAMPLES, short_help="Show the ECI instance of a Pod without and with sidecar"
)
@input_options
@click.option("-o", "--output", type=click.Choice(["json", "yaml"]), help="Print JSON or YAML instead of a table")
@click.option("--region", metavar="ID", help="Region, e.g. cn-hangzhou; some have more specifications than all have")
@click.option("--use-specs", metavar="SPECS", help="Add a row with these specifications, e.g. 2-4Gi,ecs.c6.xlarge")
@settings_options
@click.option("--force", is_flag=True, help="Inject Pods that do not ask for it with a label, too")
@cluster_options
@talk_options
@click.pass_context
def size(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Show the ECI instance of a Pod without and with sidecar.

    ECI (Alibaba Cloud's Elastic Container Instance) adds up what the containers of a Pod ask for, rounds the sum up to
    a specification, and bills that. Rows: the Pod before and after injection, and after it with the sidecars left out
    by __ECI_RESOURCE_IGNORE__.

    Exit code 1: a Pod cannot be injected, or it, or what --use-specs names, is larger than any specification.
    """
    environment = environment_of(ctx)
    names = [*options["filenames"], *options["files"]]
    if not (names or options["kustomize"]):
        raise click.UsageError("no input: give files or folders, - for stdin, or -k DIR", ctx)
    use_specs = _use_specs(options["use_specs"], ctx)
    region = options["region"]
    if region is not None and region not in REGIONS:
        regions = ", ".join(REGIONS)
        environment.say(f"note: only these regions have additional specifications: {regions}; not {printable(region)}")
    settings = replace(settings_of(options, environment), unique=_UNIQUE)
    cluster = ClusterOptions.of(options)
    inputs = collect(names, recursive=options["recursive"], kustomize=options["kustomize"], environment=environment)
    with closing(Sources(cluster._replace(objects=()), environment)) as sources:
        # `--objects` goes into the store of the input, before it: both can then be looked up, and the input wins.
        dumps = collect(cluster.objects, recursive=False, kustomize=None, environment=environment)
        collect_objects(dumps, sources.found, lenient=False)
        settings = replace(settings, namespace=sources.namespace)
        claims = sources.claims(inputs, rendering=partial(controllers, environment))
        sizer = Sizer(claims, sources.found.store.get, settings, region, use_specs)
        groups, readable = _groups(inputs, sizer, environment)
    failed = _tell(groups, environment)
    if failed and sources.advice:
        environment.say(f"{environment.style('hint:', 'cyan')} {sources.advice}")
    environment.stdout.write(FORMATS[options["output"]](groups, region).encode())
    return ExitStatus.FAILED if failed or not readable else ExitStatus.OK


@dataclass
class Sizer:
    """Sizes the Pod templates of one document after the other."""

    claims: Claims
    get: Get
    settings: Settings
    region: str | None
    use_specs: tuple[Size | str, ...] = ()

    def groups(self, document: Document) -> Iterator[Group]:
        """A group for each Pod template. Raises ManifestError."""
        try:
            if sentence := refusal(document.value):
                note = Problem("NoPodTemplate", sentence)
                place = f"{document.raw.source}:{document.at(())[0]}"
                yield Group(label(document.value), place, None, Outcome.SKIPPED.value, (), (note,))
            for slot in slots(document.value):
                yield self._group(document, slot)
        except WorkloadError as error:
            raise document_error(document, error) from error

    def _group(self, document: Document, slot: Slot) -> Group:
        namespace = slot.namespace or self.settings.namespace
        made = plan(slot.pod, self.claims, replace(self.settings, namespace=namespace))
        place = f"{document.raw.source}:{document.at(slot.pointer)[0]}"
        notes = () if made.sidecars else tuple(Problem(it.code, it.message, it.hint) for it in made.reasons)
        try:
            sizings = self._sizings(slot, made)
        except SizingError as error:
            raise document.error(f"{slot.name}: {error}", slot.locate(error.pointer)) from error
        return Group(slot.name, place, slot.namespace, made.outcome.value, sizings, notes)

    def _sizings(self, slot: Slot, made: Plan) -> tuple[Sizing, ...]:
        before, after = slot.pod, made.pod
        sidecars = sidecars_of(after)
        if sidecars and not made.sidecars:  # injected already
            before = uninject(after).pod
        found = [sizing(Variant.BEFORE, before, self.region)]
        if sidecars and made.outcome is not Outcome.REFUSED:
            tiers = list(memory_tiers(after, self.get))
            with_tiers = sizing(Variant.AFTER, after, self.region)
            found.append(replace(with_tiers, notes=(*with_tiers.notes, *(tier.note for tier in tiers))))
            found.append(sizing(Variant.RESOURCE_IGNORE, after, self.region, ignoring=sidecars.keys()))
            if tiers:
                found.append(sizing(Variant.WITHOUT_MEMORY_TIER, without_tiers(after, tiers), self.region))
        if self.use_specs:
            found.append(sizing(Variant.USE_SPECS, after, self.region, use_specs=self.use_specs))
        return tuple(found)


def _use_specs(text: str | None, ctx: click.Context) -> tuple[Size | str, ...]:
    try:
        return parse_specs(text) if text is not None else ()
    except SizingError as error:
        raise click.UsageError(f"--use-specs: {error}", ctx) from error


def _groups(inputs: list[Input], sizer: Sizer, environment: Environment) -> tuple[list[Group], bool]:
    """All groups, and whether everything could be read."""
    groups: list[Group] = []
    readable = True
    for source in inputs:
        try:
            with source.open() as stream:
                for raw in split(stream, source.source):
                    try:
                        groups += sizer.groups(parse(raw))
                    except ManifestError as error:
                        readable = False
                        say_error(environment, str(error), error.hint)
        except (ManifestError, CommandError) as error:
            readable = False
            say_error(environment, str(error), error.hint)
    return groups, readable


def _tell(groups: list[Group], environment: Environment) -> bool:
    """Say what there is to say beside the numbers; True if a Pod was refused or is too large."""
    for group in groups:
        refused = group.outcome == Outcome.REFUSED.value
        for note, rows in group.all_notes.items():
            word, colour = ("error:", "red") if refused and not rows else ("note:", "yellow")
            where = ", ".join([f"{group.name} ({group.place})", *(LABELS[row] for row in rows)])
            environment.say(f"{environment.style(word, colour)} {printable(f'{where}: {note.code}: {note.message}')}")
            if note.hint:
                environment.say(f"{environment.style('hint:', 'cyan')} {printable(note.hint)}")
    if not groups:
        environment.say("no Pod templates found")
    return any(group.failed for group in groups)

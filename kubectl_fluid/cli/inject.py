"""`kubectl fluid inject`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import click

from kubectl_fluid import keys
from kubectl_fluid.claims import Claims
from kubectl_fluid.cli.besides import MISPLACED, Besides
from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.documents import changed_objects, document_error, entry
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.inputs import Input
from kubectl_fluid.cli.options import (
    cluster_options,
    input_options,
    output_options,
    settings_options,
    talk_options,
)
from kubectl_fluid.cli.report import Entry
from kubectl_fluid.cli.result import Object, Result
from kubectl_fluid.cli.settings import controllers, settings_of, unique
from kubectl_fluid.cli.sources import ClusterOptions, Found, Sources, object_key
from kubectl_fluid.cli.undotext import rewrite_with_undo
from kubectl_fluid.cli.verb import Request, process
from kubectl_fluid.injection.plan import Plan, plan
from kubectl_fluid.injection.reason import Outcome, Reason
from kubectl_fluid.injection.settings import MountCheck, Profile, Settings
from kubectl_fluid.manifests.parse import Document
from kubectl_fluid.workloads import Slot, WorkloadError, refusal, slots

SHARED_SUFFIX = Reason(
    "SharedSuffix",
    Outcome.INJECTED,
    f"the mount point of {keys.HOST_PATH_MODE} is drawn once for the template: all of its Pods share it",
    "let the webhook inject the Pods, which draws one for each",
)

EXAMPLES = """
# Inject a Job and create it
kubectl fluid inject -f job.yaml | kubectl apply -f -

# Without any cluster, from objects that were saved before
kubectl get datasets,juicefsruntimes,pvc,ds -A -o yaml > fluid.yaml
kubectl get pv -o yaml > volumes.yaml
kubectl fluid inject -f job.yaml --objects fluid.yaml --objects volumes.yaml --local

# See what would change in a repository, then change it
kubectl fluid inject -R -f manifests/ -o diff
kubectl fluid inject -R -f manifests/ --in-place
"""


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Put Fluid's FUSE sidecar into Pods and Pod templates")
@input_options
@output_options
@settings_options
@click.option("--force", is_flag=True, help="Inject Pods that do not ask for it with a label, too")
@cluster_options
@talk_options
@click.pass_context
def inject(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Put Fluid's FUSE sidecar into Pods and Pod templates.

    The documents come out on stdout with the sidecar in them, what was done to which Pod is told on stderr.
    Objects of Fluid among the documents, or in --objects, are used before the cluster is asked. The ConfigMaps that
    --mount-check=configmap and --profile=fluid need come out behind the documents that need them.
    """
    environment = environment_of(ctx)
    settings = settings_of(options, environment)
    check_by_config_map = settings.check is MountCheck.CONFIGMAP
    sources = Sources(ClusterOptions.of(options), environment, with_config_maps=check_by_config_map)

    def prepare(inputs: list[Input]) -> Injector:
        claims = sources.claims(inputs, rendering=partial(controllers, environment))
        return Injector(claims, sources.found, replace(settings, namespace=sources.namespace), sources.cure)

    with closing(sources):
        status = process(Request.of(options), environment, prepare)
        if status is not ExitStatus.OK and sources.advice:
            environment.say(f"{environment.style('hint:', 'cyan')} {sources.advice}")
    return status


@dataclass
class Injector:
    """Puts sidecars into the Pod templates of one document after the other."""

    claims: Claims
    found: Found
    settings: Settings
    cure: Callable[[Reason], Reason]

    def __call__(self, document: Document) -> Result:
        """Plan every Pod template of the document. Raises ManifestError."""
        old = document.value
        try:
            plans = [(slot, self._plan(slot)) for slot in slots(old)]
            besides = Besides(document)
            entries = [entry(document, it, made.outcome, self._reasons(besides, it, made)) for it, made in plans]
            entries += self._without_template(document)
            pods = [(slot, made.pod) for slot, made in plans if made.pod is not slot.pod]
            if not pods or any(it.outcome is Outcome.REFUSED for it in entries):
                return Result(document.raw.text, old, entries=tuple(entries))
            written = rewrite_with_undo(document, pods, undo=self.settings.profile is Profile.DEFAULT)
        except WorkloadError as error:
            raise document_error(document, error) from error
        changed, extras = changed_objects(old, written.value), tuple(self._extras(plans))
        return Result(written.text, written.value, changed, tuple(entries), extras, written.notes)

    def _plan(self, slot: Slot) -> Plan:
        namespace = slot.namespace or self.settings.namespace
        settings = replace(self.settings, namespace=namespace, unique=unique())
        made = plan(slot.pod, self.claims, settings)
        if slot.kind != "Pod" and made.sidecars and _has_drawn(made.pod, settings.unique):
            made = made._replace(warnings=(*made.warnings, SHARED_SUFFIX))
        return made._replace(reasons=tuple(map(self.cure, made.reasons)))

    def _without_template(self, document: Document) -> Iterator[Entry]:
        """Kinds that make Pods from something that is not in the document: refused if they ask for injection."""
        if sentence := refusal(document.value):
            asks = self.settings.force or any(key in document.raw.text for key in MISPLACED)
            outcome = Outcome.REFUSED if asks else Outcome.SKIPPED
            yield entry(document, None, outcome, (Reason("NoPodTemplate", outcome, sentence),))

    def _reasons(self, besides: Besides, slot: Slot, made: Plan) -> tuple[Reason, ...]:
        if made.outcome is Outcome.SKIPPED and made.reasons and made.reasons[0].code == "NotRequested":
            forced = (it._replace(hint=f"{it.hint}, or use --force") for it in made.reasons)
            return besides.asking(slot) or tuple(forced)
        caveat = Reason("Caveat", made.outcome, slot.caveat) if slot.caveat and made.sidecars else None
        return (*made.reasons, *made.warnings, *besides.steering(slot), *filter(None, [caveat]))

    def _extras(self, plans: list[tuple[Slot, Plan]]) -> Iterator[Object]:
        """ConfigMaps that these Pods need, each once, and none that the input has."""
        for slot, made in plans:
            for config_map in made.config_maps:
                key = object_key(config_map, slot.namespace or self.settings.namespace)
                if key not in self.found.config_maps:
                    self.found.config_maps.add(key)
                    yield config_map


def _has_drawn(pod: Object, unique: str) -> bool:
    """Whether a volume of an injected Pod lies where this randomness says."""
    sources = (volume.get("hostPath") or {} for volume in pod["spec"].get("volumes") or ())
    return any(unique in str(source.get("path")) for source in sources)

"""`kubectl fluid review`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

import click

from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.inputs import Input, collect
from kubectl_fluid.cli.options import cluster_options, filename_option, settings_options, talk_options
from kubectl_fluid.cli.settings import settings_of, unique
from kubectl_fluid.cli.sources import ClusterOptions, Sources
from kubectl_fluid.manifests import dump
from kubectl_fluid.manifests.parse import parse
from kubectl_fluid.manifests.stream import split
from kubectl_fluid.webhook.review import answer

EXAMPLES = """
# Replay a review with the objects of the cluster as they were saved
kubectl fluid review -f review.json --objects cluster.yaml
"""


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Answer an AdmissionReview as the webhook would")
@filename_option("-f", "--filename", "File with AdmissionReviews, or - for stdin", required=True)
@settings_options
@cluster_options
@talk_options
@click.pass_context
def review(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Answer an AdmissionReview as the webhook would, on stdout and as JSON.

    To see why a Pod was refused, without a webhook. An answer is a success, also when it refuses the Pod.
    """
    environment = environment_of(ctx)
    settings = settings_of(options, environment)
    inputs = collect([options["filename"]], recursive=False, kustomize=None, environment=environment)
    reviews = [_a_review(value, source.source) for source in inputs for value in _values(source)]
    if not reviews:
        raise CommandError(printable(options["filename"]), "there is no AdmissionReview in it")
    cluster = ClusterOptions.of(options)
    # Objects that are given are all that a replay goes by, as the webhook went by what its caches held.
    cluster = cluster._replace(local=cluster.local or bool(cluster.objects))
    with closing(Sources(cluster, environment)) as sources:
        claims = sources.claims([])
        replies = [answer(value, claims, replace(settings, unique=unique())) for value in reviews]
    for reply in replies:
        environment.stdout.write((dump.to_json(reply) + "\n").encode())
        _explain(reply["response"], environment)
    return ExitStatus.OK


def _a_review(value: Any, source: str) -> Any:
    """The value. Raises CommandError for an object that is meant for another command."""
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind == "AdmissionReview" or (kind is None and isinstance(value, dict) and "request" in value):
        return value
    if not isinstance(kind, str) or not kind:
        raise CommandError(source, "this is not an AdmissionReview", _WRAP.format("the Pod"))
    article = "an" if kind[0] in "AEIOU" else "a"
    hint = _WRAP.format("the Pod" if kind == "Pod" else "a Pod of it")
    raise CommandError(source, f"this is {article} {kind}, not an AdmissionReview", hint)


_WRAP = (
    'write one around {}: {{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {{"uid": "1", '
    '"namespace": "default", "operation": "CREATE", "object": {{"apiVersion": "v1", "kind": "Pod", …}}}}}}; '
    "or see what becomes of a manifest: kubectl fluid inject"
)


def _values(source: Input) -> list[Any]:
    with source.open() as stream:
        values = [parse(raw).value for raw in split(stream, source.source)]
    return [value for value in values if value is not None]


def _explain(response: dict[str, Any], environment: Environment) -> None:
    """Say a refusal to a person who looks on."""
    if not response["allowed"] and environment.stderr_is_terminal:
        environment.say(f"{environment.style('refused:', 'red')} {printable(response['status']['message'])}")

"""`kubectl fluid policy compile`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

import click
from click.core import ParameterSource

from kubectl_fluid.claims import Claims, Name
from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.inputs import Input, collect
from kubectl_fluid.cli.made import FORMATS
from kubectl_fluid.cli.options import cluster_options, input_options, stack, talk_options
from kubectl_fluid.cli.policy_datasets import in_cluster, in_files
from kubectl_fluid.cli.policy_notes import notes
from kubectl_fluid.cli.settings import controllers
from kubectl_fluid.cli.sources import ClusterOptions, Sources
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy.check import findings
from kubectl_fluid.policy.files import installation
from kubectl_fluid.policy.guards.every import guards, guards_of_templates
from kubectl_fluid.policy.guards.objects import STAGES, bindings_of
from kubectl_fluid.policy.template import is_of_fluid, template, unmade
from kubectl_fluid.webhook.bundle.choices import Choices
from kubectl_fluid.webhook.bundle.objects import bundle

Object = dict[str, Any]

EXAMPLES = """
# The templates of the Datasets in these files, offline
kubectl fluid policy compile -f dataset.yaml --local

# Of all Datasets of the cluster, with the definition and the policies that go by them
kubectl fluid policy compile --cluster -A --with-policies | kubectl apply --server-side -f -

# What refuses Pods that were not injected; what runs the webhook instead
kubectl fluid policy compile --target vap
kubectl fluid policy compile --target webhook
"""
_NO_KYVERNO = (
    "there is none: no policy of Kyverno has been compared with what `inject` makes of a Pod, and one that makes "
    "something else would not be noticed"
)

source_options = stack(
    click.option("--cluster", is_flag=True, help="Compile the Datasets of the cluster, instead of those in files"),
    click.option("-A", "--all-namespaces", is_flag=True, help="With --cluster: of all namespaces"),
)
target_options = stack(
    click.option(
        "--target",
        type=click.Choice(["map", "vap", "webhook", "kyverno"]),
        default="map",
        show_default=True,
        help="InjectionTemplates (map), ValidatingAdmissionPolicies that guard (vap), the webhook's objects",
    ),
    click.option(
        "--stage",
        type=click.Choice(list(STAGES)),
        default="deny",
        show_default=True,
        help="With --target vap: what becomes of whatever breaks a guard",
    ),
    click.option(
        "--with-policies", is_flag=True, help="Print the definition and the policies of policies/serverless too"
    ),
    click.option(
        "--check",
        type=click.Choice(["offline", "server"]),
        default="offline",
        show_default=True,
        help="Try the templates by the schema of their definition, or in the cluster too, by a dry run",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Do not say which Pods will be refused"),
    click.option("-o", "--output", type=click.Choice(["yaml", "json", "name"]), default="yaml", help="What to print"),
)


@click.command(
    cls=HelpfulCommand, examples=EXAMPLES, short_help="Print what the API server needs to inject or guard Pods"
)
@input_options
@source_options
@target_options
@cluster_options
@talk_options
@click.pass_context
def compile_command(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Print what the API server needs to inject or guard Pods: an InjectionTemplate for each Dataset.

    The templates hold what `inject` would put into a Pod, for every platform. Nothing is applied, and no Secret is
    read. A Dataset that cannot be served has a template too, by which guards refuse its Pods with the reason.
    """
    environment = environment_of(ctx)
    _check(ctx, options)
    made = _TARGETS[options["target"]](options, environment)
    environment.stdout.write(FORMATS[options["output"]](made).encode())
    return ExitStatus.OK


def _check(ctx: click.Context, options: dict[str, Any]) -> None:
    given = bool(options["files"] or options["filenames"] or options["kustomize"] is not None)
    if options["target"] == "kyverno":
        hint = "use --target map on Kubernetes 1.36 or later, --target webhook elsewhere"
        raise CommandError("--target kyverno", _NO_KYVERNO, hint, ExitStatus.USAGE)
    if options["target"] == "map" and given == options["cluster"]:
        raise click.UsageError("name files (-f, -k), or --cluster" + (", not both" if given else ""), ctx)
    if options["target"] != "map" and (given or options["cluster"] or options["with_policies"]):
        raise click.UsageError(f"--target {options['target']} is the same for all Datasets and reads nothing", ctx)
    if options["target"] != "vap" and ctx.get_parameter_source("stage") is not ParameterSource.DEFAULT:
        raise click.UsageError("--stage goes with --target vap", ctx)
    if options["check"] == "server" and (options["target"] != "map" or options["local"]):
        raise click.UsageError("--check server goes with --target map, and without --local", ctx)
    if options["all_namespaces"] and (not options["cluster"] or options["namespace"]):
        raise click.UsageError("--all-namespaces goes with --cluster, and without --namespace", ctx)
    if options["cluster"] and options["local"]:
        raise click.UsageError("--cluster and --local exclude each other", ctx)


def _templates(options: dict[str, Any], environment: Environment) -> list[Object]:
    with closing(Sources(ClusterOptions.of(options), environment)) as sources:
        inputs = [] if options["cluster"] else _inputs(options, environment)
        claims = sources.claims(inputs, rendering=partial(controllers, environment))
        if options["cluster"]:
            found = in_cluster(options, None if options["all_namespaces"] else sources.namespace, environment)
        else:
            found = in_files(inputs, sources.namespace)
        made = [value for name, datasets in found.items() if (value := template_of(name, claims, of_dataset=datasets))]
        if not made:
            raise _nothing(options, sources)
    if options["check"] == "server":
        from kubectl_fluid.cli.policy_check import check_by_server

        check_by_server(made, options, environment)
    if not options["quiet"]:
        for line in (line for value in made for line in notes(value)):
            environment.say(line)
    return [*(installation() if options["with_policies"] else ()), *made]


def _nothing(options: dict[str, Any], sources: Sources) -> CommandError:
    if not options["cluster"]:
        return CommandError("input", "there is no Dataset in it", "give the Dataset and its runtime, or --cluster")
    if options["all_namespaces"]:
        return CommandError("cluster", "there is no Dataset in it", "see `kubectl get datasets -A`")
    where = printable(f"namespace {sources.namespace}")
    return CommandError(where, "there is no Dataset in it", "-n names another namespace, -A takes all of them")


def _inputs(options: dict[str, Any], environment: Environment) -> list[Input]:
    names = [*options["files"], *options["filenames"]]
    return collect(names, recursive=options["recursive"], kustomize=options["kustomize"], environment=environment)


def template_of(name: Name, claims: Claims, *, of_dataset: bool) -> Object | None:
    """The template of a claim, or None for one of other storage; `of_dataset`: a Dataset of its name is there.

    Raises CommandError for one that no API server would take.
    """
    claim = claims(*name) or (unmade(name) if of_dataset else None)
    if claim is None or not is_of_fluid(claim):
        return None
    made = template(claim, claims, Settings())
    if wrong := findings(made):
        first = wrong[0]
        where = ".".join(map(str, first.pointer))
        raise CommandError(
            f"template {printable(str(name))}",
            printable(f"{where}: {first.message}: no Pod could be made with it"),
            "the FUSE DaemonSet holds what the newest Kubernetes that this program knows does not",
        )
    return made


def _guards(options: dict[str, Any], _environment: Environment) -> list[Object]:
    made = [*guards(), *guards_of_templates()]
    return [value for it in made for value in (it.policy, *bindings_of(it, options["stage"]))]


def _webhook(_options: dict[str, Any], environment: Environment) -> list[Object]:
    environment.say("note: `kubectl fluid webhook manifest` prints the same and has choices: image, certificates, …")
    return bundle(Choices())


_TARGETS: dict[str, Callable[[dict[str, Any], Environment], list[Object]]] = {
    "map": _templates,
    "vap": _guards,
    "webhook": _webhook,
}

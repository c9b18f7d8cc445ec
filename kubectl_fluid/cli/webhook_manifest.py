"""`kubectl fluid webhook manifest`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kubectl_fluid import keys
from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.options import filename_option, talk_options
from kubectl_fluid.cli.result import object_name
from kubectl_fluid.manifests import dump
from kubectl_fluid.scaffold import checks
from kubectl_fluid.webhook.bundle.choices import IMAGE, NAMESPACE, Choices
from kubectl_fluid.webhook.bundle.configuration import EXCLUDED
from kubectl_fluid.webhook.bundle.objects import bundle
from kubectl_fluid.webhook.certs import CertsError
from kubectl_fluid.webhook.trusted import authorities_of, bundle_of

T = TypeVar("T")

EXAMPLES = """
# Everything, with the authority that `webhook certs` made
kubectl fluid webhook manifest --image registry.example.com/kubectl-fluid:0.1.0 --ca certs/ca.crt | kubectl apply -f -

# In a namespace that is there already, with certificates from cert-manager
kubectl fluid webhook manifest --namespace fluid-system --cert-manager --image registry.example.com/kubectl-fluid:0.1.0
"""
_MAX_CA = 64 * 1024
#: Namespaces that every cluster has and nothing runs in: one for what anybody may read, one for the nodes' leases.
_OBJECTS_ONLY = ("kube-public", "kube-node-lease")


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Print what runs the webhook in a cluster")
@click.option(
    "-n", "--namespace", metavar="NAME", help=f"Namespace, which must exist; without it one named {NAMESPACE} is made"
)
@click.option(
    "--eci-namespaces",
    is_flag=True,
    help=f'Inject the Pods of namespaces labelled {keys.ECI}: "true" without a label of their own',
)
@click.option("--image", metavar="IMAGE", default=IMAGE, show_default=True, help="Image that the Containerfile builds")
@click.option(
    "--replicas", type=click.IntRange(1, 100), default=2, show_default=True, metavar="NUMBER", help="Number of Pods"
)
@click.option(
    "--failure-policy",
    type=click.Choice(["Fail", "Ignore"]),
    default="Fail",
    show_default=True,
    help="What becomes of labelled Pods while no webhook answers: refused, or made without sidecar",
)
@click.option(
    "--profile", type=click.Choice(["default", "fluid"]), default="default", show_default=True, help="Whose Pod is made"
)
@filename_option("--ca", "The authority's certificates (ca.crt), for the configuration's caBundle")
@click.option("--cert-manager", is_flag=True, help="Let cert-manager make the certificates and keep the caBundle")
@click.option("--monitoring", is_flag=True, help="Add ServiceMonitor, alerts and dashboard: policies/monitoring/")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["yaml", "json", "name"]),
    default="yaml",
    show_default=True,
    help="What to print",
)
@talk_options
@click.pass_context
def manifest(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Print what runs the webhook in a cluster: the objects that policies/webhook/ holds for kustomize.

    Nothing is read from a cluster, and nothing is applied.
    """
    if options["ca"] == "":
        raise click.UsageError("--ca is empty", ctx)
    if options["ca"] and options["cert_manager"]:
        raise click.UsageError("--ca and --cert-manager exclude each other", ctx)
    environment = environment_of(ctx)
    choices = Choices(
        namespace=namespace_of(options),
        image=checked("--image", checks.image, options["image"]),
        replicas=options["replicas"],
        failure_policy=options["failure_policy"],
        profile=options["profile"],
        ca=_authorities(options["ca"], environment) if options["ca"] else b"",
        eci_namespaces=options["eci_namespaces"],
        cert_manager=options["cert_manager"],
        monitoring=options["monitoring"],
    )
    if choices.image == IMAGE:
        environment.say(
            f"note: no image is published: build {IMAGE} from the Containerfile, or name yours with --image"
        )
    if not choices.ca and not choices.cert_manager:
        environment.say(
            "note: without --ca no API server trusts the webhook until the caBundle is patched in: "
            "kubectl fluid webhook certs --dir certs --patch-configuration"
        )
    if choices.namespace:
        environment.say(f"note: {_own_namespace(choices.namespace)}")
    environment.stdout.write(_FORMATS[options["output"]](bundle(choices)).encode())
    return ExitStatus.OK


def namespace_of(options: dict[str, Any]) -> str:
    """The namespace that was named, or ""."""
    if options["namespace"] is None:
        return ""
    name = checked("--namespace", checks.namespace, options["namespace"])
    if name in _OBJECTS_ONLY:
        why = f"{name} holds objects of the cluster itself, and no Pods"
        raise CommandError("--namespace", why, f"leave it out to get {NAMESPACE}, or name another", ExitStatus.USAGE)
    return name


def _own_namespace(name: str) -> str:
    """What a choice of namespace means for the Pods in it."""
    if name in EXCLUDED:
        return f"the Pods of {name} are never injected, with or without the webhook among them"
    return f"the Pods of {name} are not injected: a webhook must not stand in its own way"


def checked(what: str, check: Callable[[Any], T], value: Any) -> T:
    """The value as the check gives it; its error becomes one of the command line."""
    try:
        return check(value)
    except checks.ScaffoldError as error:
        raise CommandError(what, printable(str(error)), error.hint, ExitStatus.USAGE) from error


def _authorities(name: str, environment: Environment) -> bytes:
    """What --ca names, for a caBundle; says what of it is of no use."""
    text = certificates_in(name)
    try:
        trusted = authorities_of(text, name, time.time())
    except CertsError as error:
        raise CommandError(printable(error.what), error.why, error.hint) from error
    for note in trusted.notes:
        environment.say(f"warning: {printable(name)}: {note}")
    return trusted.pem


def certificates_in(name: str) -> bytes:
    """The content of the file that --ca names: PEM certificates, and no key among them."""
    hint = "give a file such as ca.crt"
    try:
        with Path(name).open("rb") as file:
            text = file.read(_MAX_CA + 1)
    except FileNotFoundError as error:
        cure = "make it: kubectl fluid webhook certs --dir certs"
        raise CommandError(printable(name), "no such file or directory", cure) from error
    except IsADirectoryError as error:
        raise CommandError(printable(name), "it is a folder", "name the file in it: ca.crt") from error
    if len(text) > _MAX_CA:
        raise CommandError(printable(name), f"it is larger than {_MAX_CA // 1024} KiB", hint)
    try:
        return bundle_of(text, name)
    except CertsError as error:
        raise CommandError(printable(error.what), error.why, error.hint) from error


def _yaml(made: list[dict[str, Any]]) -> str:
    return "---\n".join(dump.to_yaml(value) for value in made)


def _json(made: list[dict[str, Any]]) -> str:
    return dump.to_json({"apiVersion": "v1", "kind": "List", "items": made}, indent=4) + "\n"


def _names(made: list[dict[str, Any]]) -> str:
    return "".join(f"{object_name(value)}\n" for value in made)


_FORMATS: dict[str, Callable[[list[dict[str, Any]]], str]] = {"yaml": _yaml, "json": _json, "name": _names}

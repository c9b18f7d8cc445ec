"""`kubectl fluid webhook certs`."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path
from typing import Any

import click

from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.options import filename_option, talk_options
from kubectl_fluid.cli.webhook_manifest import namespace_of
from kubectl_fluid.manifests import dump
from kubectl_fluid.webhook import certfiles, certs
from kubectl_fluid.webhook.bundle.choices import NAME, NAMESPACE, SECRET, Choices
from kubectl_fluid.webhook.bundle.configuration import bundle_patch
from kubectl_fluid.webhook.bundle.parts import new
from kubectl_fluid.webhook.certs import CA_DAYS, LEAF_DAYS, CertSet

EXAMPLES = """
# Make an authority and a certificate; or renew what is near its end; or take the next step of a rotation
kubectl fluid webhook certs --dir certs

# Bring them to the cluster: first what is trusted, then what is served
kubectl patch mutatingwebhookconfiguration kubectl-fluid-webhook --type=json \\
  -p "$(kubectl fluid webhook certs --dir certs --patch-configuration)"
kubectl fluid webhook certs --dir certs -o secret | kubectl apply -f -

# Begin to replace the authority
kubectl fluid webhook certs --dir certs --rotate
"""


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Make, renew and rotate the webhook's certificates")
@filename_option("--dir", "folder", "Folder of ca.crt, ca.key, tls.crt and tls.key", required=True, metavar="DIR")
@click.option("--rotate", is_flag=True, help="Replace the authority, in three steps of which each run takes one")
@click.option(
    "--settle",
    type=click.IntRange(0, 1440),
    default=10,
    show_default=True,
    metavar="MINUTES",
    help="Time between two steps of a rotation, for the cluster to hear of the first",
)
@click.option(
    "--days",
    type=click.IntRange(1, 825),
    default=LEAF_DAYS,
    show_default=True,
    metavar="DAYS",
    help="Validity of the certificate",
)
@click.option(
    "--ca-days",
    type=click.IntRange(2, 36500),
    default=CA_DAYS,
    show_default=True,
    metavar="DAYS",
    help="Validity of the authority",
)
@click.option("--name", "names", multiple=True, metavar="NAME", help="One more DNS name or IP address")
@click.option("-n", "--namespace", metavar="NAME", help=f"Namespace that the webhook runs in ({NAMESPACE})")
@click.option("--eci-namespaces", is_flag=True, help="The configuration has the entry for namespaces on ECI too")
@click.option(
    "-o", "--output", type=click.Choice(["secret"]), help="Only print: the Secret, with the private key in it"
)
@click.option("--secret", metavar="NAME", default=SECRET, show_default=True, help="Name of the Secret to print")
@click.option("--patch-configuration", is_flag=True, help="Only print: the JSON patch of the configuration's caBundle")
@talk_options
@click.pass_context
def certs_command(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Make, renew and rotate the webhook's certificates, in a folder.

    What is due is done, and nothing twice: this can be run every day. Nothing is read from a cluster, and nothing
    is applied; the authority's key never leaves the folder.
    """
    environment = environment_of(ctx)
    if options["output"] and options["patch_configuration"]:
        raise click.UsageError("-o and --patch-configuration exclude each other", ctx)
    if options["ca_days"] < 2 * options["days"]:
        raise click.UsageError("--ca-days must be twice --days at least, or each run would begin a rotation", ctx)
    choices = Choices(namespace=namespace_of(options), eci_namespaces=options["eci_namespaces"])
    folder = Path(options["folder"])
    try:
        if options["output"] or options["patch_configuration"]:
            found = _complete(folder)
            text = _secret(found, choices, options["secret"]) if options["output"] else _patch(found, choices)
            environment.stdout.write(text.encode())
        else:
            _advance(folder, _wishes(options, choices), options, environment)
    except ModuleNotFoundError as error:
        if error.name != "cryptography":
            raise
        hint = "pip install 'kubectl-fluid[webhook]'"
        raise CommandError("webhook certs", "the package cryptography is not installed", hint) from error
    except certs.CertsError as error:
        raise CommandError(printable(error.what), printable(error.why), printable(error.hint)) from error
    return ExitStatus.OK


def _wishes(options: dict[str, Any], choices: Choices) -> certs.Wishes:
    names = dict.fromkeys((*certs.service_names(NAME, choices.place), *options["names"]))
    return certs.Wishes(tuple(names), options["days"], options["ca_days"])


def _complete(folder: Path) -> CertSet:
    """What the folder holds, which must be usable."""
    found = certfiles.load(folder)
    if found is None or certs.read(found).leaf is None:
        hint = f"kubectl fluid webhook certs --dir {folder}"
        raise certs.CertsError(str(folder), "there are no certificates in it yet", hint)
    return found


def _advance(folder: Path, wishes: certs.Wishes, options: dict[str, Any], environment: Environment) -> None:
    """Take the step that is due, and say what was done and what comes next."""
    now = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
    settle = dt.timedelta(minutes=options["settle"])
    with certfiles.alone(folder):
        old = certfiles.load(folder)
        state = certs.read(old) if old is not None else None
        step = certs.due(state, wishes, now, rotate=options["rotate"], settle=settle)
        if step is not None:
            made = certs.take(step, old, wishes, now)
            written = certfiles.save(folder, old, made)
            environment.say(f"{environment.style('✓', 'green') if environment.can_say('✓') else '*'} {step.value}")
            environment.say(f"  written: {', '.join(written)}")
            state = certs.read(made)
        else:
            environment.say("nothing is due")
    if state is not None:
        _tell(state, settle, environment)


def _tell(state: certs.State, settle: dt.timedelta, environment: Environment) -> None:
    if state.expires is not None:
        environment.say(f"  the certificate ends on {state.expires:%Y-%m-%d %H:%M} UTC")
    waiting = certs.waiting_for(state, settle)
    if waiting is not None:
        environment.say(
            f"  a rotation is under way: patch the configuration, apply the Secret, "
            f"and run this again after {waiting:%Y-%m-%d %H:%M} UTC"
        )


def _secret(found: CertSet, choices: Choices, name: str) -> str:
    """A Secret of the leaf; the authority's key is not in it."""
    data = {"ca.crt": found.ca, "tls.crt": found.leaf, "tls.key": found.leaf_key}
    secret = {
        **new("v1", "Secret", namespace=choices.place, name=name),
        "type": "kubernetes.io/tls",
        "data": {key: base64.b64encode(value).decode() for key, value in data.items()},
    }
    return dump.to_yaml(secret)


def _patch(found: CertSet, choices: Choices) -> str:
    return dump.to_json(bundle_patch(found.ca, choices), indent=None) + "\n"

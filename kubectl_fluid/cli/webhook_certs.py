"""`kubectl fluid webhook certs`."""

from __future__ import annotations

import base64
import datetime as dt
import shlex
from dataclasses import replace
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
from kubectl_fluid.webhook import certfiles, certnames, certs
from kubectl_fluid.webhook.bundle.choices import NAME, NAMESPACE, SECRET, Choices
from kubectl_fluid.webhook.bundle.configuration import bundle_patch
from kubectl_fluid.webhook.bundle.parts import new
from kubectl_fluid.webhook.certs import CA_DAYS, LEAF_DAYS, CertSet
from kubectl_fluid.webhook.trusted import bundle_of

EXAMPLES = """
# Make an authority and a certificate; or renew what is near its end; or take the next step of a rotation
kubectl fluid webhook certs --dir certs

# Bring them to the cluster: first what is trusted, then what is served
kubectl patch mutatingwebhookconfiguration kubectl-fluid-webhook --type=json \\
  -p "$(kubectl fluid webhook certs --dir certs --patch-configuration)"
kubectl fluid webhook certs --dir certs -o secret | kubectl apply -f -

# Begin to replace the authority
kubectl fluid webhook certs --dir certs --rotate

# For a webhook on this machine; later runs keep the name
kubectl fluid webhook certs --dir certs --name 127.0.0.1
"""
#: So many names are said; the rest is a number.
_SOME = 6


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
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="One more DNS name or IP address; those of earlier runs are kept",
)
@click.option("--drop-names", is_flag=True, help="Do not keep the names of earlier runs")
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
    _check(ctx, options)
    choices = Choices(namespace=namespace_of(options), eci_namespaces=options["eci_namespaces"])
    folder = Path(options["folder"])
    wishes = _wishes(options, choices)
    try:
        if options["output"] or options["patch_configuration"]:
            found = _complete(folder, choices if options["output"] else None)
            text = _secret(found, choices, options["secret"]) if options["output"] else _patch(found, choices)
            environment.stdout.write(text.encode())
        else:
            _advance(folder, wishes, options, environment)
    except ModuleNotFoundError as error:
        if error.name != "cryptography":
            raise
        hint = "pip install 'kubectl-fluid[webhook]'"
        raise CommandError("webhook certs", "the package cryptography is not installed", hint) from error
    except certs.CertsError as error:
        raise _told(error, folder) from error
    return ExitStatus.OK


def _check(ctx: click.Context, options: dict[str, Any]) -> None:
    """Raise click.UsageError for options that do not go together, or say nothing: a variable that is not set, say."""
    if not options["folder"]:
        raise click.UsageError("--dir is empty", ctx)
    if options["output"] and options["patch_configuration"]:
        raise click.UsageError("-o and --patch-configuration exclude each other", ctx)
    if options["rotate"] and (options["output"] or options["patch_configuration"]):
        flag = "-o" if options["output"] else "--patch-configuration"
        raise click.UsageError(f"{flag} only prints, and --rotate changes something: do one, then the other", ctx)
    if options["ca_days"] < 2 * options["days"]:
        raise click.UsageError("--ca-days must be twice --days at least, or each run would begin a rotation", ctx)


def _told(error: certs.CertsError, folder: Path, status: ExitStatus = ExitStatus.FAILED) -> CommandError:
    """The error of the command line; a file of the folder is named with its path."""
    what = str(folder / error.what) if error.what in certfiles.FILES else error.what
    return CommandError(printable(what), printable(error.why), printable(error.hint), status)


def _wishes(options: dict[str, Any], choices: Choices) -> certs.Wishes:
    try:
        more = [certnames.checked(name) for name in options["names"]]
    except certs.CertsError as error:
        raise _told(error, Path(options["folder"]), ExitStatus.USAGE) from error
    names = dict.fromkeys((*certs.service_names(NAME, choices.place), *more))
    return certs.Wishes(tuple(names), options["days"], options["ca_days"])


def _complete(folder: Path, served: Choices | None) -> CertSet:
    """What the folder holds, which must be usable; for a Secret also valid, and with the name of the Service."""
    again = f"kubectl fluid webhook certs --dir {shlex.quote(str(folder))}"
    try:
        found = certfiles.load(folder)
    except OSError as error:
        raise certfiles.explained(folder, error) from error
    state = None if found is None else certs.read(found)
    if found is None or state is None or state.expires is None:
        raise certs.CertsError(str(folder), "there are no certificates in it yet", again)
    if served is not None:
        if state.expires <= _now():
            why = f"the certificate ended on {state.expires:%Y-%m-%d %H:%M} UTC"
            raise certs.CertsError("tls.crt", why, f"renew it first: {again}")
        service = f"{NAME}.{served.place}.svc"
        if service not in state.names:
            why = f"it is not for {service}, the name that API servers look for"
            hint = f"{again} --namespace {served.place}, or print the Secret with the namespace of that run"
            raise certs.CertsError("tls.crt", why, hint)
    return replace(found, ca=bundle_of(found.ca, "ca.crt"))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc).replace(microsecond=0)


def _advance(folder: Path, wishes: certs.Wishes, options: dict[str, Any], environment: Environment) -> None:
    """Take the step that is due, and say what was done and what comes next."""
    now = _now()
    settle = dt.timedelta(minutes=options["settle"])
    try:
        with certfiles.alone(folder):
            old = certfiles.load(folder)
            state = certs.read(old) if old is not None else None
            others = certnames.earlier(wishes.names, state.names if state is not None else frozenset())
            if not options["drop_names"]:
                wishes = replace(wishes, names=(*wishes.names, *others))
            step = certs.due(state, wishes, now, rotate=options["rotate"], settle=settle)
            if step is not None:
                made = certs.take(step, old, wishes, now)
                written = certfiles.save(folder, old, made)
                state = certs.read(made)
                environment.say(f"{environment.style('✓', 'green') if environment.can_say('✓') else '*'} {step.value}")
                environment.say(f"  written: {', '.join(written)}")
            else:
                environment.say("nothing is due")
        open_keys = certfiles.exposed(folder)
    except OSError as error:
        raise certfiles.explained(folder, error) from error
    _tell_names(others, state, environment)
    if state is not None:
        _tell(state, settle, environment)
    for path in open_keys:
        environment.say(f"warning: {printable(str(path))}: others can read this key: chmod 600 {_quoted(path)}")


def _tell_names(others: tuple[str, ...], state: certs.State | None, environment: Environment) -> None:
    """What became of the names that only earlier runs gave."""
    if not others or state is None:
        return
    some = ", ".join(map(printable, others[:_SOME])) + (f" and {len(others) - _SOME} more" if others[_SOME:] else "")
    if set(others) <= state.names:
        environment.say(f"  kept from before (--drop-names leaves them out): {some}")
    else:
        environment.say(f"  left out: {some}")


def _quoted(path: Path) -> str:
    return printable(shlex.quote(str(path)))


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

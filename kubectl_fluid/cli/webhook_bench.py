"""`kubectl fluid webhook bench`."""

from __future__ import annotations

import asyncio
import json
import ssl
from pathlib import Path
from typing import Any

import click

from kubectl_fluid.cli import benchhints
from kubectl_fluid.cli.benchview import FORMATS, Row
from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.options import filename_option, stack, talk_options
from kubectl_fluid.cli.webhook_manifest import certificates_in
from kubectl_fluid.manifests import dump
from kubectl_fluid.webhook import bench as benchmark
from kubectl_fluid.webhook import benchbodies, benchhttp, bounds

EXAMPLES = """
# A webhook of this machine that knows no cluster: first what it has to know, then the load
kubectl fluid webhook bench --print-objects > objects.yaml
kubectl fluid webhook serve --cert-dir certs --host 127.0.0.1 --local --objects objects.yaml &
kubectl fluid webhook bench --url https://127.0.0.1:9443/mutate --ca certs/ca.crt

# The Pod of a review of your own, 10,000 times, on 32 connections
kubectl fluid webhook bench --url https://127.0.0.1:9443/mutate --insecure --body review.json \\
  --connections 32 --reviews 10000 -o json
"""
#: From this share of a core on it is the client that is measured.
_BUSY = 0.9

server_options = stack(
    click.option("--url", metavar="URL", help="Where reviews are sent, e.g. https://127.0.0.1:9443/mutate"),
    filename_option("--ca", "Certificates of the authorities to trust (ca.crt), instead of the system's"),
    click.option("--insecure", is_flag=True, help="Do not check the server's certificate"),
    click.option("--yes-remote", is_flag=True, help="The address may be another one than loopback: I may load it"),
)
load_options = stack(
    click.option(
        "--body",
        "bodies",
        multiple=True,
        default=["simple"],
        metavar="BODY",
        help=f"{', '.join(benchbodies.BODIES)} (2, 4, 60 KB), or a FILE with an AdmissionReview; one row each",
    ),
    click.option(
        "--connections",
        type=click.IntRange(1, benchmark.MAX_CONNECTIONS),
        default=8,
        show_default=True,
        metavar="NUMBER",
        help="Connections, each with one review at a time",
    ),
    click.option(
        "--seconds",
        type=click.FloatRange(0.1, benchmark.MAX_SECONDS),
        metavar="SECONDS",
        help="How long; 5 if not given",
    ),
    click.option(
        "--reviews",
        type=click.IntRange(1, benchmark.MAX_REVIEWS),
        metavar="NUMBER",
        help=f"How many, instead of how long; {benchmark.MAX_SECONDS} seconds at most",
    ),
)


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Measure a webhook's speed, with a load of reviews")
@server_options
@load_options
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table", help="What to print")
@click.option("--print-objects", is_flag=True, help="Only print the objects of the datasets that the bodies name")
@talk_options
@click.pass_context
def bench(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Measure a webhook's speed, with a load of reviews: of this program, or any other.

    Nothing is created: reviews are what an API server would send. Each has a uid and a Pod's name of its own. It stops
    by itself, and sends to loopback addresses alone unless --yes-remote is given: a load can take a server away from
    the cluster that needs it.

    Times are from a review's first byte to its answer's last, on connections that stay open. Exit code 1: a review was
    not answered with an AdmissionReview. A refusal is an answer.
    """
    environment = environment_of(ctx)
    if options["print_objects"]:
        text = "---\n".join(map(dump.to_yaml, benchbodies.cluster()))
        environment.stdout.write(text.encode())
        return ExitStatus.OK
    if options["url"] is None:
        raise click.UsageError("missing option '--url'", ctx)
    if options["ca"] == "":
        raise click.UsageError("--ca is empty", ctx)
    for one, other in (("ca", "insecure"), ("seconds", "reviews")):
        if options[one] and options[other]:
            raise click.UsageError(f"--{one} and --{other} exclude each other", ctx)
    try:
        to = benchhttp.target(options["url"])
    except ValueError as error:
        hint = "write it as https://127.0.0.1:9443/mutate"
        raise CommandError(f"--url {printable(options['url'])}", str(error), hint, ExitStatus.USAGE) from error
    templates = {body: _template(body) for body in dict.fromkeys(options["bodies"])}
    trust = benchmark.trust(certificates_in(options["ca"]) if options["ca"] else None, insecure=options["insecure"])
    rows = _measure(to, trust, templates, options)
    environment.stdout.write(FORMATS[options["output"]](rows).encode())
    _tell(rows, environment)
    unanswered = benchhints.failed(to, rows)
    if unanswered is not None:
        raise unanswered
    return ExitStatus.OK


def _template(body: str) -> benchbodies.Template:
    if body in benchbodies.BODIES:
        return benchbodies.Template(benchbodies.review(body))
    what = f"--body {printable(body)}"
    hint = f"give a file that `kubectl fluid review` takes, or one of: {', '.join(benchbodies.BODIES)}"
    try:
        with Path(body).open("rb") as file:
            text = file.read(bounds.BODY + 1)
    except FileNotFoundError as error:
        raise CommandError(what, "no such file or directory", hint) from error
    if len(text) > bounds.BODY:
        raise CommandError(what, f"it is larger than {bounds.BODY} bytes, the most that the webhook takes", hint)
    try:
        return benchbodies.Template(json.loads(text))
    except RecursionError:
        raise CommandError(what, "it is nested too deep", hint) from None
    except UnicodeDecodeError:
        raise CommandError(what, "it is not UTF-8", hint) from None
    except json.JSONDecodeError as error:
        raise CommandError(what, f"it is not JSON: {error}", hint) from error
    except ValueError as error:
        raise CommandError(what, str(error), hint) from error


def _measure(
    to: benchhttp.Target, trust: ssl.SSLContext, templates: dict[str, benchbodies.Template], options: dict[str, Any]
) -> list[Row]:
    seconds = options["seconds"] or (benchmark.MAX_SECONDS if options["reviews"] else 5.0)

    async def measure() -> list[Row]:
        found = await benchmark.resolve(to)
        if not (options["yes_remote"] or benchmark.is_local(found)):
            hint = "forward a port of one replica (kubectl port-forward), or say that you may with --yes-remote"
            raise CommandError(to.host, "it is not an address of this machine, and this is a load test", hint)
        known = await benchmark.reached(found)
        rows = []
        for body, template in templates.items():
            load = benchmark.Load(template, options["connections"], seconds, options["reviews"] or 0)
            rows.append(Row(body, load, await benchmark.measure(known, trust, load)))
        return rows

    try:
        return asyncio.run(measure())
    except (OSError, asyncio.TimeoutError) as error:  # TLS's are among the first
        raise benchhints.unreachable(to, error, own_ca=bool(options["ca"])) from error


def _tell(rows: list[Row], environment: Environment) -> None:
    """Say what the table does not."""
    for row in rows:
        outcomes = row.measured.outcomes
        if outcomes.message:
            environment.say(f"note: {printable(row.body)}: the first refusal was: {printable(outcomes.message)}")
        note = benchhints.note(row)
        if note:
            environment.say(f"note: {printable(row.body)}: {note}")
        if row.measured.busy > _BUSY:
            environment.say(
                f"note: {printable(row.body)}: this client was busy for {row.measured.busy:.0%} of the time: "
                "the server may be faster than it can ask"
            )

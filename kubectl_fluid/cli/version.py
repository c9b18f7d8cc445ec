"""`kubectl fluid version`."""

from __future__ import annotations

import json
from typing import Any

import click

from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.options import talk_options
from kubectl_fluid.cli.status import connection_options

EXAMPLES = """
# What runs here, and which Fluid and Kubernetes it knows
kubectl fluid version

# And which Fluid the cluster has
kubectl fluid version --server

# For a bug report
kubectl fluid version --server -o json
"""


@click.command(
    cls=HelpfulCommand, examples=EXAMPLES, short_help="Show versions: of this program, its schemas, a server"
)
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", help="What to print")
@click.option("--server", is_flag=True, help="Ask the cluster for its version and that of its Fluid")
@connection_options
@talk_options
@click.pass_context
def version(ctx: click.Context, /, output: str, *, server: bool, **options: Any) -> ExitStatus:
    """Show versions: of this program, of the schemas it goes by, of Python, and of a cluster when asked.

    It also shows where the program lies, and other programs of its name on the PATH: kubectl starts the first of them.

    Exit code 4: the cluster cannot be reached, or does not let this user read which Fluid it has.
    """
    from kubectl_fluid.cli.version_facts import facts, server_facts
    from kubectl_fluid.cli.version_text import lines

    environment = environment_of(ctx)
    found: dict[str, Any] = facts(environment)
    if server:
        found["server"] = server_facts(options, environment)
    # JSON is ASCII: nothing in it can steer a terminal.
    shown = [json.dumps(found, indent=2)] if output == "json" else lines(found)
    text = "".join(f"{line}\n" for line in shown)
    environment.stdout.write(text.encode("utf-8", "backslashreplace"))
    return ExitStatus.UNREACHABLE if found.get("server", {}).get("error") else ExitStatus.OK

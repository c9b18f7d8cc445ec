"""`kubectl fluid render`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import click

from kubectl_fluid import render as core
from kubectl_fluid.cli import settings
from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.inputs import Input, collect
from kubectl_fluid.cli.made import FORMATS
from kubectl_fluid.cli.options import input_options, namespace_option, talk_options
from kubectl_fluid.cli.rendering import Renderer
from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.stream import split

Object = dict[str, Any]

EXAMPLES = """
# What Fluid will make of a Dataset and its runtime
kubectl fluid render -f dataset.yaml

# Only the names; a DataLoad becomes its Job
kubectl fluid render -f dataset.yaml -f dataload.yaml -o name
"""

#: Options that are fields of the controllers' environment, too.
_FIELDS = ("mount_root", "community_image", "enterprise_image", "critical_fuse_pod")
_IMAGE = (re.compile(r"\S+:[^\s/:]+", re.ASCII), "an image with a tag, e.g. juicedata/mount:ce-v1.3.0")
#: What an option must look like. Of a variable Fluid takes anything, and falls back to images of its own.
_SHAPES = {
    "mount_root": (re.compile(r"(/[A-Za-z0-9._/-]*)?", re.ASCII), "an absolute path of plain characters"),
    "community_image": _IMAGE,
    "enterprise_image": _IMAGE,
}


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Show what Fluid's controllers make of a Dataset")
@input_options
@click.option("-o", "--output", type=click.Choice(["yaml", "json", "name"]), default="yaml", help="What to print")
@namespace_option("Namespace of objects that name none", default="default")
@click.option("--worker-port", type=click.IntRange(1, 65535), help="Metrics port of the workers (14000)")
@click.option("--fuse-port", type=click.IntRange(1, 65535), help="Metrics port of the FUSE client (14001)")
@click.option("--mount-root", metavar="PATH", help="Folder on the nodes; the variable MOUNT_ROOT if not given")
@click.option("--community-image", metavar="IMAGE", help="Default image; the variable JUICEFS_CE_IMAGE_ENV")
@click.option("--enterprise-image", metavar="IMAGE", help="Default image; the variable JUICEFS_EE_IMAGE_ENV")
@click.option(
    "--critical-fuse-pod/--no-critical-fuse-pod",
    default=None,
    help="Priority class system-node-critical; the variable CRITICAL_FUSE_POD",
)
@click.option(
    "--settled",
    is_flag=True,
    help="As they are once the controllers are done: with namespaces, and workers with replicas and affinity",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not warn about fields that have no effect")
@talk_options
@click.pass_context
def render(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Show what Fluid's controllers make of a Dataset, its runtime and its DataLoads.

    The objects are printed as Fluid installs them: most leave their namespace to the installation, and workers
    have no replicas yet (see --settled). Everything that a controller would refuse is said at once, and what it
    would ignore is warned about. The controllers' environment is taken from variables of the same names, else
    from Fluid's chart.
    """
    environment = environment_of(ctx)
    names = [*options["files"], *options["filenames"]]
    if not names and options["kustomize"] is None:
        raise click.UsageError("nothing to read, use -f, -k or name a file", ctx)
    controllers = _environment(options, environment, ctx)
    inputs = collect(names, recursive=options["recursive"], kustomize=options["kustomize"], environment=environment)
    renderer = Renderer(
        environment,
        controllers,
        core.Ports(worker=options["worker_port"], fuse=options["fuse_port"]),
        options["namespace"],
        quiet=options["quiet"],
        settled=options["settled"],
    )
    for document in _documents(inputs):
        renderer.add(document)
    made = renderer.all()
    if made is None:
        raise CommandError("input", "there is no Dataset and no DataLoad in it", "give the Dataset and its runtime")
    if renderer.failed:
        return ExitStatus.FAILED
    environment.stdout.write(FORMATS[options["output"]](made).encode())
    return ExitStatus.OK


def _environment(options: dict[str, Any], environment: Environment, ctx: click.Context) -> core.Environment:
    """Options before variables. Raises click.UsageError for those that Fluid could not use."""
    chosen = {name: options[name] for name in _FIELDS if options[name] is not None}
    for name, (pattern, wanted) in _SHAPES.items():
        if name in chosen and not pattern.fullmatch(chosen[name]):
            raise click.UsageError(f"--{name.replace('_', '-')}: {chosen[name]!r} is not {wanted}", ctx)
    try:
        return dataclasses.replace(settings.controllers(environment), **chosen)
    except core.VariableError as error:
        raise click.UsageError(str(error)) from error


def _documents(inputs: list[Input]) -> Iterator[Document]:
    for source in inputs:
        with source.open() as stream:
            for raw in split(stream, source.source):
                yield parse(raw)

"""`kubectl fluid create`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from kubectl_fluid.cli.command import HelpfulCommand, Verb, VerbGroup, environment_of
from kubectl_fluid.cli.emit import Emission, emit
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.options import filename_option, stack, talk_options
from kubectl_fluid.cli.sources import ClusterOptions, Sources
from kubectl_fluid.scaffold import checks, dataload, dataset, job
from kubectl_fluid.scaffold.cache import MEMORY, parse_cache
from kubectl_fluid.scaffold.checks import ScaffoldError

T = TypeVar("T")

EXAMPLES = """
# Print a Dataset on JuiceFS Community Edition with five cache workers, its runtime, and a Secret to fill in
kubectl fluid create dataset demo --mount juicefs:///demo --edition community --secret jfs-secret \\
  --storage oss --bucket https://demo.oss-cn-hangzhou.aliyuncs.com \\
  --workers 5 --cache SSD:/mnt/cache1:/mnt/cache2:40Gi --dry-run=client -o yaml

# Warm its cache, then read it on ECI
kubectl fluid create dataload demo-load --dataset demo --option threads=50
kubectl fluid create job demo-app --dataset demo --image debian:stable --mount-path /data --platform eci -- ls /data
"""
DATASET_EXAMPLES = """
# JuiceFS Cloud: the volume's name in the console, and a cache of 40 GiB on each worker
kubectl fluid create dataset demo --mount juicefs:/// --edition cloud --volume myjfs --secret jfs-secret \\
  --bucket https://demo.oss-cn-hangzhou.aliyuncs.com --workers 5 --cache SSD:/mnt/cache1:/mnt/cache2:40Gi

# No cache inside of the Pods that read it, which is billed on serverless nodes
kubectl fluid create dataset demo --mount juicefs:///demo --edition community --secret jfs-secret --cache-size 0
"""
DATALOAD_EXAMPLES = """
# Load everything with 50 threads
kubectl fluid create dataload demo-load --dataset demo --option threads=50

# Print the manifest for two folders
kubectl fluid create dataload demo-load --dataset demo --path /train --path /test --dry-run=client -o yaml
"""
JOB_EXAMPLES = """
# Print a Job for ECI and put the sidecar into it
kubectl fluid create job demo-app --dataset demo --image debian:stable --mount-path /data --platform eci \\
  --dry-run=client -o yaml -- sh -c 'time cp -r /data /var/copy' | kubectl fluid inject -f -
"""

#: What can be created.
KINDS = {
    name: Verb("kubectl_fluid.cli.create", "Kinds", summary, attribute=f"create_{name}")
    for name, summary in (
        ("dataset", "Create a Dataset on JuiceFS with its runtime"),
        ("dataload", "Create a DataLoad, which warms a Dataset's cache"),
        ("job", "Create a Job that reads a Dataset through a sidecar"),
    )
}

target_options = stack(
    click.option(
        "--dry-run",
        type=click.Choice(["none", "client", "server"]),
        is_flag=False,
        flag_value="client",
        default="none",
        help="client: only print; server: let the API server check it and keep nothing",
    ),
    click.option("-o", "--output", type=click.Choice(["yaml", "json", "name"]), help="What to print"),
    click.option("-n", "--namespace", metavar="NAME", help="Namespace of the objects"),
    filename_option("--kubeconfig", "The kubeconfig to use"),
    click.option("--context", "context", metavar="NAME", help="The kubeconfig's context to use"),
    click.option("--as", "as_user", metavar="USER", help="User to impersonate"),
    click.option("--as-group", "as_groups", multiple=True, metavar="GROUP", help="Group to impersonate"),
)


@click.command(
    cls=VerbGroup,
    verbs=KINDS,
    examples=EXAMPLES,
    short_help="Create a Dataset, a DataLoad or a Job, or print its manifest",
)
@talk_options
def create() -> None:
    """Create a Dataset, a DataLoad or a Job, or print its manifest.

    The objects are applied to the cluster with `kubectl apply`: no other verb of this program writes to a cluster.
    With --dry-run=client they are only printed. Secrets are never applied: no value is taken from the command line.
    """


@click.command(cls=HelpfulCommand, examples=DATASET_EXAMPLES, short_help=KINDS["dataset"].summary)
@click.argument("name")
@click.option("--mount", required=True, metavar="URL", help="What is mounted: juicefs:/// or juicefs:///folder")
@click.option(
    "--edition",
    type=click.Choice(list(dataset.SECRET_KEYS)),
    required=True,
    help="JuiceFS' edition, community or cloud",
)
@click.option("--secret", required=True, metavar="NAME", help="Secret with the credentials")
@click.option("--volume", metavar="NAME", help="Name of the volume in JuiceFS; NAME if not given")
@click.option("--bucket", default="", metavar="URL", help="The volume's object storage")
@click.option("--storage", default="", metavar="TYPE", help="Type of the object storage, e.g. oss (community edition)")
@click.option("--workers", type=click.IntRange(0, 2**31 - 1), default=1, metavar="N", help="Number of cache workers")
@click.option(
    "--cache", metavar="MEDIUM:PATHS:SIZE", help="Cache of each worker, e.g. SSD:/mnt/cache1:/mnt/cache2:40Gi"
)
@click.option("--cache-size", default="", metavar="MIB", help="Cache of the FUSE client; 0 for none in the sidecar")
@click.option("--read-write", is_flag=True, help="Mount it for writing, too")
@target_options
@talk_options
@click.pass_context
def create_dataset(ctx: click.Context, /, name: str, **options: Any) -> ExitStatus:
    """Create a Dataset on JuiceFS with its runtime.

    The Secret is not created: how to do it is told. The Dataset waits for it.
    """
    cache = _checked("--cache", parse_cache, options["cache"]) if options["cache"] is not None else None
    request = dataset.Request(
        name=_checked("NAME", checks.dataset_name, name),
        mount=_checked("--mount", dataset.mount_point, options["mount"]),
        edition=options["edition"],
        secret=_checked("--secret", checks.secret_name, options["secret"]),
        volume=_checked("--volume", checks.volume_name, name if options["volume"] is None else options["volume"]),
        namespace=_namespace(options),
        bucket=options["bucket"] and _checked("--bucket", checks.plain, options["bucket"]),
        storage=options["storage"] and _checked("--storage", checks.plain, options["storage"]),
        workers=options["workers"],
        cache=cache,
        cache_size=options["cache_size"] and _checked("--cache-size", checks.mebibytes, options["cache_size"]),
        read_write=options["read_write"],
    )
    manifests = _checked("--storage", dataset.manifests, request)
    environment = environment_of(ctx)
    if cache is not None and cache.medium == MEMORY and not request.cache_size:
        environment.say(
            f"note: without --cache-size the memory request of each FUSE client becomes {cache.quota}, "
            "also in sidecars, where it may be billed"
        )
    return emit(manifests, Emission.of(options), environment)


@click.command(cls=HelpfulCommand, examples=DATALOAD_EXAMPLES, short_help=KINDS["dataload"].summary)
@click.argument("name")
@click.option("--dataset", required=True, metavar="NAME", help="Dataset to load, in the same namespace")
@click.option("--path", "paths", multiple=True, default=["/"], metavar="PATH", help="Folder or file; / if not given")
@click.option(
    "--option", "pairs", multiple=True, metavar="KEY=VALUE", help="Option of `juicefs warmup`, e.g. threads=50"
)
@target_options
@talk_options
@click.pass_context
def create_dataload(ctx: click.Context, /, name: str, **options: Any) -> ExitStatus:
    """Create a DataLoad, which warms a Dataset's cache.

    Its namespace, which Fluid wants to be the Dataset's, is that of -n or of the kubeconfig's context.
    """
    environment = environment_of(ctx)
    cluster = ClusterOptions.of({**options, "objects": (), "local": False, "namespace": _namespace(options)})
    manifest = dataload.manifest(
        _checked("NAME", checks.dataload_name, name),
        _checked("--dataset", checks.dataset_name, options["dataset"]),
        Sources(cluster, environment).namespace,
        [_checked("--path", checks.absolute, path) for path in options["paths"]],
        dict(_pair(text) for text in options["pairs"]),
    )
    return emit((manifest,), Emission.of(options), environment)


@click.command(cls=HelpfulCommand, examples=JOB_EXAMPLES, short_help=KINDS["job"].summary)
@click.argument("name")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND [ARG]...]")
@click.option("--dataset", required=True, metavar="NAME", help="Dataset to read, in the same namespace")
@click.option("--image", required=True, metavar="IMAGE", help="Image of the container")
@click.option("--mount-path", required=True, metavar="PATH", help="Where the data stands in the container")
@click.option(
    "--platform",
    type=click.Choice(list(job.LABELS)),
    default="default",
    help="Where the Pods run: labels follow from it",
)
@target_options
@talk_options
@click.pass_context
def create_job(ctx: click.Context, /, name: str, command: tuple[str, ...], **options: Any) -> ExitStatus:
    """Create a Job that reads a Dataset through a sidecar.

    The Job asks for the sidecar with a label. `kubectl fluid inject`, or a webhook in the cluster, puts it in.
    """
    request = job.Request(
        name=_checked("NAME", checks.job_name, name),
        dataset=_checked("--dataset", checks.dataset_name, options["dataset"]),
        image=_checked("--image", checks.image, options["image"]),
        mount_path=_checked("--mount-path", job.mount_path, options["mount_path"]),
        platform=options["platform"],
        command=[_checked("COMMAND", checks.argument, word) for word in command],
        namespace=_namespace(options),
    )
    return emit((job.manifest(request),), Emission.of(options), environment_of(ctx))


def _checked(what: str, check: Callable[[Any], T], value: Any) -> T:
    """The value as the check gives it; its error becomes one of the command line."""
    try:
        return check(value)
    except ScaffoldError as error:
        raise CommandError(what, printable(str(error)), error.hint, ExitStatus.USAGE) from error


def _namespace(options: Mapping[str, Any]) -> str | None:
    return None if options["namespace"] is None else _checked("--namespace", checks.namespace, options["namespace"])


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise CommandError("--option", f"{printable(text)} has no =", "write KEY=VALUE", ExitStatus.USAGE)
    return _checked("--option", checks.option_key, key), value and _checked("--option", checks.plain, value)

"""`kubectl fluid webhook serve`."""

from __future__ import annotations

import dataclasses
import errno
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kubectl_fluid.catalog.objects import wanted
from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable, system_reason
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.inputs import collect
from kubectl_fluid.cli.options import filename_option, settings_options, stack, talk_options
from kubectl_fluid.cli.passes import collect_objects
from kubectl_fluid.cli.settings import settings_of, unique
from kubectl_fluid.injection.settings import Settings, SidecarMode
from kubectl_fluid.workloads import objects

if TYPE_CHECKING:
    from kubectl_fluid.webhook.server import ListenError

Object = dict[str, Any]

EXAMPLES = """
# In a Pod, with the Secret of its certificate mounted
kubectl fluid webhook serve --cert-dir /etc/kubectl-fluid/certs

# To try it: without a cluster, on one address
kubectl fluid webhook serve --cert-dir certs --host 127.0.0.1 --local --objects examples/cluster.yaml
"""
#: What Go's strconv.ParseBool takes for true; Fluid's webhook reads DISABLE_INJECTION with it.
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})

tls_options = stack(
    filename_option(
        "--cert-dir", "Folder of tls.crt and tls.key, which are read again when they change", metavar="DIR"
    ),
    filename_option("--tls-cert-file", "--tls-cert", "certificate", "Certificate chain (PEM), instead of --cert-dir"),
    filename_option("--tls-private-key-file", "--tls-key", "key", "Its private key (PEM)"),
)
network_options = stack(
    click.option("--host", default="", metavar="ADDRESS", help="Address to listen on; all of them if not given"),
    click.option("--port", type=click.IntRange(0, 65535), default=9443, show_default=True, help="Port, 0 for any"),
    click.option(
        "--metrics-port",
        type=click.IntRange(0, 65535),
        help="Serve /metrics, /healthz and /readyz by plain HTTP on this port too",
    ),
)
_SECONDS = click.FloatRange(0, 3600)
time_options = stack(
    click.option(
        "--drain",
        type=_SECONDS,
        default=5.0,
        show_default=True,
        metavar="SECONDS",
        help="Go on for so long after SIGTERM, not ready any more, until everybody has heard of it",
    ),
    click.option(
        "--max-cache-age",
        type=_SECONDS,
        default=300.0,
        show_default=True,
        metavar="SECONDS",
        help="Not ready when the API server was not heard of for so long",
    ),
    click.option(
        "--read-timeout",
        type=click.FloatRange(0.1, 3600),
        default=10.0,
        show_default=True,
        metavar="SECONDS",
        help="How long a client may take for a handshake, and for a request",
    ),
    click.option(
        "--max-connections",
        type=click.IntRange(16, 1_000_000),
        default=2048,
        show_default=True,
        metavar="NUMBER",
        help="Connections at once; above it, the oldest that never asked anything is closed",
    ),
)
source_options = stack(
    filename_option("--objects", "File with objects to serve without a cluster (with --local)", multiple=True),
    click.option("--local", is_flag=True, help="Do not contact the cluster"),
    filename_option("--kubeconfig", "The kubeconfig to use; in a Pod, its service account if not given"),
    click.option("--context", "context", metavar="NAME", help="The kubeconfig's context to use"),
)
log_options = stack(
    click.option(
        "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of the log"
    ),
    click.option("-v", "--verbose", is_flag=True, help="Log every review, not only those that were refused"),
)


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Inject Pods as an API server creates them")
@tls_options
@network_options
@settings_options
@source_options
@time_options
@log_options
@talk_options
@click.pass_context
def serve(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Inject Pods as an API server creates them: a mutating admission webhook, over TLS.

    Claims come from watches; nothing is written anywhere. Ends with 0 after SIGTERM, when what was under way is done.
    The log goes to stderr. The profile is `default`: without it, what Fluid's own webhook makes is --profile fluid.

    Fluid's variables count too: FILE_PREFETCHER_IMAGE, FUSE_SIDECAR_INJECTION_MODE=native-sidecar,
    KEY_SERVERLESS_PLATFORM, DISABLE_INJECTION.
    """
    environment = environment_of(ctx)
    files = _files(ctx, options)
    if options["objects"] and not options["local"]:
        raise click.UsageError("--objects goes with --local", ctx)
    try:
        from kubectl_fluid.webhook import run, server, tls
        from kubectl_fluid.webhook.access import access
        from kubectl_fluid.webhook.connections import Limits
        from kubectl_fluid.webhook.log import Log
    except ModuleNotFoundError as error:
        hint = "install what the server needs: pip install 'kubectl-fluid[webhook]'"
        raise CommandError("webhook serve", f"there is no module {error.name}", hint) from error
    log = Log(environment.say, as_json=options["log_format"] == "json", verbose=options["verbose"])
    try:
        certificates = tls.Certificates(tls.Files(*files))
    except tls.CertificateError as error:
        raise CommandError("certificate", printable(str(error)), "make one: kubectl fluid webhook certs") from error
    chosen = run.Options(
        host=options["host"],
        port=options["port"],
        settings=_settings(options, environment),
        unique=unique,
        access=None if options["local"] else access(options["kubeconfig"], options["context"], environment.variables),
        objects=_objects(options["objects"], environment),
        metrics_port=options["metrics_port"],
        disabled=environment.variables.get("DISABLE_INJECTION", "") in _TRUE,
        drain=options["drain"],
        max_cache_age=options["max_cache_age"],
        limits=Limits(options["read_timeout"], options["max_connections"]),
    )
    try:
        run.run(chosen, certificates, log)
    except server.ListenError as error:
        raise _unheard(error, options["metrics_port"]) from error
    return ExitStatus.OK


#: Why no connection can be accepted, and the cure.
_UNHEARD = {
    errno.EADDRINUSE: ("port {port} is in use", "end what listens there, or choose another one with --{option}"),
    errno.EACCES: ("port {port} is for root only", "choose one above 1023 with --{option}"),
    errno.EADDRNOTAVAIL: ("this machine does not have the address {host}", "leave --host out to listen on all of them"),
}
_NO_HOST = (
    "{host} is no address and no known host name",
    "give an address of this machine, or leave --host out",
)


def _unheard(error: ListenError, metrics_port: int | None) -> CommandError:
    why, hint = _UNHEARD.get(error.error.errno or 0, ("", ""))
    if isinstance(error.error, socket.gaierror) or not error.error.errno:
        why, hint = _NO_HOST
    option = "metrics-port" if metrics_port and error.port == metrics_port else "port"
    words = {"host": printable(error.host), "port": str(error.port), "option": option}
    why = why or system_reason(error.error)
    return CommandError("webhook serve", why.format_map(words), hint.format_map(words))


def _files(ctx: click.Context, options: dict[str, Any]) -> tuple[Path, Path]:
    folder, certificate, key = (options[name] for name in ("cert_dir", "certificate", "key"))
    if bool(certificate) != bool(key):
        raise click.UsageError("--tls-cert-file and --tls-private-key-file go together", ctx)
    if bool(folder) == bool(certificate):
        raise click.UsageError("give --cert-dir, or --tls-cert-file and --tls-private-key-file", ctx)
    return (Path(certificate), Path(key)) if certificate else (Path(folder) / "tls.crt", Path(folder) / "tls.key")


def _settings(options: dict[str, Any], environment: Environment) -> Settings:
    settings = settings_of(options, environment)
    native = environment.variables.get("FUSE_SIDECAR_INJECTION_MODE") == "native-sidecar"
    if settings.sidecar_mode is None and native:
        settings = dataclasses.replace(settings, sidecar_mode=SidecarMode.NATIVE)
    return dataclasses.replace(settings, platform_key=environment.variables.get("KEY_SERVERLESS_PLATFORM", ""))


@dataclass
class _Found:
    """Objects of files, of the kinds that claims are made from."""

    objects: list[tuple[str, Object]] = field(default_factory=list)

    def wanted(self, kind: str) -> bool:
        return wanted(kind)

    def add(self, value: Any) -> None:
        self.objects += [(str(it["kind"]), it) for _, it in objects(value) if wanted(str(it.get("kind")))]


def _objects(names: tuple[str, ...], environment: Environment) -> tuple[tuple[str, Object], ...]:
    found = _Found()
    collect_objects(collect(names, recursive=False, kustomize=None, environment=environment), found, lenient=False)
    return tuple(found.objects)

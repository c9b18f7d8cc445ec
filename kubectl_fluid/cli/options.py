"""Options that several verbs share, with one name and one meaning everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kubectl_fluid.cli.command import environment_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])

#: RFC 1123: what an API server lets a namespace be called.
_NAMESPACE = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?", re.ASCII)


def _remember(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep an option in the Environment; the one nearest to the verb wins."""
    if ctx.get_parameter_source(str(parameter.name)) is not click.core.ParameterSource.DEFAULT:
        setattr(environment_of(ctx), str(parameter.name), value)


def stack(*decorators: Callable[[Any], Any]) -> Callable[[F], F]:
    """Several decorators as one, in the order in which `--help` shows their options."""

    def apply(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return apply


def _complete_files(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def filename_option(*names: str, **more: Any) -> Callable[[F], F]:
    """An option whose value is the name of a file; the last of the names is its help."""
    *flags, sentence = names
    return click.option(
        *flags, metavar=more.pop("metavar", "FILE"), help=sentence, shell_complete=_complete_files, **more
    )


def namespace_option(sentence: str, default: str | None = None) -> Callable[[F], F]:
    """`-n`, with a name that a namespace can have: another one would lead elsewhere in the server's paths."""
    return click.option("-n", "--namespace", metavar="NAME", default=default, help=sentence, callback=_namespace)


def _namespace(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value and not _NAMESPACE.fullmatch(value):
        raise click.BadParameter(f"{value!r} is no name that a namespace can have", ctx, parameter)
    return value


def _minor(ctx: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    from kubectl_fluid.validation.schema.load import UnknownMinor, minor_of

    try:
        return minor_of(value)
    except UnknownMinor as error:
        raise click.BadParameter(str(error), ctx, parameter) from None


def _complete_versions(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from kubectl_fluid.validation.schema.files import kubernetes_minors

    known = (f"1.{it}" for it in kubernetes_minors())
    return [CompletionItem(it) for it in known if it.startswith(incomplete)]


kubernetes_version_option = click.option(
    "--kubernetes-version",
    "kubernetes_minor",
    metavar="VERSION",
    callback=_minor,
    shell_complete=_complete_versions,
    help="Version of Kubernetes (like 1.33) whose own kinds are meant; the newest that is known if not given",
)

talk_options = stack(
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        is_eager=True,
        expose_value=False,
        callback=_remember,
        help="Colours: auto obeys NO_COLOR, FORCE_COLOR and the terminal",
    ),
    click.option(
        "--traceback",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_remember,
        help="Show where an error came from, for a bug report",
    ),
)

files_options = stack(
    filename_option(
        "-f",
        "--filename",
        "filenames",
        "File or folder of manifests, or - for stdin; may be given more than once",
        multiple=True,
    ),
    click.option("-R", "--recursive", is_flag=True, help="Look into the folders of folders too"),
)

input_options = stack(
    click.argument("files", nargs=-1, metavar="[FILE]...", shell_complete=_complete_files),
    files_options,
    filename_option("-k", "--kustomize", "Take what `kubectl kustomize DIR` prints", metavar="DIR"),
)

output_options = stack(
    click.option(
        "-o",
        "--output",
        type=click.Choice(["yaml", "json", "patch", "diff", "name"]),
        help="What to print: the documents (yaml, the default), a JSON patch per object, a diff, or changed names",
    ),
    click.option("--in-place", is_flag=True, help="Write the changes into the files themselves, all of them or none"),
    click.option("--keep-going", is_flag=True, help="Write what succeeded although something failed (still exits 1)"),
    click.option("-q", "--quiet", is_flag=True, help="Report only what was refused"),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Report documents without Pods too, and each time what holds for many Pods",
    ),
)

cluster_options = stack(
    filename_option(
        "--objects",
        "File with the cluster's objects (`kubectl get … -o yaml`); may be given more than once",
        multiple=True,
    ),
    click.option("--local", is_flag=True, help="Do not contact the cluster"),
    filename_option("--kubeconfig", "The kubeconfig to use"),
    click.option("--context", "context", metavar="NAME", help="The kubeconfig's context to use"),
    namespace_option("Namespace of documents that do not name one"),
    click.option("--as", "as_user", metavar="USER", help="User to impersonate"),
    click.option("--as-group", "as_groups", multiple=True, metavar="GROUP", help="Group to impersonate"),
)

settings_options = stack(
    click.option(
        "--profile",
        type=click.Choice(["default", "fluid"]),
        default="default",
        help="Whose Pod is made: ours (native sidecar, nothing else to create), or that of Fluid's own webhook",
    ),
    click.option("--sidecar-mode", type=click.Choice(["native", "legacy"]), help="Init container, or first container"),
    click.option("--platform", metavar="NAME", help="Platform, whatever the Pods say: default, eci, acs, …"),
    click.option(
        "--mount-check",
        type=click.Choice(["inline", "configmap", "none"]),
        help="What makes the application wait for its data: commands in the Pod, scripts in ConfigMaps, or nothing",
    ),
    click.option("--resource-ignore", is_flag=True, help="On ECI: leave the sidecar out of the instance's size"),
    click.option(
        "--prefetcher-image",
        metavar="IMAGE",
        help="Image of the file prefetcher; the variable FILE_PREFETCHER_IMAGE if not given",
    ),
)

"""What `explain` is about: documents of files, and objects of the cluster that are named as KIND/NAME."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from kubectl_fluid.cli.documents import document_error
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.inputs import Input
from kubectl_fluid.cli.settings import controllers, unique
from kubectl_fluid.cli.sources import Sources
from kubectl_fluid.cluster.errors import NoCluster
from kubectl_fluid.cluster.listing import Absent, Resource, read
from kubectl_fluid.explanation.explain import Explainer
from kubectl_fluid.explanation.kinds import POD, resources, words
from kubectl_fluid.explanation.model import Explanation
from kubectl_fluid.explanation.reads import read_cluster
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.stream import split
from kubectl_fluid.shapes import mapping
from kubectl_fluid.workloads import WorkloadError, objects
from kubectl_fluid.workloads.label import namespace as namespace_of

if TYPE_CHECKING:
    from kubectl_fluid.cluster.connect import Connection

Object = dict[str, Any]


class Target(NamedTuple):
    """A name on the command line, and what its kind may mean, the likeliest first."""

    name: str
    kinds: tuple[Resource, ...]


def targets_of(names: Sequence[str]) -> list[Target]:
    """`pod/x job/y`, or as kubectl also takes it `pod x y`. Raises click.UsageError."""
    if len(names) > 1 and not any("/" in name for name in names):
        names = [f"{names[0]}/{name}" for name in names[1:]]
    return [_target(name) for name in dict.fromkeys(names)]


def _target(name: str) -> Target:
    word, slash, rest = name.partition("/")
    context = click.get_current_context(silent=True)
    if not slash or not rest or "/" in rest:
        raise click.UsageError(f"{printable(name)}: name an object as KIND/NAME, like job/train", context)
    kinds = tuple(resources(word))
    if not kinds:
        raise click.UsageError(f"{printable(word)} is no kind that makes Pods; known: {', '.join(words())}", context)
    return Target(rest, kinds)


@dataclass(frozen=True, slots=True)
class Subjects:
    """Explains everything that a command line names, the files first."""

    sources: Sources
    settings: Settings
    inputs: list[Input]
    targets: list[Target]

    def explain(self) -> list[Explanation]:
        """All of it. Raises CommandError, ManifestError and ClusterError."""
        sources = self.sources
        claims = sources.claims(self.inputs, rendering=partial(controllers, sources.environment))
        documents = [parse(raw) for source in self.inputs for raw in _raw(source)]
        settings = replace(self.settings, namespace=sources.namespace, unique=unique())
        connection = self._connect()
        if connection is None:
            offline = Explainer(claims, settings, None, sources.cure)
            return [it for document in documents for it in _of(offline, document)]
        api = connection.api
        try:
            found = [self._find(api, target) for target in self.targets]
            namespaces = {sources.namespace, *_namespaces(documents), *(_namespace(it) for it in found)} - {""}
            explainer = Explainer(claims, settings, read_cluster(api, namespaces), sources.cure)
            explained = [it for document in documents for it in _of(explainer, document)]
            for value in found:
                is_pod = value.get("kind") == POD.kind
                explained += [explainer.pod(value, api)] if is_pod else explainer.workload(value, api)
            return explained
        finally:
            api.pool.clear()

    def _connect(self) -> Connection | None:
        """None where no cluster is to be asked; files can do without one, names cannot."""
        options = self.sources.options
        if options.local:
            return None
        from kubectl_fluid.cluster.connect import connect  # 0.3 s, for `kubernetes`

        variables = self.sources.environment.variables
        try:
            return connect(options.kubeconfig, options.context, options.as_user, options.as_groups, variables=variables)
        except NoCluster:
            if self.targets:
                raise
            return None

    def _find(self, api: Any, target: Target) -> Object:
        """The object of that name, of the first of the kinds that has it."""
        namespace = self.sources.namespace
        served = False
        for resource in target.kinds:
            try:
                value = read(api, resource, namespace, target.name)
            except Absent:
                continue
            served = True
            if value is not None:
                return value
        resource = target.kinds[0]
        what = printable(f"{resource.kind.lower()}/{target.name}")
        if not served:
            raise CommandError(what, f"the cluster knows no {resource.full}", "`kubectl api-resources` lists its kinds")
        where = f" in namespace {namespace}" if resource.namespaced else ""
        hint = "a Pod that could not be created is told by its owner: kubectl fluid explain job/NAME"
        raise CommandError(
            what, f"there is none{where}", hint if resource == POD else f"kubectl get {resource.full} -A"
        )


def _raw(source: Input) -> Iterator[Any]:
    with source.open() as stream:
        yield from split(stream, source.source)


def _of(explainer: Explainer, document: Document) -> list[Explanation]:
    def place(pointer: tuple[str | int, ...]) -> str:
        return f"{document.raw.source}:{document.at(pointer)[0]}"

    try:
        return list(explainer.manifest(document.value, place))
    except WorkloadError as error:
        raise document_error(document, error) from error


def _namespaces(documents: list[Document]) -> Iterator[str]:
    for document in documents:
        try:
            yield from (namespace_of(it) or "" for _, it in objects(document.value))
        except WorkloadError as error:
            raise document_error(document, error) from error


def _namespace(value: Object) -> str:
    return str(mapping(value.get("metadata")).get("namespace") or "")

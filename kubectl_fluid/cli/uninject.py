"""`kubectl fluid uninject`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.documents import changed_objects, document_error, entry
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.inputs import Input
from kubectl_fluid.cli.options import input_options, output_options, talk_options
from kubectl_fluid.cli.result import Result
from kubectl_fluid.cli.scripts import needed
from kubectl_fluid.cli.undotext import put_all, without_annotation
from kubectl_fluid.cli.verb import Edit, Request, process
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.injection.uninject import uninject as take_out
from kubectl_fluid.manifests.edit import rewrite
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.patch import same
from kubectl_fluid.workloads import WorkloadError, label, slots

WORDS = {Outcome.INJECTED: "restored", Outcome.SKIPPED: "skipped", Outcome.REFUSED: "refused"}


EXAMPLES = """
# Undo an injection in a repository
kubectl fluid uninject -R -f manifests/ --in-place

# See which Pod a running one was made from
kubectl get pod demo -o yaml | kubectl fluid uninject -f -
"""


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Take the FUSE sidecar out again")
@input_options
@output_options
@talk_options
@click.pass_context
def uninject(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Take the FUSE sidecar out again.

    What `kubectl fluid inject` wrote comes back exactly, text and all; ConfigMaps that it added go where no Pod of the
    input needs them any more. On Pods that Fluid's own webhook made, what it adds is recognised as well as can be. The
    cluster is not asked.
    """
    return process(Request.of(options), environment_of(ctx), _restorer, WORDS)


def _restorer(inputs: list[Input]) -> Edit:
    scripts = needed(inputs, restore)

    def edit(document: Document) -> Result:
        if scripts.dispensable(document.value):
            note = f"{label(document.value)} is removed: no Pod needs it any more"
            return Result("", None, notes=(note,), removed=True)
        return restore(document)

    return edit


def restore(document: Document) -> Result:
    """Take the injection out of every Pod template of the document. Raises ManifestError."""
    old, delta = document.value, ""
    entries, pods = [], []
    try:
        for slot in slots(old):
            pod, own_delta = without_annotation(slot.pod)
            made = take_out(pod)
            delta = delta or own_delta
            entries.append(entry(document, slot, made.outcome, made.reasons + made.warnings))
            if made.pod is not slot.pod:
                pods.append((slot, made.pod))
        new = put_all(old, pods)
    except WorkloadError as error:
        raise document_error(document, error) from error
    if new is old or any(item.outcome is Outcome.REFUSED for item in entries):
        return Result(document.raw.text, old, entries=tuple(entries))
    text = rewrite(document, new)
    if delta:
        text = _with_layout(document, text, new, delta)
    return Result(text, new, changed_objects(old, new), tuple(entries))


def _with_layout(document: Document, text: str, value: Any, delta: str) -> str:
    """The text with the old layout; as it is where somebody has changed it, or where the annotation is not ours."""
    from kubectl_fluid.manifests.delta import apply_delta

    laid_out = apply_delta(text, delta)
    if laid_out is None and text.endswith("\n"):  # it got one when something was added behind it
        bare = apply_delta(text[:-1], delta)
        laid_out = f"{bare}\n" if bare is not None else None
    if laid_out is None:
        return text
    try:
        return laid_out if same(parse(replace(document.raw, text=laid_out)).value, value) else text
    except ManifestError:
        return text

"""A Dataset and its runtime find each other by namespace and name."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import islice

from kubectl_fluid.claims import Name
from kubectl_fluid.render.inputs import Metadata
from kubectl_fluid.render.labels import check_names
from kubectl_fluid.render.physical import target_of
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.read import entries
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import RUNTIMES, Key, Subject
from kubectl_fluid.validation.rules.world import World

_NAME = ("metadata", "name")
#: Above so many lonely objects, looking for similar names takes too long (and helps nobody).
_MANY = 50


def _without_dataset(subject: Subject) -> Iterator[Hit]:
    world = subject.world
    if not subject.name or world.find("Dataset", subject.namespace, subject.name) is not None:
        return
    near = _near(subject.key, *_lonely(world))
    wanted = Metadata(Name(subject.namespace, subject.name), "", {})
    other = Metadata(Name(near.namespace, near.name) if near else Name(subject.namespace, ""), "", {})
    problem = next(it for it in check_names(other, wanted, subject.kind) if it.code == "NoDataset")
    if near or world.sure("Dataset"):
        hint = problem.hint if near else ""
        yield Hit("FL0110", _NAME, problem.message, hint, Severity.ERROR)
    else:
        yield Hit("FL0110", _NAME, problem.message)


def _without_runtime(subject: Subject) -> Iterator[Hit]:
    world = subject.world
    if not subject.name or target_of(subject.value) is not None:
        return
    if world.runtime(subject.namespace, subject.name) is None:
        datasets, runtimes = _lonely(world)
        if len(datasets) <= _MANY and any(_near(key, datasets, runtimes) == subject.key for key in runtimes[:_MANY]):
            return  # told at the runtime
        live = world.lookup("Dataset", *subject.key[1:]) if world.lookup is not None and world.sure("Dataset") else None
        if live is not None and entries(live, "status", "runtimes"):
            return  # bound to a kind of runtime that cannot be read
        sure = world.sure("JuiceFSRuntime")
        message = f"no runtime {subject.namespace}/{subject.name}: a Dataset without a runtime stays NotBound"
        yield Hit("FL0111", _NAME, message, severity=Severity.WARNING if sure else None)


def _bound_to_another(subject: Subject) -> Iterator[Hit]:
    world = subject.world
    for kind in RUNTIMES[: RUNTIMES.index(subject.kind)]:
        if subject.name and world.has(kind, subject.namespace, subject.name):
            message = (
                "the dataset can't be bound to the runtime, because it's already bound to another runtime "
                f"{subject.name} ({kind})"
            )
            yield Hit("FL0112", ("kind",), message)
            return


def _lonely(world: World) -> tuple[list[Key], list[Key]]:
    """Datasets and runtimes of the documents that have no partner there, as far as `_near` can have a use for them.

    That is no runtime where there are no such Datasets or too many of them, and otherwise the first runtimes, and
    two in the namespace of each such Dataset.
    """
    found: tuple[list[Key], list[Key]] | None = world.memo.get("lonely")
    if found is None:
        found = world.memo["lonely"] = _find_lonely(world)
    return found


def _find_lonely(world: World) -> tuple[list[Key], list[Key]]:
    datasets = (it for it in world.keys("Dataset") if not world.has_runtime(it.namespace, it.name))
    few = list(islice(datasets, _MANY + 1))
    if not few or len(few) > _MANY:
        return few, []
    room = dict.fromkeys((it.namespace for it in few), 2)
    runtimes: list[Key] = []
    for it in world.keys(*RUNTIMES):
        wanted = room.get(it.namespace, 0)
        if (wanted or len(runtimes) < _MANY) and not world.has("Dataset", *it[1:]):
            room[it.namespace] = wanted - 1 if wanted else 0
            runtimes.append(it)
    return few, runtimes


def _near(runtime: Key, datasets: list[Key], runtimes: list[Key]) -> Key | None:
    """The Dataset that the runtime was meant for, as far as names tell."""
    if len(datasets) > _MANY or not datasets:
        return None
    for dataset in datasets:
        if dataset.name == runtime.name:
            return dataset
    beside = [it for it in datasets if it.namespace == runtime.namespace]
    if len(beside) == 1 and sum(it.namespace == runtime.namespace for it in runtimes) == 1:
        return beside[0]
    names = get_close_matches(runtime.name, [it.name for it in beside], n=1, cutoff=0.8)
    return next((it for it in beside if it.name in names), None)


RULES = (
    Rule(
        "FL0110",
        Severity.INFO,
        "A runtime has no Dataset of its name",
        "Runtime and Dataset are paired by namespace and name; until there is such a Dataset, the runtime waits. An "
        "error where a Dataset of a similar name, or of this name in another namespace, stands beside it, and with "
        "--cluster.",
        "give runtime and Dataset the same namespace and name",
        RUNTIMES,
        _without_dataset,
        says="No dataset can be bound to the runtime, waiting.",
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0111",
        Severity.INFO,
        "A Dataset has no runtime of its name",
        "Nothing mounts it: it stays NotBound, and Pods that use its claim wait. A warning with --cluster.",
        "add a runtime (a JuiceFSRuntime, say) of the same namespace and name",
        ("Dataset",),
        _without_runtime,
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0112",
        Severity.ERROR,
        "Two runtimes have the name of one Dataset",
        "A Dataset is bound to one runtime; the other one waits for good.",
        "remove one of the two runtimes, or give it a Dataset of its own",
        RUNTIMES,
        _bound_to_another,
        says="the dataset can't be bound to the runtime, because it's already bound to another runtime <x>",
        together=True,
        reason="FieldValueDuplicate",
    ),
)

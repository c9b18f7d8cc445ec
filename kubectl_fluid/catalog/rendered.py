"""What Fluid's controllers would make of Datasets and runtimes that stand in files, in place of what is missing there.

With nothing but manifests, no cluster and no dump, a claim still becomes a Claim: its PersistentVolume, its PVC and its
FUSE DaemonSet are rendered, and a Dataset that was never created is taken as bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubectl_fluid.catalog.objects import Get
from kubectl_fluid.catalog.runtimes import KINDS
from kubectl_fluid.claims import Name, Problem
from kubectl_fluid.shapes import items, mapping

if TYPE_CHECKING:
    # Loaded when there is something to render: what everybody waits for is an injection that needs nothing of it.
    from kubectl_fluid import render
    from kubectl_fluid.render.physical import Physical, Target

Object = dict[str, Any]

#: Kinds that are rendered where they are missing.
RENDERED = ("PersistentVolumeClaim", "PersistentVolume", "DaemonSet")
#: Kinds of runtimes that can be rendered.
RENDERABLE = ("JuiceFSRuntime", "ThinRuntime")
_FUSE = "-fuse"


class Unrenderable(Exception):
    """A Dataset and its runtime are there, but Fluid's controllers would refuse them."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Rendering:
    """A source of objects that renders what `files` lacks.

    Only a Dataset in `files` is rendered. `read` may look further (a cluster): it is asked for the profile of a
    ThinRuntime and for the dataset behind a reference dataset. `environment` is asked when something is rendered;
    without `ports` Fluid's allocator gives its first ones.
    """

    def __init__(
        self, files: Get, read: Get, environment: Callable[[], render.Environment], ports: render.Ports | None = None
    ) -> None:
        self._files = files
        self._read = read
        self._environment = environment
        self._ports = ports
        self._made: dict[Name, tuple[Object, ...]] = {}

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """The object of the files, else a rendered one, else None.

        Raises Unrenderable where Fluid would refuse what is to be rendered, and for a claim that nobody has although
        the files hold its Dataset or its runtime.
        """
        found = self._files(kind, namespace, name)
        if kind == "Dataset":
            return None if found is None else self._as_bound(found, Name(namespace, name))
        if found is None and kind == "ThinRuntime":
            return self._runtime_of_reference(Name(namespace, name))
        if found is not None or kind not in RENDERED:
            return found
        made = self._rendered(kind, namespace, name)
        if made is None and kind == "PersistentVolumeClaim":
            made = self._read(kind, namespace, name)
            if made is None and (problem := self._lacking(Name(namespace, name))):
                raise Unrenderable(problem)
        return made

    def _rendered(self, kind: str, namespace: str, name: str) -> Object | None:
        if kind == "PersistentVolume":
            # Its name does not tell namespace and name apart, but its claim was looked up before it.
            made = [it for objects in self._made.values() for it in objects]
        else:
            made = [*self._objects(Name(namespace, name.removesuffix(_FUSE) if kind == "DaemonSet" else name))]
        return next((it for it in made if it["kind"] == kind and it["metadata"]["name"] == name), None)

    def _as_bound(self, dataset: Object, name: Name) -> Object:
        """A Dataset that has no status at all was never created: taken as it will be once its runtime runs."""
        status = mapping(dataset.get("status"))
        if status.get("runtimes") or (status and status.get("phase") != "Bound"):
            return dataset
        runtime = next(iter(self._runtimes(name)), None) or self._runtime_of_reference(name)
        if runtime is None:
            return dataset
        kind = KINDS[runtime["kind"]].type
        bound = {"name": name.name, "namespace": name.namespace, "type": kind}
        return {**dataset, "status": {**status, "phase": "Bound", "runtimes": [bound]}}

    def _runtimes(self, name: Name) -> list[Object]:
        """Every runtime of that name in the files, those that can be rendered first."""
        kinds = (*RENDERABLE, *(kind for kind in KINDS if kind not in RENDERABLE))
        found = (self._files(kind, name.namespace, name.name) for kind in kinds)
        return [runtime for runtime in found if runtime is not None]

    def _runtime(self, name: Name) -> Object | None:
        found = self._runtimes(name)
        return found[0] if found and found[0]["kind"] in RENDERABLE else None

    def _lacking(self, name: Name) -> Problem | None:
        """Why a claim that is nowhere could not be rendered; None where the files hold nothing of its name."""
        runtimes = [str(runtime["kind"]) for runtime in self._runtimes(name)]
        if self._files("Dataset", name.namespace, name.name) is None:
            if not runtimes:
                return None
            why = f"{runtimes[0]} {name} has no Dataset among these files"
            return Problem("CannotRender", why, "give its Dataset too")
        if runtimes:
            return Problem("CannotRender", f"{runtimes[0]} {name} cannot be rendered", _WITH_OBJECTS)
        hint = f"give its runtime too ({' or '.join(RENDERABLE)}), or what Fluid made of it with --objects"
        return Problem("CannotRender", f"dataset {name} has no runtime among these files", hint)

    def _runtime_of_reference(self, name: Name) -> Object | None:
        """The ThinRuntime that Fluid makes for a reference dataset which has none."""
        dataset = self._files("Dataset", name.namespace, name.name)
        if dataset is None or _target_of(dataset) is None:
            return None
        metadata = {"name": name.name, "namespace": name.namespace}
        return {"apiVersion": "data.fluid.io/v1alpha1", "kind": "ThinRuntime", "metadata": metadata}

    def _objects(self, name: Name) -> tuple[Object, ...]:
        """Everything that is rendered of one Dataset; () where there is no Dataset, or no runtime that we render."""
        if name not in self._made:
            self._made[name] = self._render(name)
        return self._made[name]

    def _render(self, name: Name) -> tuple[Object, ...]:
        dataset = self._files("Dataset", name.namespace, name.name)
        if dataset is None or (self._runtime(name) is None and _target_of(dataset) is None):
            return ()
        made = self.render(name.namespace, name.name)
        if made.errors:
            raise Unrenderable(_problem(name, "; ".join(error.message for error in made.errors), made.errors[0].hint))
        return made.placed()

    def render(self, namespace: str, name: str) -> render.Rendered:
        """Everything of one Dataset of the files, or all that is wrong with it."""
        from kubectl_fluid import render

        at = Name(namespace, name)
        dataset, runtimes = self._files("Dataset", namespace, name) or {}, self._runtimes(at)
        if len(runtimes) > 1:
            return render.already_bound(at, [str(runtime["kind"]) for runtime in runtimes])
        try:
            physical = self._physical(dataset)
        except Unrenderable as error:
            return render.Rendered(errors=(error.problem,))
        runtime = next(iter(runtimes), None)
        profile = mapping((runtime or {}).get("spec")).get("profileName")
        return render.render(
            _placed(dataset, at),
            None if runtime is None else _placed(runtime, at),
            profile=self._read("ThinRuntimeProfile", "", profile) if isinstance(profile, str) else None,
            physical=physical,
            environment=self._environment(),
            ports=self._ports or render.Ports(),
        )

    def _physical(self, dataset: Object) -> Physical | None:
        from kubectl_fluid.render.physical import Physical

        target = _target_of(dataset)
        mounted = None if target is None else self._get_or_read("Dataset", target.name.namespace, target.name.name)
        if target is None or mounted is None:
            return None
        if _target_of(mounted) is not None:  # a reference to a reference, which is refused; they may run in circles
            return Physical(mounted, "thin", ())
        namespace, name = target.name.namespace, target.name.name
        runtimes = items(mapping(mounted.get("status")).get("runtimes"))
        kind = str(runtimes[0].get("type") or "") if runtimes else ""
        fuse = f"{name}-jindofs-fuse" if kind == "jindo" else f"{name}-fuse"
        wanted = (("PersistentVolumeClaim", namespace, name), ("DaemonSet", namespace, fuse))
        found = [self._get_or_read(*key) for key in wanted]
        found.append(self._get_or_read("PersistentVolume", "", f"{namespace}-{name}"))
        scripts = [it for it in self._made.get(target.name, ()) if it["kind"] == "ConfigMap"]
        return Physical(mounted, kind, (*(it for it in found if it is not None), *scripts))

    def _get_or_read(self, kind: str, namespace: str, name: str) -> Object | None:
        return self.get(kind, namespace, name) or self._read(kind, namespace, name)


def _target_of(dataset: Object) -> Target | None:
    from kubectl_fluid.render.physical import target_of

    return target_of(dataset)


def _placed(value: Object, name: Name) -> Object:
    """The object with its namespace, which a manifest may leave to the command line."""
    return {**value, "metadata": {**mapping(value.get("metadata")), "namespace": name.namespace}}


_WITH_OBJECTS = "give its DaemonSet, PersistentVolume and PersistentVolumeClaim with --objects"


def _problem(name: Name, why: str, hint: str = "") -> Problem:
    hint = hint or "mend the Dataset and its runtime, then look at `kubectl fluid render`"
    return Problem("CannotRender", f"dataset {name} cannot be rendered: {why}", hint)

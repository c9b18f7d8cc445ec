"""The operations that inject one dataset into a Pod, as CEL. Their order is that of the functions in `all_of_them`.

Decisions:

- What stands at an index is changed before anything is inserted in front of it.
- Several templates are evaluated in an order that differs from request to request, each seeing the Pod as the one
  before left it. A sidecar goes behind those of the datasets whose names sort before its own, a volume before the
  volumes of the sidecars that sort behind it: the Pod is the same in any order.
- The undo annotation is not written: CEL cannot make the patch that leads back. `uninject` recognises such Pods as it
  recognises those of Fluid's webhook.
"""

from __future__ import annotations

from kubectl_fluid import keys
from kubectl_fluid.injection.mountcheck import app_inline
from kubectl_fluid.policy.cel import (
    both,
    choose,
    either,
    entry_is,
    joined,
    member,
    operation,
    operations,
    path,
    text,
    texts,
    variable,
    when,
)
from kubectl_fluid.policy.pods import dataset_of, mounts_one_of, own_mounts
from kubectl_fluid.policy.probe import COMMON_LABELS

_MINE, _PART, _SHARES = variable("mine"), variable("part"), variable("shares")
#: Where the lists of containers stand, and how the policy's variables call them.
_LISTS = {"/spec/containers/": "object.spec.containers", "/spec/initContainers/": variable("inits")}
#: The inline check without its mount points: everything that is the same in all containers.
_CHECK: list[str] = app_inline([]).handler["exec"]["command"]

#: More variables, behind those of `pods`.
VARIABLES = {
    # Volumes of one claim that give way to the first of them.
    "surplus": when(
        _SHARES,
        f"{variable('volumes')}.transformList(i, v, v.name in {_MINE} && v.name != {_MINE}[0], i).reverse()",
    ),
    "later": (
        f"{variable('sidecars')}.filter(c, {dataset_of('c')} > params.metadata.name)"
        f".map(c, {own_mounts('c')}).flatten()"
    ),
    "volumesAt": (
        f"{variable('volumes')}.size() - {variable('surplus')}.size() - "
        f"{variable('volumes')}.filter(v, v.name in {variable('later')}).size()"
    ),
    "sidecarAt": (
        choose(variable("native"), text("/spec/initContainers/"), text("/spec/containers/"))
        + f" + string({variable('sidecars')}.filter(c, {dataset_of('c')} < params.metadata.name).size())"
    ),
    "propagation": f"{_PART}.application.mountPropagation",
    "check": texts(_CHECK),
}


def all_of_them() -> str:
    """CEL: the list of all operations, each kind of them on a line of its own."""
    return " +\n".join(_kinds())


def _kinds() -> list[str]:
    return [
        *(_mounts(at, containers) for at, containers in _LISTS.items()),
        *(_application_checks(at, containers) for at, containers in _LISTS.items()),
        _sources(),
        _surplus(),
        when(variable("used"), f"({joined(_added_volumes(), _sidecar(), _sidecar_labels(), _sidecar_annotations())})"),
        _marks(),
    ]


def _each(containers: str, condition: str, made: str) -> str:
    """A list of operations for each container (`c`, number `i`) for which the condition holds."""
    return f"{containers}.transformList(i, c, {condition}, {made}).flatten()"


def _mounts(at: str, containers: str) -> str:
    """The application's mounts of the claim's volumes: one pass for what all get, others where there is need of them.

    A Pod may have ten thousand mounts, and each step of each of them counts against the budget of the expression.
    """
    application = f"{_PART}.application"
    key = choose(both("has(m.subPathExpr)", "m.subPathExpr != ''"), text("/subPathExpr"), text("/subPath"))
    old = choose("has(m.subPathExpr)", "m.subPathExpr", member("m", "subPath", "''"))
    sub_path = choose(f"{old} == ''", f"{application}.subPath", f"{application}.subPath + '/' + {old}")
    read_only = variable("readOnly")
    return joined(
        _each_mount(at, containers, f"m.name in {_MINE}", text("/mountPropagation"), variable("propagation")),
        when(
            f"{read_only}.size() > 0",
            _each_mount(at, containers, f"m.name in {read_only}", text("/readOnly"), "true"),
        ),
        when(
            both(_SHARES, f"{_MINE}.size() > 1"),
            _each_mount(at, containers, f"m.name in {_MINE}", text("/name"), f"{_MINE}[0]"),
        ),
        when(f"has({application}.subPath)", _each_mount(at, containers, f"m.name in {_MINE}", key, sub_path)),
    )


def _each_mount(at: str, containers: str, condition: str, field: str, value: str) -> str:
    """An operation for each mount (`m`) for which the condition holds; the path's beginning (`p`) is made once."""
    made = operation("add", f"p + string(j) + {field}", value)
    start = path(at, "string(i)", "/volumeMounts/")
    inner = f"c.volumeMounts.transformList(j, m, {condition}, {made})"
    return _each(containers, "has(c.volumeMounts)", f"[{start}].map(p, {inner}).flatten()")


def _application_checks(at: str, containers: str) -> str:
    """The check in containers that mount the claim, where the Pod asks for it and they have no hook of their own.

    Where another dataset's check stands already, the mount points of both follow in the order of the mounts.
    """
    post_start = "c.lifecycle.postStart"
    none = either("!has(c.lifecycle)", f"!has({post_start})")
    size = len(_CHECK)
    command = f"{post_start}.exec.command"
    ours = both(
        "has(c.lifecycle)", f"has({post_start})", f"has({post_start}.exec)", f"has({command})",
        f"{command}.size() > {size}", f"{command}.slice(0, {size}) == {variable('check')}",
    )  # fmt: skip
    checked = choose(f"({ours})", f"{command}.slice({size}, {command}.size())", "[]")
    points = f"c.volumeMounts.filter(m, m.name in {_MINE} || m.mountPath in {checked}).map(m, m.mountPath)"
    hook = f"{{'exec': {{'command': {variable('check')} + {points}}}}}"
    place = (at, "string(i)", "/lifecycle")
    made = choose(
        "has(c.lifecycle)",
        operations(operation("add", path(*place, "/postStart"), hook)),
        operations(operation("add", path(*place), f"{{'postStart': {hook}}}")),
    )
    # The API server takes a hook on containers that run on, not on init containers that end.
    runs_on = [] if at == "/spec/containers/" else ["has(c.restartPolicy) && c.restartPolicy == 'Always'"]
    condition = both(variable("appCheck"), mounts_one_of("c", _MINE), *runs_on, f"({none} || ({ours}))")
    return _each(containers, condition, made)


def _sources() -> str:
    """What the claim's volumes become."""
    source = f"{_PART}.application.source"
    place = ("/spec/volumes/", "string(i)")
    made = joined(
        operations(operation("remove", path(*place, "/persistentVolumeClaim"))),
        choose(
            _SHARES,
            operations(operation("add", path(*place, "/emptyDir"), f"{source}.emptyDir")),
            operations(operation("add", path(*place, "/hostPath"), f"{source}.hostPath")),
        ),
    )
    return f"{variable('volumes')}.transformList(i, v, v.name in {_MINE}, {made}).flatten()"


def _surplus() -> str:
    return f"{variable('surplus')}.map(i, {operation('remove', path('/spec/volumes/', 'string(i)'))})"


def _added_volumes() -> str:
    place = path("/spec/volumes/", f"string({variable('volumesAt')} + k)")
    return f"{variable('added')}.transformList(k, v, {operation('add', place, 'v')})"


def _sidecar() -> str:
    """The container, and what the Pod's labels change in it."""
    at = variable("sidecarAt")
    without = f"{_PART}.withoutCheck"
    return joined(
        when(
            both(variable("native"), "!has(object.spec.initContainers)"),
            operations(operation("add", path("/spec/initContainers"), "[]")),
        ),
        operations(operation("add", at, f"{_PART}.container")),
        when(
            both(variable("cache"), f"has({_PART}.withCache.volumeMounts)"),
            operations(operation("add", path(at, "/volumeMounts"), f"{_PART}.withCache.volumeMounts")),
        ),
        when(_SHARES, operations(operation("replace", path(at, "/volumeMounts/0/name"), f"{_MINE}[0]"))),
        when(
            both(entry_is(variable("labels"), keys.SIDECAR_POST_START, "false"), f"has({_PART}.container.lifecycle)"),
            choose(
                f"has({without}.lifecycle)",
                operations(operation("replace", path(at, "/lifecycle"), f"{without}.lifecycle")),
                operations(operation("remove", path(at, "/lifecycle"))),
            ),
        ),
    )


def _sidecar_labels() -> str:
    place = path("/metadata/labels/", "jsonpatch.escapeKey(k)")
    return f"{_PART}.labels.transformList(k, l, {operation('add', place, 'l')})"


def _sidecar_annotations() -> str:
    """Those that the Pod does not have."""
    place = path("/metadata/annotations/", "jsonpatch.escapeKey(k)")
    made = f"{_PART}.annotations.transformList(k, a, !(k in {variable('annotations')}), {operation('add', place, 'a')})"
    return joined(
        when("!has(object.metadata.annotations)", operations(operation("add", path("/metadata/annotations"), "{}"))),
        when(f"has({_PART}.annotations)", made),
    )


def _marks() -> str:
    """What every injected Pod has: the labels, and the datasets in use."""
    annotations, key = variable("annotations"), text(keys.DATASETS_IN_USE)
    old = f"{annotations}[{key}].split(',').map(n, n.trim()).filter(n, n != '')"
    merged = f"({when(f'{key} in {annotations}', old)} + [params.spec.dataset.name]).distinct().sort().join(',')"
    place = path("/metadata/annotations/", f"jsonpatch.escapeKey({key})")
    return joined(
        operations(
            *(
                operation("add", path("/metadata/labels/", f"jsonpatch.escapeKey({text(name)})"), text(value))
                for name, value in COMMON_LABELS.items()
            )
        ),
        when(
            both("!has(object.metadata.annotations)", "!" + variable("used")),
            operations(operation("add", path("/metadata/annotations"), "{}")),
        ),
        operations(operation("add", place, merged)),
    )

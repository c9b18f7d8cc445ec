"""The text of docs/juicefs.md, from the tables that rendering goes by."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_fluid.render import environment
from kubectl_fluid.render.edition import Edition
from kubectl_fluid.render.effects import EFFECTS
from kubectl_fluid.render.ignored import JUICEFS
from kubectl_fluid.render.options import STEPS, Part, Step, Way
from kubectl_fluid.render.secrets import VARIABLES

_HEAD = """\
# JuiceFS: every field and option

What `kubectl fluid render` makes of a Dataset and a JuiceFSRuntime, as Fluid's controllers do (commit a826600a, chart
juicefs 0.2.16). This page is generated from the tables in `kubectl_fluid/render/`; a test compares it.
"""

_EDITION = """\
## Which edition

Community if `mounts[0].encryptOptions` (not `sharedEncryptOptions`) has an entry `metaurl`, otherwise enterprise, which
JuiceFS Cloud is as well.
"""

_MOUNT = """\
## Mount options

From top to bottom; a later row replaces what an earlier one has set, unless it says otherwise. An option with an empty
value is written without `=`.
"""

_PREPARE = """\
## Format, auth and quota

| option of the Dataset | community: `juicefs format` | enterprise: `juicefs auth`, only with a token |
| --- | --- | --- |
| `storage` | `--storage=`; without it or `bucket`: `--no-update` | |
| `bucket` | `--bucket=` | `--bucket=` |
| `bucket2` | `--bucket2=` | `--bucket2=` |
| `quota` (only in `mounts[0].options`) | `juicefs quota set --capacity`, in whole GiB, at least one, for a folder | \
the same |
| any other | `--<name>=<value>` | |
"""

_SECRETS = """\
## Values from Secrets

They become variables of both containers. The Secrets must lie in the namespace of the runtime; for a sidecar, in the
namespace of the Pod.
"""

_OTHER_SECRETS = """\
| `access-key2`, `secret-key2` | `access_key2`, `secret_key2` | auth: `--access-key2=`, `--secret-key2=` |
| `quota` | | left out |
| any other | its name with `_` for `-` | format: `--<name>=` |
"""

_ENVIRONMENT = """\
## The controller's environment

`render` reads variables of the same names as Fluid's controllers do; the defaults are those of Fluid's Helm chart.
"""

_PORTS = """\
Metrics ports (community only): on the node's network the controller takes free ones, workers first; `render` takes
14000 and then 14001 unless it is told others. On a network of their own Pods have the port that the option `metrics`
names, or 9567.
"""

_SCRIPTS = """\
## Values in scripts

Fluid writes options, names and paths into a shell script and quotes only those with one of ``$ ` & ; > | ( )``.
Refused here: control characters such as newlines, `<`, `#` at the beginning of a word, and quotes that turn parts of
other values into commands. Other quotes, spaces, backslashes and wildcards are written as Fluid writes them, with a
warning: what the program gets is not the value.
"""

_VARIABLES = (
    (environment.CE_IMAGE, "community_image", "image of the community edition"),
    (environment.EE_IMAGE, "enterprise_image", "image of the enterprise edition"),
    (environment.MOUNT_ROOT, "mount_root", "folder of the node below which FUSE mounts"),
    (environment.CRITICAL_FUSE_POD, "critical_fuse_pod", "FUSE Pods have the priority class system-node-critical"),
    (environment.IMAGE_PULL_SECRETS, "image_pull_secrets", "names joined by commas"),
)

_USES = {
    "metaurl": "community: the volume's source `${METAURL}`",
    "access-key": "format: `--access-key=`, auth: `--accesskey=`",
    "secret-key": "format: `--secret-key=`, auth: `--secretkey=`",
    "token": "auth: `--token=`",
}


def juicefs_page() -> str:
    """The whole page, as Markdown."""
    secrets = [(f"`{option}`", f"`{variable}`", _USES[option]) for option, variable in VARIABLES.items()]
    parts = (
        _HEAD,
        "## Fields with an effect\n",
        _table(("kind", "field", "effect"), ((it.kind, _code(it.path), it.effect) for it in EFFECTS)),
        "## Fields that are accepted and ignored\n\nEach is a warning of `render`.\n",
        _table(("kind", "field", "instead"), ((it.kind, _code(it.path), it.instead) for it in JUICEFS)),
        _EDITION,
        _MOUNT,
        _table(("of", "edition", "options", "from", "how"), map(_step, STEPS)),
        _PREPARE,
        _SECRETS,
        _table(("encrypt option", "variable", "used in"), secrets).rstrip("\n") + "\n" + _OTHER_SECRETS,
        _ENVIRONMENT,
        _table(("variable", "default", "meaning"), _variables()),
        _PORTS,
        _SCRIPTS,
    )
    return "\n".join(parts)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _code(path: str) -> str:
    return path if path.startswith("annotation") else f"`{path}`"


def _step(step: Step) -> tuple[str, ...]:
    parts = "FUSE, workers" if len(step.parts) == len(Part) else "FUSE" if Part.FUSE in step.parts else "workers"
    editions = "" if len(step.editions) == len(Edition) else ", ".join(it.value for it in step.editions)
    return parts, editions, step.options, step.source, "" if step.way is Way.OVERRIDE else step.way.value


def _variables() -> Iterable[tuple[str, ...]]:
    defaults = environment.Environment()
    for variable, field, meaning in _VARIABLES:
        value = getattr(defaults, field)
        text = "" if value == () else f"`{str(value).lower() if isinstance(value, bool) else value}`"
        yield f"`{variable}`", text, meaning

"""The rules that a Dataset for JuiceFS must keep."""

from __future__ import annotations

from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.juicefs import problems, rules_about
from kubectl_fluid.validation.rules.rule import Rule

_DATASET = ("Dataset",)
_BOTH = ("Dataset", "JuiceFSRuntime")
#: A reference to another Dataset is none for JuiceFS, whatever else it mounts.
_JUICEFS = (
    "(object.spec.mounts.exists(m, m.mountPoint.startsWith('juicefs:')) && "
    "!object.spec.mounts.exists(m, m.mountPoint.matches('^dataset://[^/]*/')))"
)
_HAS_MOUNT = "!has(object.spec) || !has(object.spec.mounts) || object.spec.mounts.size() == 0"


def _of_mount(expression: str) -> str:
    """A CEL expression about the first mount of a Dataset for JuiceFS; true for all others."""
    return f"{_HAS_MOUNT} || !{_JUICEFS} || {expression}"


_rule = rules_about("Dataset")
_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

RULES = (
    _rule(
        "FL0201",
        _ERROR,
        "A Dataset for JuiceFS has no mount",
        "Fluid's controller panics on it and restarts, again and again.",
        "add spec.mounts[0] with mountPoint juicefs:///",
        "do not assign mount point",
        reason="FieldValueRequired",
    ),
    _rule(
        "FL0202",
        _ERROR,
        "A mountPoint is not one of JuiceFS",
        "The first mount of a JuiceFSRuntime's Dataset must contain `juicefs://` exactly once; nothing is installed.",
        "write juicefs:/// or juicefs:///folder",
        "MountPoint error, can not parse jfs path",
        _of_mount("object.spec.mounts[0].mountPoint.split('juicefs://').size() == 2"),
    ),
    _rule(
        "FL0203",
        _ERROR,
        "A quota cannot be read or is below 1Gi",
        "The quota of the folder is set in whole GiB; nothing is installed.",
        "write e.g. 10Gi; parts of a GiB are cut off",
        "invalid quota X: quota X is too small, at least 1GiB for quota",
        _of_mount(
            "!has(object.spec.mounts[0].options) || !('quota' in object.spec.mounts[0].options) || "
            "(isQuantity(object.spec.mounts[0].options['quota']) && "
            "quantity(object.spec.mounts[0].options['quota']).compareTo(quantity('1Gi')) >= 0)"
        ),
    ),
    _rule(
        "FL0204",
        _ERROR,
        "A quota without a folder",
        "A quota belongs to a folder of the volume, and the mount point names none; nothing is installed.",
        "write juicefs:///folder as mountPoint",
        "subPath must be set when quota is enabled",
        _of_mount(
            "!has(object.spec.mounts[0].options) || !('quota' in object.spec.mounts[0].options) || "
            "!(object.spec.mounts[0].mountPoint in ['juicefs://', 'juicefs:///']) || "
            "!isQuantity(object.spec.mounts[0].options['quota'])"
        ),
    ),
    _rule(
        "FL0205",
        _ERROR,
        "The name of an encrypt option cannot name a variable",
        "Its value comes into the containers as a variable of that name, with - as _; nothing is installed.",
        "rename the encrypt option: letters, digits, - and _, no digit first",
        "<name> is not a valid Linux environment variable name",
        _of_mount(
            "((!has(object.spec.mounts[0].encryptOptions) || object.spec.mounts[0].encryptOptions.all(o, "
            "o.name.matches('^[a-zA-Z_-][a-zA-Z0-9_-]*$'))) && (!has(object.spec.sharedEncryptOptions) || "
            "object.spec.sharedEncryptOptions.all(o, o.name.matches('^[a-zA-Z_-][a-zA-Z0-9_-]*$'))))"
        ),
    ),
    Rule(
        "FL0206",
        _ERROR,
        "A value would become part of a shell script",
        "Fluid writes names, paths and options into the scripts that mount the volume, and quotes only some "
        "characters: a newline, `<` or `#` changes what the script does.",
        "leave these characters out",
        _BOTH,
        problems,
        together=True,
    ),
    _rule(
        "FL0207",
        _ERROR,
        "metaurl stands only among the shared options",
        "The edition is told by the mount's own encryptOptions: Fluid takes this for the enterprise edition and mounts "
        "`${METAURL}` without authentication.",
        "move it to mounts[0].encryptOptions",
        cel=_of_mount(
            "!has(object.spec.sharedEncryptOptions) || !object.spec.sharedEncryptOptions.exists(o, o.name == "
            "'metaurl') || (has(object.spec.mounts[0].encryptOptions) && object.spec.mounts[0].encryptOptions.exists("
            "o, o.name == 'metaurl'))"
        ),
    ),
    _rule(
        "FL0208",
        _WARNING,
        "Both metaurl and token are given",
        "metaurl makes it the community edition, which knows no token.",
        "keep metaurl (community) or token (cloud)",
        cel=_of_mount(
            "!has(object.spec.mounts[0].encryptOptions) || !(object.spec.mounts[0].encryptOptions.exists(o, o.name == "
            "'metaurl') && object.spec.mounts[0].encryptOptions.exists(o, o.name == 'token'))"
        ),
    ),
    _rule(
        "FL0209",
        _WARNING,
        "Neither metaurl nor token is given",
        "The volume is mounted without authentication, which works only where the image holds a configuration.",
        "add encryptOptions metaurl (community) or token (cloud)",
        reason="FieldValueRequired",
    ),
    _rule(
        "FL0210",
        _ERROR,
        "An encrypt option names no Secret, or no key of it",
        "The schema takes it, but Fluid leaves the variable out or writes an empty reference.",
        "set valueFrom.secretKeyRef.name and .key",
        cel=_of_mount(
            "!has(object.spec.mounts[0].encryptOptions) || object.spec.mounts[0].encryptOptions.all(o, o.name == "
            "'quota' || (has(o.valueFrom) && has(o.valueFrom.secretKeyRef) && o.valueFrom.secretKeyRef.name != '' && "
            "has(o.valueFrom.secretKeyRef.key) && o.valueFrom.secretKeyRef.key != ''))"
        ),
        reason="FieldValueRequired",
    ),
    _rule(
        "FL0211",
        _WARNING,
        "A variable is set more than once",
        "An encrypt option of one name in the mount and among the shared ones gives the same variable twice; the last "
        "one wins.",
        "give each encrypt option once",
        reason="FieldValueDuplicate",
    ),
    _rule(
        "FL0212",
        _ERROR,
        "The volume has no name",
        "mounts[0].name is the name of the JuiceFS volume in the format, auth and mount commands, which fail "
        "without it.",
        "set mounts[0].name",
        cel=_of_mount("(has(object.spec.mounts[0].name) && object.spec.mounts[0].name != '')"),
        reason="FieldValueRequired",
    ),
    _rule(
        "FL0213",
        _WARNING,
        "mountPoint juicefs:// has no path",
        "The mount gets an option `subdir` without a value.",
        "write juicefs:/// for the whole volume",
        cel=_of_mount("object.spec.mounts[0].mountPoint != 'juicefs://'"),
    ),
    _rule(
        "FL0214",
        _WARNING,
        "The folder in a mountPoint does not begin with /",
        "What follows `juicefs://` is taken as the folder, as it is.",
        "write juicefs:///folder, with three slashes",
        cel=_of_mount(
            "!object.spec.mounts[0].mountPoint.startsWith('juicefs://') || object.spec.mounts[0].mountPoint == "
            "'juicefs://' || object.spec.mounts[0].mountPoint.startsWith('juicefs:///')"
        ),
    ),
    _rule(
        "FL0215",
        _INFO,
        "storage or bucket is missing",
        "`juicefs format` gets --no-update and will not make a new volume: it has to be there already.",
        "set both in mounts[0].options, or format the volume beforehand",
    ),
    _rule(
        "FL0216",
        _WARNING,
        "A quota among the shared options",
        "Only the mount's own quota is looked at.",
        "move it to mounts[0].options",
        cel=_of_mount(
            "!has(object.spec.sharedOptions) || !('quota' in object.spec.sharedOptions) || (has("
            "object.spec.mounts[0].options) && 'quota' in object.spec.mounts[0].options)"
        ),
    ),
    Rule(
        "FL0217",
        _WARNING,
        "A value with spaces, quotes or wildcards",
        "It is written into a shell script unquoted: the program gets something else.",
        "use no spaces, quotes, backslashes or wildcards",
        _BOTH,
        problems,
        together=True,
    ),
)

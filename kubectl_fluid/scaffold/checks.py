"""Checks of single values; each returns the value or raises ScaffoldError with a sentence and a cure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kubectl_fluid.manifests import quantity

#: Everything that a shell, a list joined by commas or colons, or a reader could take for something else.
_NOT_PLAIN = re.compile(r"[\s$`&;|()<>'\"\\*?\[\]{}#!~^,]")
_DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?", re.ASCII)
_DNS_1123 = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", re.ASCII)
_DNS_1123_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", re.ASCII)
_OPTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*", re.ASCII)
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*", re.ASCII)

#: Fluid installs a Helm release of this name; Helm takes 53 characters.
MAX_RELEASE: Final = 53
#: That release is called `<name>-loader`.
MAX_DATALOAD: Final = MAX_RELEASE - len("-loader")
MAX_LABEL: Final = 63
MAX_SUBDOMAIN: Final = 253

Check = Callable[[str], str]


class ScaffoldError(ValueError):
    """A value cannot be used; `hint` says what can."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def _name(pattern: re.Pattern[str], limit: int, begins: str) -> Check:
    def check(text: str) -> str:
        if len(text) > limit:
            raise ScaffoldError(f"{len(text)} characters are too many", f"use {limit} at most")
        if not pattern.fullmatch(text):
            raise ScaffoldError(
                f"{text!r} is not a name that Kubernetes takes",
                f"use lower-case letters, digits and -, with {begins} first and no - at the end",
            )
        return text

    return check


#: Name of a Dataset and its runtime.
dataset_name = _name(_DNS_1035, MAX_RELEASE, "a letter")
dataload_name = _name(_DNS_1035, MAX_DATALOAD, "a letter")
job_name = _name(_DNS_1123, MAX_LABEL, "a letter or digit")
namespace = _name(_DNS_1123, MAX_LABEL, "a letter or digit")
secret_name = _name(_DNS_1123_SUBDOMAIN, MAX_SUBDOMAIN, "a letter or digit")


def plain(text: str) -> str:
    """A word that a shell takes as it is."""
    if not text:
        raise ScaffoldError("it is empty")
    bad = next((it for it in text if not it.isprintable() or _NOT_PLAIN.match(it)), None)
    if bad is not None:
        raise ScaffoldError(
            f"{text!r} holds {bad!r}", "Fluid writes it into a shell script without quotes: use plain words"
        )
    return text


def volume_name(text: str) -> str:
    """The name of a JuiceFS volume: a plain word that `juicefs` does not take for an option."""
    if plain(text).startswith("-"):
        raise ScaffoldError(f"{text!r} begins with -", "juicefs would take it for an option: use another name")
    return text


def absolute(path: str) -> str:
    """An absolute path of plain words, without colons: several paths are joined by those."""
    if not plain(path).startswith("/"):
        raise ScaffoldError(f"{path!r} is not an absolute path", "begin it with /")
    return _without_colons(path)


def mount_path(path: str) -> str:
    """Where something is mounted in a container: no shell reads it, so that blanks and the like are fine."""
    if not path.isprintable():
        raise ScaffoldError(f"{path!r} holds what cannot be printed", "use letters that can be seen")
    if not path.startswith("/"):
        raise ScaffoldError(f"{path!r} is not an absolute path", "begin it with /")
    return _without_colons(path)


def _without_colons(path: str) -> str:
    if ":" in path:
        raise ScaffoldError(f"{path!r} holds ':'", "paths are joined by colons, so none may hold one")
    if ".." in path.split("/"):
        raise ScaffoldError(f"{path!r} leads upwards", "leave .. out")
    return path


def size(text: str) -> str:
    """A quantity above nothing."""
    try:
        parsed = quantity.parse(plain(text))
    except quantity.QuantityError as error:
        raise ScaffoldError(f"{text!r}: {error}", "write it as 40Gi or 500Mi") from error
    if parsed.nano <= 0:
        raise ScaffoldError(f"{text!r} is not more than nothing", "write it as 40Gi or 500Mi")
    return text


def option_key(text: str) -> str:
    """The name of an option, without the dashes."""
    if not _OPTION.fullmatch(text):
        raise ScaffoldError(f"{text!r} is not the name of an option", "write KEY=VALUE, e.g. threads=50")
    return text


def mebibytes(text: str) -> str:
    """A number of MiB as JuiceFS takes it."""
    if not (text.isascii() and text.isdigit()):
        raise ScaffoldError(f"{text!r} is not a number of MiB", "write 0 for no cache, or e.g. 102400 for 100 GiB")
    return text


def argument(text: str) -> str:
    """A word of a command: anything that is text."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ScaffoldError(f"{text!r} is not UTF-8", "a manifest is text in UTF-8")
    return text


def image(text: str) -> str:
    """An image reference, looked at from afar: the container runtime knows better."""
    if not _IMAGE.fullmatch(text):
        raise ScaffoldError(f"{text!r} is not an image", "write it as debian:stable or registry/repository:tag")
    return text

"""Kubernetes' rules for names: each says what is wrong with a text, None when it is right.

apimachinery v0.37, pkg/util/validation/validation.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Rule = Callable[[str], "str | None"]

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", re.ASCII)
_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?", re.ASCII)
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", re.ASCII)
_QUALIFIED = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]", re.ASCII)
_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]+", re.ASCII)
_PORT = re.compile(r"[-a-z0-9]+", re.ASCII)
_ENV = re.compile(r"[ -<>-~]+", re.ASCII)
_PLAIN_ENV = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*", re.ASCII)

LABEL_LENGTH, SUBDOMAIN_LENGTH, PORT_LENGTH = 63, 253, 15

_LABEL_SENTENCE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
_SUBDOMAIN_SENTENCE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)
_QUALIFIED_SENTENCE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)


def dns_label(text: str) -> str | None:
    """A label of a host name: names of containers, volumes, namespaces."""
    return _bounded(text, LABEL_LENGTH) or (None if _LABEL.fullmatch(text) else _LABEL_SENTENCE)


def dns_1035_label(text: str) -> str | None:
    """A label that starts with a letter: names of Services before Kubernetes 1.36."""
    sentence = (
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with a letter, "
        "and end with an alphanumeric character"
    )
    return _bounded(text, LABEL_LENGTH) or (None if _LABEL_1035.fullmatch(text) else sentence)


def dns_subdomain(text: str) -> str | None:
    """Names of most objects."""
    return _bounded(text, SUBDOMAIN_LENGTH) or (None if _SUBDOMAIN.fullmatch(text) else _SUBDOMAIN_SENTENCE)


def path_segment(text: str) -> str | None:
    """Names of RBAC's objects: what can stand in a URL."""
    if text in (".", ".."):
        return f"may not be '{text}'"
    return next((f"may not contain '{char}'" for char in "/%" if char in text), None)


def qualified_name(text: str) -> str | None:
    """A label's key: `name` or `prefix/name`."""
    prefix, slash, name = text.rpartition("/")
    if slash:
        if not prefix:
            return "prefix part must be non-empty"
        wrong = dns_subdomain(prefix)
        if wrong or "/" in prefix:
            return f"prefix part {wrong or 'must not hold a slash'}"
    if not name:
        return "name part must be non-empty"
    too_long = _bounded(name, LABEL_LENGTH)
    return f"name part {too_long or _QUALIFIED_SENTENCE}" if too_long or not _QUALIFIED.fullmatch(name) else None


def label_value(text: str) -> str | None:
    """A label's value, which may be empty."""
    if not text:
        return None
    sentence = f"a valid label must be an empty string or {_QUALIFIED_SENTENCE.removeprefix('must ')}"
    return _bounded(text, LABEL_LENGTH) or (None if _QUALIFIED.fullmatch(text) else sentence)


def config_key(text: str) -> str | None:
    """A key of a ConfigMap or Secret."""
    if not _CONFIG_KEY.fullmatch(text):
        return _bounded(text, SUBDOMAIN_LENGTH) or (
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
        )
    if text.startswith(".."):
        return "must not be '..'" if text == ".." else "must not start with '..'"
    return _bounded(text, SUBDOMAIN_LENGTH) or ("must not be '.'" if text == "." else None)


def plain_env_name(text: str) -> str | None:
    """The name of an environment variable before Kubernetes 1.32."""
    if not _PLAIN_ENV.fullmatch(text):
        return "must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit"
    return f"must not be or start with '{text[:2]}'" if text == "." or text.startswith("..") else None


def env_name(text: str) -> str | None:
    """The name of an environment variable."""
    if not text:
        return "environment variable name must consist only of printable ASCII characters other than '='"
    return None if _ENV.fullmatch(text) else "must consist only of printable ASCII characters other than '='"


def port_name(text: str) -> str | None:
    """A port's name (IANA_SVC_NAME)."""
    if len(text) > PORT_LENGTH:
        return f"must be no more than {PORT_LENGTH} characters"
    if not _PORT.fullmatch(text):
        return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
    if not re.search("[a-z]", text):
        return "must contain at least one letter (a-z)"
    if "--" in text:
        return "must not contain consecutive hyphens"
    return "must not begin or end with a hyphen" if text.startswith("-") or text.endswith("-") else None


def prefix_of(rule: Rule) -> Rule:
    """The rule for `generateName`, which something is added to."""
    return lambda text: rule(text[:-2] + "a" if len(text) > 1 and text.endswith("-") else text)


def _bounded(text: str, limit: int) -> str | None:
    return f"must be no more than {limit} characters" if len(text.encode()) > limit else None

"""What a kubeconfig chooses: which server, as whom, in which namespace. Credentials are left to `kubernetes`.

That package's own errors quote the entry that they are about, token and all, and it takes the last file's current
context where kubectl takes the first one's. So what it is given was looked at here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]

#: Keys of a kubeconfig that name a file, and the key that makes that file unnecessary.
_CLUSTER_FILES = {"certificate-authority": "certificate-authority-data"}
_USER_FILES = {"client-certificate": "client-certificate-data", "client-key": "client-key-data", "tokenFile": "token"}
_VIEW = "see `kubectl config view` and `kubectl config get-contexts`"


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen context. `files` are those that exist, in order; `user` is its entry, credentials included."""

    files: tuple[str, ...]
    context: str
    namespace: str
    server: str
    proxy: str
    user: Object


def locations(kubeconfig: str | None, variables: Mapping[str, str]) -> list[str]:
    """The files that kubectl would read: the one of `--kubeconfig`, else KUBECONFIG's, else ~/.kube/config."""
    if kubeconfig is not None:
        return [kubeconfig]
    named = [path for path in variables.get("KUBECONFIG", "").split(os.pathsep) if path]
    home = variables.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - paths are text here, joined by colons
    return named or [f"{home}/.kube/config"]


def choose(kubeconfig: str | None, context: str | None, variables: Mapping[str, str]) -> Choice | None:
    """What kubectl would choose; None where nothing is configured. Raises ClusterError for what cannot be used."""
    read = {}
    for path in locations(kubeconfig, variables):
        value = _read(path, must_exist=kubeconfig is not None)
        if value is not None:
            read[path] = value
    names = (value.get("current-context") for value in read.values())
    context = context or next((name for name in names if isinstance(name, str) and name), None)
    if context is None and kubeconfig is not None:
        raise ClusterError(f"kubeconfig {kubeconfig}", "it has no current context", "name one with --context")
    if context is None:
        return None
    _, chosen = _entry(read, "context", context, _shown(kubeconfig, read))
    where = f"context {context}"
    home, cluster = _entry(read, "cluster", chosen.get("cluster"), where)
    server = cluster.get("server")
    if not isinstance(server, str) or not _is_url(server):
        raise ClusterError(where, "its cluster names no server as https://host:port", _VIEW)
    _check_files(home, cluster, _CLUSTER_FILES)
    user: Object = {}
    if chosen.get("user"):
        home, user = _entry(read, "user", chosen.get("user"), where)
        _check_files(home, user, _USER_FILES)
    namespace = chosen.get("namespace")
    return Choice(
        files=tuple(path for path, value in read.items() if value),
        context=context,
        namespace=namespace if isinstance(namespace, str) and namespace else "default",
        server=server,
        proxy=str(cluster.get("proxy-url") or ""),
        user=user,
    )


def _is_url(server: str) -> bool:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(server)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _shown(kubeconfig: str | None, read: Iterable[str]) -> str:
    return f"kubeconfig {kubeconfig or ', '.join(read) or '(there is none)'}"


def _read(path: str, *, must_exist: bool) -> Object | None:
    import yaml  # late: what works on files alone comes by here too

    what = f"kubeconfig {path}"
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - paths are text here
            value = yaml.safe_load(file)
    except FileNotFoundError:
        if must_exist:
            raise ClusterError(what, "there is no such file") from None
        return None
    except OSError as error:
        raise ClusterError(what, (error.strerror or type(error).__name__).lower()) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # its words would quote the line, a token maybe
        mark = getattr(error, "problem_mark", None)
        raise ClusterError(what, "it is not YAML" + (f" (line {mark.line + 1})" if mark else "")) from None
    if value is not None and not isinstance(value, dict):
        raise ClusterError(what, "it is not a mapping", _VIEW)
    return value or {}


def _entry(read: Mapping[str, Object], kind: str, name: Any, where: str) -> tuple[str, Object]:
    """The first entry of that name, and the file that it stands in."""
    for path, value in read.items():
        for entry in items(value.get(f"{kind}s")):
            if name and entry.get("name") == name:
                found = entry.get(kind)
                if not isinstance(found, dict):
                    raise ClusterError(f"kubeconfig {path}", f"its {kind} {name!r} is not a mapping", _VIEW)
                return path, found
    raise ClusterError(where, f"there is no {kind} {name!r}" if isinstance(name, str) else f"it names no {kind}", _VIEW)


def _check_files(home: str, entry: Object, keys: Mapping[str, str]) -> None:
    for key, instead in keys.items():
        path = entry.get(key)
        if path is None or entry.get(instead):
            continue
        if not isinstance(path, str):
            raise ClusterError(f"kubeconfig {home}", f"its {key} is not the name of a file", _VIEW)
        full = os.path.join(os.path.dirname(os.path.abspath(home)), path)  # noqa: PTH100, PTH118, PTH120 - as above
        if not os.path.isfile(full):  # noqa: PTH113 - as above
            raise ClusterError(f"kubeconfig {home}", f"its {key} {full} does not exist", _VIEW)


def impersonation(user: Object, as_user: str | None, as_groups: Iterable[str]) -> list[tuple[str, str]]:
    """The headers of `--as` and `--as-group`, or of the kubeconfig's user entry where those are not given."""
    extra = mapping(user.get("as-user-extra"))
    wishes = [
        ("Impersonate-User", [as_user or user.get("as")]),
        ("Impersonate-Group", list(as_groups) or _texts(user.get("as-groups"))),
        ("Impersonate-Uid", [user.get("as-uid")]),
        *((f"Impersonate-Extra-{_escaped(key)}", _texts(values)) for key, values in extra.items()),
    ]
    headers = [(name, value) for name, values in wishes for value in values if isinstance(value, str) and value]
    if headers and headers[0][0] != "Impersonate-User":
        raise ClusterError("impersonation", "a group or uid is given but no user", "name one with --as")
    if not all(value.isprintable() for _, value in headers):
        raise ClusterError("impersonation", "a name has control characters in it")
    return [(name, value.encode().decode("latin-1")) for name, value in headers]  # UTF-8 on the wire, as kubectl


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _escaped(key: Any) -> str:
    from urllib.parse import quote

    return quote(str(key), safe="")

"""Names of sidecars and their volumes, which never collide and are valid DNS labels of at most 63 characters.

Profile `fluid` numbers them in Fluid's order; profile `default` names them after the claim, so that the result does
not depend on the order in which datasets are taken.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

LIMIT = 63
PREFIX = "fluid-fuse"
INIT_PREFIX = "init-fluid-fuse"
_HASH = 8


def fit(name: str) -> str:
    """The name itself, or where it is too long its beginning and eight digits of its SHA-256."""
    if len(name) <= LIMIT:
        return name
    import hashlib  # 2 ms, for OpenSSL

    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
    return f"{name[: LIMIT - _HASH - 1].rstrip('-')}-{digest}"


def free(name: str, taken: Container[str]) -> str:
    """The name, made to fit; with `-2`, `-3`, … where it is taken."""
    candidate, number = fit(name), 1
    while candidate in taken:
        number += 1
        candidate = fit(f"{name}-{number}")
    return candidate


def _label(text: str) -> str:
    """A claim's name as part of a DNS label: claims may hold dots, container names may not."""
    return text.replace(".", "-")


def by_claim(prefix: str, claim: str, taken: Container[str]) -> str:
    """Profile `default`: `<prefix>-<claim>`."""
    return free(f"{prefix}-{_label(claim)}", taken)


def fluid_volume(name: str, suffix: str, taken: Container[str]) -> str:
    """Profile `fluid`: `<name><suffix>`, and on a clash `fluid-` in place of the first six characters.

    That is what Fluid does (a826600a, pkg/utils/random.go ReplacePrefix), except where its answer would be an
    invalid name or a panic (names of five or six characters): there, and where the second name is taken as well and
    Fluid draws a random one, the name is numbered.
    """
    candidate = fit(name + suffix)
    if candidate not in taken:
        return candidate
    rest = candidate[len("fluid-") :]
    renamed = f"fluid-{rest}"
    if rest and not rest.endswith("-") and renamed not in taken:
        return renamed
    return free(f"fluid-{candidate}", taken)


def next_index(names: Iterable[str], start: int) -> int:
    """The first number from `start` on with which none of the sidecar's names is taken."""
    taken = set(names)
    while f"{PREFIX}-{start}" in taken or f"{INIT_PREFIX}-{start}" in taken:
        start += 1
    return start

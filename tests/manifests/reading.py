"""Short ways from a text to what the room makes of it."""

from __future__ import annotations

import io
from typing import Any

from kubectl_fluid.manifests import stream
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.stream import RawDocument

SOURCE = "x.yaml"


def split(data: str | bytes) -> list[RawDocument]:
    """The documents of a stream."""
    return list(stream.split(io.BytesIO(data.encode() if isinstance(data, str) else data), SOURCE))


def document(text: str) -> Document:
    """The last document of a text (those before it are comments)."""
    return parse(split(text)[-1])


def value(text: str) -> Any:
    """The value of a text of one document."""
    return document(text).value


def error(data: str | bytes) -> ManifestError:
    """The error that a stream meets somewhere."""
    try:
        for raw in split(data):
            parse(raw)
    except ManifestError as found:
        return found
    raise AssertionError(f"{data!r} was taken")

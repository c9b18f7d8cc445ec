"""PyYAML's parser events: from libyaml where PyYAML was built with it, else from PyYAML itself, far slower."""

from __future__ import annotations

from typing import Any

try:
    from yaml._yaml import CParser as _CParser
except ImportError:  # PyYAML without libyaml
    LIBYAML: type | None = None
else:
    LIBYAML = _CParser


def event_parser(text: str) -> Any:
    """A parser of either kind; both give the same events, and their positions count characters."""
    if LIBYAML is not None:
        return LIBYAML(text)
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class PureParser(Reader, Scanner, Parser):
        def __init__(self, stream: str) -> None:
            Reader.__init__(self, stream)
            Scanner.__init__(self)
            Parser.__init__(self)

    return PureParser(text)

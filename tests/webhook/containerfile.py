"""A Containerfile, as far as tests have to read ours: stages of instructions. No engine is needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from string import Template


@dataclass
class Stage:
    """What is between two FROM. `steps` are instructions with their arguments, variables of ARG and ENV put in."""

    base: str
    name: str
    variables: dict[str, str]
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        """The arguments of each instruction of this kind."""
        return [text for word, text in self.steps if word == instruction]

    def only(self, instruction: str) -> str:
        """The arguments of the one instruction of this kind."""
        (text,) = self.all(instruction)
        return text

    def command(self, instruction: str) -> list[str]:
        """ENTRYPOINT or CMD in the form of a list: no shell reads it."""
        words = json.loads(self.only(instruction))
        assert isinstance(words, list)
        return [str(it) for it in words]

    @property
    def copied(self) -> list[str]:
        """What COPY takes from the tree."""
        return [it for text in self.all("COPY") if not text.startswith("--from") for it in text.split()[:-1]]


def parse(text: str) -> list[Stage]:
    """The stages. Raises KeyError for a variable that nothing has set, ValueError for what is no instruction."""
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for word, rest in _instructions(text):
        if word == "FROM":
            base, _, name = Template(rest).substitute(arguments).partition(" AS ")
            stages.append(Stage(base, name, {"PATH": "/usr/local/bin:/usr/bin:/bin"}))
        elif not stages:
            if word != "ARG":
                raise ValueError(f"{word} stands before the first FROM")
            name, _, value = rest.partition("=")
            arguments[name] = value
        else:
            stage = stages[-1]
            put_in = rest if word == "RUN" else Template(rest).substitute(stage.variables)
            if word == "ENV":
                stage.variables |= dict(it.split("=", 1) for it in put_in.split())
            stage.steps.append((word, put_in))
    return stages


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        found = re.fullmatch(r"([A-Z]+) (.+)", line)
        if found is None:
            raise ValueError(f"no instruction: {line}")
        yield found[1], found[2]

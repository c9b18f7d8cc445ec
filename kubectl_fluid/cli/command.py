"""Commands as this program has them: help goes through the Environment, verbs are imported when they are used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from kubectl_fluid.cli.environment import Environment

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Verb(NamedTuple):
    """Where a verb's command stands, its section in `--help` ("": it is hidden), and its line there.

    The attribute in the module is named after the verb unless said otherwise. The line stands here so that `--help`
    need not import all verbs; a test compares it with the verb's own.
    """

    module: str
    section: str
    summary: str
    attribute: str = ""


class HelpfulCommand(click.Command):
    """A command whose `--help` is written to the Environment's stdout, with `-h` for short.

    `examples` are shown below the options as kubectl shows them: a `# Comment` line, then commands without `$`.
    """

    def __init__(self, *args: Any, examples: str = "", **kwargs: Any) -> None:
        kwargs |= {"add_help_option": False, "options_metavar": "[flags]"}
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.params.append(_help_option())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it; a mistake that it finds before it looks at values gets its context, too."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        super().format_epilog(ctx, formatter)
        _write_examples(self.examples, formatter)


class VerbGroup(click.Group):
    """The root command, or a verb with verbs of its own: knows them from a table. `examples` are as for a command."""

    def __init__(self, *args: Any, verbs: Mapping[str, Verb], examples: str = "", **kwargs: Any) -> None:
        kwargs |= {"add_help_option": False, "options_metavar": "[flags]", "subcommand_metavar": "COMMAND [flags]"}
        super().__init__(*args, **kwargs)
        self.verbs = verbs
        self.examples = examples
        self.params.append(_help_option())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without any argument, help is what was asked for (as of kubectl)."""
        return super().parse_args(ctx, args or ["--help"])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order of the table, without hidden ones."""
        return [name for name, verb in self.verbs.items() if verb.section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one verb."""
        verb = self.verbs.get(cmd_name)
        if verb is None:
            return None
        command = getattr(importlib.import_module(verb.module), verb.attribute or cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is not a command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb and the rest of the arguments. An unknown verb is met with the most similar ones."""
        if args[0] not in self.verbs and not args[0].startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches

            similar = get_close_matches(args[0], self.list_commands(ctx))
            raise click.UsageError(
                f"no such command {args[0]!r}" + (f", did you mean {' or '.join(similar)}?" if similar else ""), ctx
            )
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Verbs and options that begin so, without importing the verbs."""
        from click.shell_completion import CompletionItem

        verbs = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        items = [CompletionItem(name, help=self.verbs[name].summary) for name in verbs]
        return items + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs, section by section, without importing them."""
        shown = {name: self.verbs[name] for name in self.list_commands(ctx)}
        for section in dict.fromkeys(verb.section for verb in shown.values()):
            with formatter.section(section):
                formatter.write_dl([(name, verb.summary) for name, verb in shown.items() if verb.section == section])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        super().format_epilog(ctx, formatter)
        _write_examples(self.examples, formatter)


def _write_examples(examples: str, formatter: click.HelpFormatter) -> None:
    """Examples with their lines as they are."""
    if examples:
        with formatter.section("Examples"):
            for line in examples.strip().splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{line}".rstrip() + "\n")


def _help_option() -> click.Option:
    return click.Option(
        ["-h", "--help"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        help="Show this text and exit",
        callback=_show_help,
    )


def _show_help(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        environment_of(ctx).stdout.write((ctx.get_help() + "\n").encode())
        ctx.exit()


def environment_of(ctx: click.Context) -> Environment:
    """The Environment that `main` handed to the root command."""
    environment = ctx.find_object(Environment)
    if environment is None:
        raise TypeError("a command of this program runs with an Environment")
    return environment

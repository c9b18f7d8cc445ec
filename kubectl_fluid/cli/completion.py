"""`kubectl fluid completion`, and the hidden verb that its scripts ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
from click.shell_completion import ShellComplete

from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.options import talk_options

#: kubectl asks a program of this name on the PATH what may follow `kubectl fluid …` (KEP-2379). pip installs one too
#: (setup.cfg): this one is for an installation whose own folder is not on the PATH.
_KUBECTL = """\
#!/bin/sh
# Completion of `kubectl fluid`. Put this file as kubectl_complete-fluid on your PATH and make it executable:
#   kubectl fluid completion kubectl > ~/.local/bin/kubectl_complete-fluid
#   chmod +x ~/.local/bin/kubectl_complete-fluid
exec kubectl-fluid __complete -- "$@"
"""
_BASH = """\
# Completion of `kubectl-fluid` in bash:  source <(kubectl-fluid completion bash)
_kubectl_fluid() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        [[ $line == :* ]] || COMPREPLY+=("${line%%$'\\t'*}")
    done < <(kubectl-fluid __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _kubectl_fluid kubectl-fluid
"""
_ZSH = """\
#compdef kubectl-fluid
# Completion of `kubectl-fluid` in zsh:  source <(kubectl-fluid completion zsh)
_kubectl_fluid() {
    local line
    local -a found
    while IFS= read -r line; do
        [[ $line == :* ]] || found+=("${line%%$'\\t'*}")
    done < <(kubectl-fluid __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    if (( $#found )); then compadd -- $found; else _files; fi
}
compdef _kubectl_fluid kubectl-fluid
"""
_FISH = """\
# Completion of `kubectl-fluid` in fish:  kubectl-fluid completion fish | source
function __kubectl_fluid
    set -l words (commandline -opc) (commandline -ct)
    kubectl-fluid __complete -- $words[2..] 2>/dev/null | string match -v ':*'
end
complete -c kubectl-fluid -a '(__kubectl_fluid)'
"""
_POWERSHELL = """\
# Completion of `kubectl-fluid` in PowerShell:  kubectl-fluid completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName kubectl-fluid -ScriptBlock {
    param($last, $line, $cursor)
    $words = @($line.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursor } | ForEach-Object { "$_" })
    $words = @($words | Select-Object -Skip 1)
    # Not an empty word: before 7.3 PowerShell does not hand it on.
    $empty = @(if ($last -eq '') { '--empty' })
    kubectl-fluid __complete @empty -- @words 2>$null | Where-Object { -not $_.StartsWith(':') } | ForEach-Object {
        $value, $help = $_.Split([char]9, 2)
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
    }
}
"""
SCRIPTS = {"kubectl": _KUBECTL, "bash": _BASH, "zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL}
#: The last line tells the shell whether names of files fit as well (cobra's directives).
FILES, NO_FILES = ":0", ":4"


EXAMPLES = """
# kubectl completes its plugins through a program on the PATH
kubectl fluid completion kubectl > ~/.local/bin/kubectl_complete-fluid
chmod +x ~/.local/bin/kubectl_complete-fluid
"""


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Print a script that completes this command line")
@click.argument("shell", type=click.Choice(list(SCRIPTS)))
@talk_options
@click.pass_context
def completion(ctx: click.Context, shell: str) -> ExitStatus:
    """Print a script that completes this command line.

    `kubectl` is for `kubectl fluid`, the others are for `kubectl-fluid` itself. Names of Datasets, Pods and Jobs come
    from the cluster, through kubectl, where it answers within 300 ms.
    """
    environment_of(ctx).stdout.write(SCRIPTS[shell].encode())
    return ExitStatus.OK


@click.command(cls=HelpfulCommand, hidden=True, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.option("--empty", is_flag=True, help="Another word begins")
@click.pass_context
def complete(ctx: click.Context, words: tuple[str, ...], *, empty: bool) -> ExitStatus:
    """Print what may stand in place of the last of the words, one a line, then a directive."""
    root: Any = ctx.find_root().command
    *before, last = (*words, "") if empty or not words else words
    found = ShellComplete(root, {"obj": ctx.obj}, "kubectl fluid", "").get_completions(list(before), last)
    lines = [f"{item.value}\t{item.help}" if item.help else item.value for item in found if item.type == "plain"]
    directive = FILES if any(item.type != "plain" for item in found) else NO_FILES
    environment_of(ctx).stdout.write("".join(f"{line}\n" for line in [*lines, directive]).encode())
    return ExitStatus.OK


def for_kubectl() -> int:
    """The program `kubectl_complete-fluid`."""
    from kubectl_fluid.cli.environment import Environment
    from kubectl_fluid.cli.main import main

    environment = Environment.of_process()
    return main(replace(environment, arguments=["__complete", "--", *environment.arguments]))

"""`orch-events completion`: the shells' completion scripts, and the answers to them.

On TAB a shell calls its script, and the script runs the program with `_ORCH_EVENTS_COMPLETE` and the words typed so far
in the environment. The scripts for zsh and fish are click's. That for bash shows descriptions, which bash itself has
not: as cobra's does, it appends them to the candidates while there are several.
"""

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)

from orch_events.cli import exit_status
from orch_events.cli.app import COMPLETION_VARIABLE, PROGRAM, App
from orch_events.cli.help.command import command

_BASH = r"""%(complete_func)s() {
    local line kind value wide=0 i
    local -a values=() helps=()
    COMPREPLY=()
    while IFS= read -r line; do
        kind=${line%%%%,*} line=${line#*,} value=${line%%%%$'\t'*}
        case $kind in
            file) compopt -o default; return ;;
            plain) values+=("$value") helps+=("${line#"$value"}") ;;
        esac
        ((${#value} > wide)) && wide=${#value}
    done <<< "$(env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" %(complete_var)s=bash_complete "$1" 2> /dev/null)"

    # Where a colon ends a word for bash, it replaces only what stands behind it.
    local before=${COMP_LINE:0:COMP_POINT}
    before=${before##* }
    [[ $before == *:* && $COMP_WORDBREAKS == *:* ]] && before=${before%%:*}: || before=

    for i in "${!values[@]}"; do
        value=${values[i]#"$before"}
        # What is shown beside a candidate must not be there when it is inserted: alone, or by menu-complete (37, 42).
        if [[ -n ${helps[i]} && ${#values[@]} -gt 1 && $COMP_TYPE != 37 && $COMP_TYPE != 42 ]]; then
            printf -v value '%%-*s  (%%s)' "$wide" "$value" "${helps[i]#$'\t'}"
            value=${value:0:${COLUMNS:-80}-1}
        fi
        COMPREPLY+=("$value")
    done
}

complete -o nosort -F %(complete_func)s %(prog_name)s 2> /dev/null || complete -F %(complete_func)s %(prog_name)s
"""


class _Bash(BashComplete):
    """Parses the whole line, since bash splits words at the colons of a URL, and passes descriptions on."""

    source_template = _BASH

    def source(self) -> str:
        return ShellComplete.source(self)

    def get_completion_args(self) -> tuple[list[str], str]:
        *words, last = split_arg_string(self.ctx_args["obj"].environ["COMP_WORDS"] + "|")  # the last word may be empty
        return words[1:], last[:-1]

    def format_completion(self, item: "CompletionItem[str]") -> str:
        text = "" if item.help is None else "\t" + " ".join(item.help.split())
        return f"{item.type},{item.value}{text}"


class _OneWord(ShellComplete):
    """For shells in which `--output=json` is one word: its candidates begin with `--output=` too."""

    def get_completions(self, args: list[str], incomplete: str) -> "list[CompletionItem[str]]":
        items = super().get_completions(args, incomplete)
        option, equals, _ = incomplete.partition("=")
        for item in items:
            if option.startswith("--") and equals and item.type == "plain":
                item.value = f"{option}={item.value}"
        return items


class _Zsh(_OneWord, ZshComplete):
    """Click's own, but descriptions may contain backslashes."""

    def format_completion(self, item: "CompletionItem[str]") -> str:
        item.help = item.help and item.help.replace("\\", r"\\")
        return super().format_completion(item)


class _Fish(_OneWord, FishComplete):
    """Click's own, but candidates and descriptions may contain commas, and their order is kept."""

    source_template = FishComplete.source_template.replace('split ","', 'split -m 1 ","').replace(
        "--no-files", "--keep-order --no-files"
    )


_SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


_HELP = """
    Print the completion script for bash, zsh or fish.

    \b
    orch-events completion bash            for bash's completions directory
    eval "$(orch-events completion zsh)"   in ~/.zshrc; for bash in ~/.bashrc
    orch-events completion fish | source   in ~/.config/fish/config.fish
"""


@command(help=_HELP)
@click.argument("shell", metavar="SHELL", type=click.Choice(tuple(_SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Run `orch-events completion`."""
    app: App = ctx.obj
    app.output.write_text(script(ctx.find_root().command, shell) + "\n")


def script(program: click.Command, shell: str) -> str:
    """Return the completion script for a shell; `completions/` holds the same."""
    return _SHELLS[shell](program, {}, PROGRAM, COMPLETION_VARIABLE).source().strip()


def complete(program: click.Command, app: App, instruction: str) -> int:
    """Answer a shell's instruction, such as `bash_complete`, and return the exit status; errors are not reported."""
    try:
        shell = _SHELLS[instruction.removesuffix("_complete")]
        app.output.write(shell(program, {"obj": app}, PROGRAM, COMPLETION_VARIABLE).complete().encode() + b"\n")
    except Exception:  # noqa: BLE001 - a message would appear in the middle of what is being typed
        return exit_status.BUG
    return 0

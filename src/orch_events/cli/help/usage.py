"""Usage errors: click's errors in our words, with suggestions in the hint."""

import re
from collections.abc import Iterable, Mapping, Sequence

import click

from orch_events.cli.help.formatter import examples
from orch_events.cli.options.option import WORDS, Option, sentence
from orch_events.cli.options.types import job
from orch_events.errors import UsageError

_NOT_LISTED = re.compile(r"'(?P<word>[^']+)' is not (?:one of|a known [a-z]+ type: use) (?P<listed>.+)")

_LEAST_LETTERS = 2
"""How many letters a prefix needs: one begins too many words."""

_LEAST_LIKENESS = 0.75
"""How much of two words must be the same: two letters that are swapped in a word of four are just a typo."""


_READ_ONLY = "orch-events only reads; "
_DONE_ELSEWHERE = {
    **dict.fromkeys(("login", "auth", "access"), "to log in, run: puppet access login"),
    **dict.fromkeys(("logout",), "to log out, run: puppet access delete-token-file"),
    **dict.fromkeys(("stop", "cancel", "abort", "kill"), f"{_READ_ONLY}to stop a job, run: puppet job stop JOB"),
    **dict.fromkeys(("run", "start", "create"), f"{_READ_ONLY}to start one, run: puppet job run, or puppet task run"),
}
"""Hints for commands of others that change something."""


def to_usage_error(error: click.ClickException) -> UsageError:
    """Turn one of click's errors into ours."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    if ctx is None:
        return UsageError(sentence(error.format_message()), "see: orch-events --help")
    match error:
        case click.NoSuchOption():
            return UsageError(f"{ctx.info_name} has no option {error.option_name!r}", _meant(ctx, error.option_name))
        case click.BadOptionUsage():
            return UsageError(_misused(ctx, error.option_name), see(ctx))
        case click.MissingParameter() | click.BadArgumentUsage():
            return UsageError(_missing(ctx), see(ctx))
        case click.BadParameter():
            message = _wrong_value(ctx, error)
            return UsageError(message, see(ctx, _offered(message)))
    return UsageError(sentence(error.format_message()), see(ctx))


def unknown_command(ctx: click.Context, word: str, rest: Sequence[str]) -> UsageError:
    """Return the error for an unknown command, with suggestions; `rest` is what was typed after it."""
    message, commands = f"there is no command {word!r}", _commands(ctx)
    if _is_job(word):
        return UsageError(message, f"the command comes first, as in: {ctx.info_name} follow {word}")
    if word in _DONE_ELSEWHERE:
        return UsageError(message, _DONE_ELSEWHERE[word])
    return UsageError(message, see(ctx, _meant_by(ctx, word, rest) or nearest(word, commands)))


def _meant_by(ctx: click.Context, word: str, rest: Sequence[str]) -> list[str]:
    """Return what a word means: the command behind it (`get jobs`), one that lists it, or an option (`version`)."""
    commands = _commands(ctx)
    meant = called(word, commands)
    if rest and (rest[0] in commands or rest[0] in meant):
        return [rest[0]]
    option = f"--{word}"
    if option in _options(ctx.command):
        return [option]
    having = [name for name, one in commands.items() if option in _options(one)]
    return meant or [f"{name} {option}" for name in having if len(having) == 1]


def too_many(ctx: click.Context, words: Sequence[str]) -> UsageError:
    """Return the error for arguments that a command does not take."""
    many = "s" * (len(words) > 1)
    message = f"unexpected argument{many} for {ctx.info_name}: {' '.join(map(repr, words))}"
    typed = [word for word in ctx.meta.get(WORDS, ()) if _is_job(word)]
    if _takes_job(ctx.command) and len(typed) > 1 and all(map(_is_job, words)):
        return UsageError(message, _for_several(ctx, typed))
    usage = " ".join([ctx.command_path, *ctx.command.collect_usage_pieces(ctx)])
    return UsageError(message, f"usage: {usage}")


def _for_several(ctx: click.Context, jobs: Sequence[str]) -> str:
    """Return the hint for several jobs that were given to a command that takes one."""
    program, first, second = ctx.find_root().info_name, jobs[0], jobs[1]
    if ctx.info_name == "list":
        return f"to show several jobs in one stream: {program} follow {' '.join(jobs)}"
    return f"to compare two jobs: {program} compare {first} {second}"


def see(ctx: click.Context, suggestions: Sequence[str] = ()) -> str:
    """Return the hint: suggestions, and the command that shows the help."""
    question = f"did you mean {' or '.join(suggestions)}? " if suggestions else ""
    return f"{question}see: {ctx.command_path} --help"


def called(word: str, named: Mapping[str, object]) -> list[str]:
    """Return the names of those that list `word` in `also`."""
    return [name for name, one in named.items() if word in getattr(one, "also", ())]


def nearest(word: str, names: Iterable[str]) -> list[str]:
    """Return the names that begin with `word`, else the most similar one, if there is one."""
    from difflib import get_close_matches

    names = list(names)
    longer = [name for name in names if name.startswith(word)] if len(word) >= _LEAST_LETTERS else []
    return longer or get_close_matches(word, names, n=1, cutoff=_LEAST_LIKENESS)


def _meant(ctx: click.Context, name: str) -> str:
    """Return the hint for an option that a command does not have."""
    if isinstance(ctx.command, click.Group):
        for command, one in _commands(ctx).items():
            if name in _options(one):
                return f"options come after the command, as in: {ctx.info_name} {command} {name}"
    word = name.lstrip("-")
    own = {long.removeprefix("--"): one for long, one in _options(ctx.command).items() if long.startswith("--")}
    renamed = [f"--{one}" for one in called(word, own)]
    if not renamed and _elsewhere(ctx, name) == ["follow"]:
        default = "JOB" if _takes_job(ctx.command) else "latest"
        job_typed = next(filter(_is_job, ctx.meta.get(WORDS, ())), default)
        return f"to watch live: {ctx.find_root().info_name} follow {job_typed}"
    return see(ctx, renamed or _elsewhere(ctx, name) or [f"--{one}" for one in nearest(word, own)])


def _elsewhere(ctx: click.Context, name: str) -> list[str]:
    """Return other commands for the same JOB that an option asks for, by their name or by what they list in `also`."""
    if not _takes_job(ctx.command) and ctx.info_name != "jobs":
        return []
    others = {other: one for other, one in _commands(ctx).items() if one is not ctx.command and _takes_job(one)}
    meant = called(name, others) or [other for other in others if name == f"--{other}"]
    return [f"{other} {name}" if name in _options(others[other]) else other for other in meant]


def _takes_job(command: click.Command) -> bool:
    return any(isinstance(one, click.Argument) and "JOB" in str(one.metavar) for one in command.params)


def _misused(ctx: click.Context, name: str) -> str:
    """Return the message for an option that takes no value and got one, or lacks its value."""
    option = _options(ctx.command).get(name)
    if not isinstance(option, Option) or option.is_flag:
        return f"{name} takes no value"
    return f"{name} needs a value, as in: {name} {option.metavar}"


def _missing(ctx: click.Context) -> str:
    arguments = [one for one in ctx.command.params if isinstance(one, click.Argument) and one.required]
    first, *others = (str(one.metavar).partition(" [")[0] for one in arguments)
    wanted = "two JOBs" if others or first == "JOB JOB" else f"a {first}"
    return f"{ctx.info_name} needs {wanted}, as in: {examples(ctx.command.help or '')[0][0]}"


def _wrong_value(ctx: click.Context, error: click.BadParameter) -> str:
    """Return what is wrong with a value, after the option that it is of."""
    option = error.param or _options(ctx.command).get(str(error.param_hint))
    if not isinstance(option, Option):
        return sentence(error.message)
    return f"{option.opts[-1]}: {option.what_is_wrong(error)}"


def _offered(message: str) -> list[str]:
    """Return what may be meant by a word that is none of those that a message lists."""
    found = _NOT_LISTED.search(message)
    if found is None:
        return []
    word, words = found["word"].lower(), found["listed"].split(", ")
    return [word] if word in words else nearest(word, words)


def _is_job(word: str) -> bool:
    try:
        job(word)
    except click.BadParameter:
        return False
    return True


def _commands(ctx: click.Context) -> Mapping[str, click.Command]:
    program = ctx.find_root().command
    return program.commands if isinstance(program, click.Group) else {}


def _options(command: click.Command) -> Mapping[str, click.Parameter]:
    """Return a command's options by each of their names."""
    return {name: one for one in command.params if isinstance(one, click.Option)
            for name in (*one.opts, *one.secondary_opts)}  # fmt: skip

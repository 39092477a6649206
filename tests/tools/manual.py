r"""The man page, written from the program's own definitions: commands, options in their groups, topics.

Text becomes roff in `_escaped` alone: there a backslash is one, a hyphen can be copied, and a quote is straight.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator

import click

from orch_events import __version__
from orch_events.cli.commands.help import topic
from orch_events.cli.help.formatter import Rows, examples, paragraphs
from orch_events.cli.help.topics import TOPICS
from orch_events.cli.main import cli
from orch_events.config.settings import Places
from tests.tools.definitions import Shared, shared_options

_COLUMNS = 79
"""Of a line of roff: mandoc wants no more than 80 bytes."""

_SIDE_BY_SIDE = 30
_SPECIAL = {
    "\xa0": r"\~",
    "\\": r"\e",
    "-": r"\-",
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
    '"': r"\(dq",
}
_OPTION = re.compile(r"(?<![\w-])(--?(?:\[no-\])?(?:[a-z][a-z-]*|[A-Z](?![A-Za-z])))")
_VALUE = re.compile(r"(?<!\\-)\b[A-Z]+\b")


def page(date: str) -> str:
    """Write the page as of a date, as in 2016-05-05."""
    lines = [f'.TH ORCH\\-EVENTS 1 {date} "orch\\-events {__version__}" "User Commands"']
    lines += _section("NAME", [rf"orch\-events \- {_about()}"])
    lines += _section("SYNOPSIS", _synopsis())
    lines += _section("DESCRIPTION", _text(cli.help or "", with_examples=False))
    lines += _section("COMMANDS", _commands())
    lines += _section("OPTIONS", _options())
    for name in TOPICS:
        lines += _section(name.replace("-", " ").upper(), _text(topic(name, cli.commands)))
    lines += _section("FILES", _list(_files()))
    lines += _section("EXAMPLES", _list(_examples()))
    lines += _section("SEE ALSO", [".BR puppet\\-job (8),", ".BR puppet\\-access (8),", ".BR jq (1),", ".BR less (1)"])
    return "\n".join(lines) + "\n"


def _about() -> str:
    sentence = cli.get_short_help_str().rstrip(".")
    return _escaped(sentence[0].lower() + sentence[1:])


def _synopsis() -> Iterator[str]:
    for number, (name, command) in enumerate(cli.commands.items()):
        ctx = click.Context(command, info_name=f"orch-events {name}")
        yield from [".br"] if number else []
        yield rf"\fB{_escaped(ctx.command_path)}\fR {_typed(' '.join(command.collect_usage_pieces(ctx)))}"


def _commands() -> Iterator[str]:
    """Write what each command is for; its examples and the options that it shares stand elsewhere."""
    for name, command in cli.commands.items():
        yield from _under(".SS", name, _text(command.help or "", with_examples=False))


def _options() -> Iterator[str]:
    """Write the options under the headings of their groups, last those that are in none."""
    groups: dict[str, list[Shared]] = {}
    for shared in sorted(shared_options(), key=lambda shared: shared.option.heading == "Options"):
        groups.setdefault(shared.option.heading.replace("Options", "Others"), []).append(shared)
    for heading, options in groups.items():
        commands = list(dict.fromkeys(command for shared in options for command in shared.of))
        twice = {
            name for name, count in Counter(shared.option.name for shared in shared_options()).items() if count > 1
        }
        lines = [line for shared in options for line in _option(shared, named=shared.option.name in twice)]
        yield from _under(".SS", heading, [".PP", *prose(f"For {_all(commands)}."), *lines])


def _option(shared: Shared, *, named: bool) -> Iterator[str]:
    """Write an option; the commands are `named` where it means something else for others, or no other has it."""
    only = f"{_all(list(shared.of))}: " if named or shared.option.heading == "Options" else ""
    text = shared.text[:1].lower() + shared.text[1:] if only else shared.text
    yield from [".TP", _typed(shared.option.usage), *prose(only + text)]


def _all(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]).removeprefix(" and ")


def _under(macro: str, heading: str, lines: Iterable[str]) -> Iterator[str]:
    """Write lines under a heading; a paragraph that comes first needs no break before it."""
    first, *rest = lines
    yield f'{macro} "{_escaped(heading)}"' if " " in heading else f"{macro} {_escaped(heading)}"
    yield from rest if first == ".PP" else [first, *rest]


def _section(name: str, lines: Iterable[str]) -> Iterator[str]:
    return _under(".SH", name, lines)


def _text(text: str, *, with_examples: bool = True) -> Iterator[str]:
    for paragraph in paragraphs(text):
        if isinstance(paragraph, str):
            yield from [".PP", *prose(paragraph)]
        elif with_examples or paragraph != examples(text):
            yield from _list(paragraph)


def _list(rows: Rows) -> Iterator[str]:
    """Write terms with their meanings: side by side and close together where the terms are short."""
    widest = max(len(term) for term, _ in rows)
    close = widest <= _SIDE_BY_SIDE
    for number, (term, meaning) in enumerate(rows):
        yield from [".PD 0"] if close and number == 1 else []
        yield from [f".TP {widest + 2}" if close else ".TP", rf"\fB{_escaped(term)}\fR", *prose(meaning)]
    yield from [".PD"] if close and len(rows) > 1 else []


def prose(text: str) -> Iterator[str]:
    """Write a paragraph, with the options in it bold, and what stands in brackets at its end on one line."""
    text = re.sub(r"\[[^]]*\]$", lambda found: found[0].replace(" ", "\xa0"), text)
    written = "".join(map(_part, _OPTION.split(text)))
    for line in textwrap.wrap(written, _COLUMNS, break_long_words=False, break_on_hyphens=False):
        yield rf"\&{line}" if line.startswith(".") else line


def _typed(text: str) -> str:
    """Write what is typed, with what stands for a value in italics."""
    return _VALUE.sub(r"\\fI\g<0>\\fR", "".join(map(_part, _OPTION.split(text))))


def _part(text: str) -> str:
    return rf"\fB{_escaped(text)}\fR" if _OPTION.fullmatch(text) else _escaped(text)


def _escaped(text: str) -> str:
    """Write text so that roff shows just this; a dot that begins a line needs more."""
    return "".join(_SPECIAL.get(character) or _character(character) for character in text)


def _character(character: str) -> str:
    return character if ord(character) <= 0xFF else rf"\[u{ord(character):04X}]"


def _files() -> Rows:
    places = Places.from_environ("linux", {"HOME": "~"})
    return [
        (str(places.user_conf), "What is configured for the user, as Puppet's client tools have it; JSON."),
        (str(places.global_conf), "The same for everybody on this machine."),
        (str(places.token_file), "The token that puppet access login leaves."),
        (str(places.cacert), "The CA that is trusted, where there is this file; else the system's are."),
    ]


def _examples() -> Rows:
    """Return every example of the program and its commands, each once."""
    shown: dict[str, str] = {}
    for named in (cli, *cli.commands.values()):
        for term, meaning in examples(named.help or ""):
            shown.setdefault(term, meaning)
    return list(shown.items())

"""Text that a node printed: its colours, and which of its lines says why something failed.

A log has one line that tells, anywhere in it. It is the first of these:

1. a line that says error, fatal and the like, on stderr before stdout; then the last line of a traceback that does;
2. a line that says failed, denied, not found and the like;
3. the last line of the last traceback; the first line of stderr.

The last line of stdout comes after all of these, since it may have nothing to do with the failure. A line of a log's
lower levels (`Info:`), a frame of a stack and `exited with 1` tell nothing. A text can have many megabytes: it is read
in pieces, each once.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple

from orch_events.wire.text import Text, pieces

_COLORS = re.compile(r"(?:\x1b\[|\x9b)[0-9;:]*[mK]")
_MOST_CANDIDATES = 1000
"""How many lines of a piece are looked at closely."""
_MOST_CHARACTERS = 2000
"""How much of a line is kept."""


class _Words(NamedTuple):
    """Words that make a line tell, in lower case; the pattern says where they are words."""

    texts: tuple[str, ...]
    pattern: re.Pattern[str]

    @classmethod
    def from_texts(cls, *texts: str) -> "_Words":
        either = "|".join(map(re.escape, texts))
        return cls(texts, re.compile(rf"(?<![/_=-])(?:{either})(?:s|ed|ure)?(?![\w/=-]|\.\w)", re.IGNORECASE))

    def line(self, text: str) -> str:
        """Return the first line that has one of the words, and says something; "" if there is none."""
        for line in islice(self._candidates(text), _MOST_CANDIDATES):
            begin = line[:_MOST_CHARACTERS]
            if _says_something(begin) and self.pattern.search(_BENIGN.sub("", begin)):
                return line
        return ""

    def _candidates(self, text: str) -> Iterator[str]:
        """Yield the lines in which one of the words stands; each word is searched for once, which is fast."""
        lowered = text.lower()
        lowered = lowered if len(lowered) == len(text) else text
        places = {word: place for word in self.texts if (place := lowered.find(word)) >= 0}
        while places:
            first = min(places.values())
            begin, end = text.rfind("\n", 0, first) + 1, _line_end(text, first)
            yield text[begin:end]
            moved = {word: lowered.find(word, end) if place < end else place for word, place in places.items()}
            places = {word: place for word, place in moved.items() if place >= 0}


_STRONG = _Words.from_texts("error", "exception", "fatal", "critical", "panic", "emerg", "fehler")
_WEAK = _Words.from_texts("fail", "denied", "not found", "no such", "refused", "cannot", "could not", "unable to",
                          "timed out", "not permitted", "invalid")  # fmt: skip

_BENIGN = re.compile(
    r"\b(?:no|0|zero|without(?: any)?) (?:error|exception|fail)\w*|\b(?:error|exception|fail)\w*\s*[:=]\s*0\b",
    re.IGNORECASE,
)
"""What says that there was no error."""

_QUIET = re.compile(
    r"""[^A-Za-z\n]* (?: info | notice | debug | trace | verbose | warn | warning ) \b
      | \s+ at\ | \s* (?: File\ " | \+\ | At\ line:\d | During\ handling\ of\ | The\ above\ exception\ was )
      | \s+ from\ \S+:\d
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""The beginning of a line of a log's lower levels, or of a frame of a stack."""

_EXIT = re.compile(
    r"""\W* (?: (?:the|your)\s+ )? (?: (?:task|command|script|process|program|shell|plan) \b [^:\n]{0,60}? )?
      \b (?: exit | exited | errored | failed | returned | ended | terminated | finished ) \b
      (?: \s+ (?: with | an? | the | non-zero | exit | return | status | code | error | of | value | was ) \b )*
      \W* \d+ \W*
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""A line that says nothing but with which status a program exited."""

_TRACEBACK = re.compile(
    r"^[^\S\n]*Traceback \(most recent call last\):[^\n]*\n(?:[^\S\n]+[^\n]*\n|\n)*([^\n]*)", re.MULTILINE
)
_TRACEBACK_BEGIN = "Traceback (most recent call last):"


def drop_colors(text: str) -> str:
    """Return a text without the escape sequences that colour it; others stay."""
    return _COLORS.sub("", text) if "\x1b" in text or "\x9b" in text else text


def one_line(text: str) -> str:
    """Return a text in one line, without colours, all white space in it a space; what is too long is cut."""
    return " ".join(drop_colors(text[: 4 * _MOST_CHARACTERS]).split())[:_MOST_CHARACTERS]


def is_exit(line: str) -> bool:
    """Whether a line says nothing but with which status a program exited, as in `The task exited with 1`."""
    return _is_exit(line[:_MOST_CHARACTERS])


@lru_cache(maxsize=512)
def _is_exit(line: str) -> bool:
    """Match a line, each only once: this one is the same for many nodes, and the pattern is slow."""
    return _EXIT.fullmatch(line) is not None


def telling_line(stderr: Iterable[Text], stdout: Iterable[Text]) -> str:
    """Return the line of some texts that says why something failed; "" if none does.

    Args:
        stderr: texts that are about errors.
        stdout: other texts.
    """
    errors, others = [[_Found.read(text) for text in texts if text] for texts in (stderr, stdout)]
    found = [*errors, *others]
    lines = chain(
        (one.strong for one in found),
        (_STRONG.line(one.traceback) for one in found),
        (one.weak for one in found),
        (one.traceback for one in found),
        (one.first for one in errors),
    )
    return next(filter(None, map(one_line, lines)), "")


def last_line(text: Text) -> str:
    """Return the last line of a text that says something, or of its end if it is large; "" if none does."""
    lines = reversed(drop_colors("".join(deque(pieces(text), 2))).splitlines())
    return next((one_line(line) for line in lines if _says_something(line)), "")


class _Found(NamedTuple):
    """The lines of a text that may tell; "" for each that it has not."""

    strong: str
    weak: str
    traceback: str
    first: str

    @classmethod
    def read(cls, text: Text) -> "_Found":
        weak = traceback = first = ""
        for piece in (drop_colors(piece).replace("\r", "\n") for piece in pieces(text)):
            if _TRACEBACK_BEGIN in piece:
                traceback = _TRACEBACK.findall(piece)[-1] if _TRACEBACK.search(piece) else traceback
                piece = _TRACEBACK.sub("", piece)  # noqa: PLW2901 - without what was read
            if strong := _STRONG.line(piece):
                return cls(strong, weak, traceback, first)
            weak = weak or _WEAK.line(piece)
            first = first or next(filter(_says_something, piece[:_MOST_CHARACTERS].splitlines()), "")
        return cls("", weak, traceback, first)


def _line_end(text: str, begin: int) -> int:
    end = text.find("\n", begin)
    return len(text) if end < 0 else end


def _says_something(line: str) -> bool:
    begin = line[:_MOST_CHARACTERS]
    return not begin.isspace() and bool(begin) and not _QUIET.match(begin) and not is_exit(begin)

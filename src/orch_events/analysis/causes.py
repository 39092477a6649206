"""Causes of failure, without what differs from node to node.

A pattern is a message in which names, numbers, paths and the like are replaced by placeholders: `<node>`, `<number>`.
It is made in one pass from left to right. Three rules hold:

1. Placeholders stay, and change nothing in how the text beside them is read: the pattern of a pattern is itself.
2. The regular expression backtracks over a few characters at most: the time is linear.
3. A port says what failed, so it stays: behind a node or an address, or behind the word. A port that a client is given
   for the moment, 32768 and above, is a number as any other.
"""

import re
from collections.abc import Iterable

from orch_events.wire.printed import drop_colors

_QUOTES = "'\"`\u2018\u2019\u201c\u201d"
_VALUE = f"[^{_QUOTES}]*+"
_HEX = "[0-9A-Fa-f]"
_PORT_END = r"(?![\w:<-]|\.\w)"
_TEMPORARY_PORTS = 32768

_PARTS = re.compile(
    rf"""
      <(?:node|address)> (?: : \d{{1,5}} {_PORT_END} )?
    | <(?:number|id|path|url|time|value)>
    | (?<![\w<>./-]) (?P<port>
          (?P<the_word> [Pp]orts? ) (?: [ =] | :[ ]? ) (?P<after_word> \d{{1,5}} ) {_PORT_END}
      )
    | (?<![\w>]) (?P<value>
          '{_VALUE}' | "{_VALUE}" | `{_VALUE}` | \u2018{_VALUE}\u2019 | \u201c{_VALUE}\u201d
      ) (?![\w<~/\\]|::)
    | (?<![\w>]) (?P<url> [A-Za-z][A-Za-z0-9+.-]{{,15}}+ :// [^\s<>{_QUOTES}]++ )
    | (?<![\w.~/\\<>-]) (?P<path> (?: ~?/ | [A-Za-z]:[\\/] | \\\\ ) [^\s<>()\[\]{{}},;|{_QUOTES}]++ )
    | (?<![\w.:>-]) (?P<time>
          \d{{4}}-\d\d-\d\d (?: [T ]\d\d:\d\d (?: :\d\d )? (?: [.,]\d++ )? (?: [ ]?[+-]\d\d:?\d\d | Z )? )?
        | \d\d?:\d\d (?: :\d\d )? (?: [.,]\d++ )? Z?
        | (?: \d++ (?: \.\d++ )? (?: ms | [dhms] ) )++
      ) (?![\w:-])
    | (?<![\w.:>-]) (?P<address>
          \d{{1,3}} (?: \.\d{{1,3}} ){{3}} (?: /\d\d? )? (?: : (?P<after_address> \d{{1,5}} ) )?
        | (?=[0-9A-Fa-f:]{{,39}}\d) {_HEX}{{,4}} (?: :{_HEX}{{,4}} ){{2,7}}
      ) (?![\w:-]|\.\d)
    | (?:(?<![\w./>-])|(?<=[=-]>)) (?P<word>
          [\w.-]++ (?: /[\w.-]++ )*+ (?: : (?P<after_node> \d{{1,5}} ) {_PORT_END} )?
      ) (?!<)
    | (?P<number> \d++ (?: \.\d++ )*+ )
    """,
    re.VERBOSE,
)

_NUMBERS = re.compile(
    rf"""
      (?<![A-Za-z0-9]) (?:
          (?P<id> {_HEX}{{8}} (?: -{_HEX}{{4}} ){{3}} -{_HEX}{{12}} )
        | \d++ (?: \.\d++ )*+
        | (?:0x)? (?=[A-Fa-f]*+\d) {_HEX}{{7,}}+
      ) (?![A-Za-z0-9])
    | 0x{_HEX}++
    | \d++ (?: \.\d++ )*+
    """,
    re.VERBOSE,
)
"""What is replaced within a word: an id, a hash or its beginning, a number."""

_HOST = re.compile(r"[a-z][a-z0-9-]*+(?:\.[a-z][a-z0-9-]*+)+\.[a-z]{2,}")
"""A fully qualified host name, with at least three parts: two could as well be `nginx.service`."""

_AROUND = ".-"
_BEHIND = ".,:;!?)]}"
"""Punctuation beside a word, or after a path or URL, that is not part of it."""


def _short(name: str) -> str:
    """Return the first label of a node's name if it can't be an ordinary word, as `web-01` can't; else all of it."""
    label = name.partition(".")[0]
    return label if re.search(r"\d", label) and not label.isdigit() else name


def _port(digits: str) -> str:
    """Return a port as it is, unless it was given for the moment."""
    return digits if int(digits) < _TEMPORARY_PORTS else "<number>"


class Causes:
    """Finds the patterns of messages about some nodes.

    Args:
        names: the nodes' names.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {written.casefold() for name in names for written in (name, _short(name))}

    def pattern(self, text: str) -> str:
        """Return the pattern of a message, in one line and without colours."""
        return _PARTS.sub(self._part, " ".join(drop_colors(text).split()))

    def _part(self, found: re.Match[str]) -> str:
        part, kind = found[0], found.lastgroup
        match kind:
            case None:
                return part
            case "value":
                return f"{part[0]}<value>{part[-1]}"
            case "port" if found["the_word"].casefold() not in self._names:
                return part.removesuffix(found["after_word"]) + _port(found["after_word"])
            case "port":  # the name of a node
                return self.pattern(found["the_word"]) + self.pattern(part.removeprefix(found["the_word"]))
            case "word":
                return self._word_with_port(part, found["after_node"])
            case _:
                behind = f":{_port(port)}" if (port := found["after_address"]) else part[len(part.rstrip(_BEHIND)) :]
                return f"<{kind}>{behind}"

    def _word_with_port(self, part: str, port: str | None) -> str:
        """Replace a word; what follows it is a port only behind a node's name."""
        if port is None:
            return self._word(part)
        word = self._word(part.removesuffix(f":{port}"))
        return f"{word}:{_port(port) if word.endswith('<node>') else '<number>'}"

    def _word(self, part: str) -> str:
        """Replace a word, and keep the punctuation around it."""
        word = part.strip(_AROUND)
        before, _, after = part.partition(word) if word else (part, "", "")
        return before + self._named(word) + after

    def _named(self, word: str) -> str:
        """Replace a word. One with a slash is a path if it has several, or begins with one, or ends in a file name."""
        if "/" in word:
            is_path = word.startswith("/") or word.count("/") > 1 or "." in word.rpartition("/")[2]
            return "<path>" if is_path else "/".join(map(self._word, word.split("/")))
        if word.casefold() in self._names or _HOST.fullmatch(word):
            return "<node>"
        return _NUMBERS.sub(lambda found: f"<{found.lastgroup or 'number'}>", word)

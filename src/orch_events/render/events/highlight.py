"""Highlights the matches of --grep, and makes sure that one of them is visible."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from orch_events.render.events.filters import texts
from orch_events.render.toolkit.text import escape_control, width
from orch_events.render.toolkit.theme import Theme
from orch_events.wire.event import Event

_IN_SIGHT_CELLS = 8
_LEAD_CHARACTERS = 6


class Highlighter:
    """Highlights the matches of patterns.

    Args:
        patterns: the regular expressions.
        theme: has the style of a match.
        guard: a context for searches, which can take for ever.
    """

    def __init__(
        self,
        patterns: Sequence[re.Pattern[str]],
        theme: Theme,
        guard: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._patterns = patterns
        self._theme = theme
        self._guard = guard

    def highlight(self, text: str) -> str:
        """Return a text with all matches highlighted."""
        with self._guard():
            found = [match.span() for pattern in self._patterns for match in pattern.finditer(text)]
        painted, at = "", 0
        for begin, end in sorted(found):
            if end > max(begin, at):
                painted += text[at : max(begin, at)] + self._theme.paint(text[max(begin, at) : end], "match")
                at = end
        return painted + text[at:]

    def within(self, text: str, cells: int, ellipsis: str) -> str:
        """Return a text without its beginning if otherwise the first match would be cut off."""
        with self._guard():
            begin = min((found.start() for pattern in self._patterns if (found := pattern.search(text))), default=0)
        hidden = width(text) > cells and width(text[:begin]) >= cells - _IN_SIGHT_CELLS
        return ellipsis + text[max(0, begin - _LEAD_CHARACTERS) :] if hidden else text

    def with_evidence(self, events: Sequence[Event], messages: Sequence[str]) -> list[str]:
        """Put the line of the details that matches before a message, if neither message nor node's name does."""
        with self._guard():
            evidence = [self._evidence(event, message) for event, message in zip(events, messages, strict=True)]
        return [f"{line}; {message}" if line else message for line, message in zip(evidence, messages, strict=True)]

    def _evidence(self, event: Event, message: str) -> str:
        if self._found(message) or self._found(escape_control(event.node or "")):
            return ""
        lines = (escape_control(line.strip()) for text in texts(event) for line in text.splitlines())
        return next(filter(self._found, lines), "")

    def _found(self, text: str) -> bool:
        return any(pattern.search(text) for pattern in self._patterns)

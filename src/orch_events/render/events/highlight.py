"""Matches of --grep, highlighted, and brought into sight."""

import re
from collections.abc import Sequence

from orch_events.render.events.filters import texts
from orch_events.render.toolkit.text import escape_control, width
from orch_events.render.toolkit.theme import Theme
from orch_events.wire.event import Event

_IN_SIGHT_CELLS = 8
_LEAD_CHARACTERS = 6


class Highlighter:
    """Highlights what patterns match in text that is shown.

    Args:
        patterns: what was asked for.
        theme: how a match looks.
    """

    def __init__(self, patterns: Sequence[re.Pattern[str]], theme: Theme) -> None:
        self._patterns = patterns
        self._theme = theme

    def highlight(self, text: str) -> str:
        """Return a text with all matches highlighted."""
        found = [match.span() for pattern in self._patterns for match in pattern.finditer(text)]
        painted, at = "", 0
        for begin, end in sorted(found):
            if end > max(begin, at):
                painted += text[at : max(begin, at)] + self._theme.paint(text[max(begin, at) : end], "match")
                at = end
        return painted + text[at:]

    def within(self, text: str, cells: int, ellipsis: str) -> str:
        """Return a text without its beginning, where otherwise the first thing found would be cut off."""
        begin = min((found.start() for pattern in self._patterns if (found := pattern.search(text))), default=0)
        hidden = width(text) > cells and width(text[:begin]) >= cells - _IN_SIGHT_CELLS
        return ellipsis + text[max(0, begin - _LEAD_CHARACTERS) :] if hidden else text

    def with_evidence(self, events: Sequence[Event], messages: Sequence[str]) -> list[str]:
        """Put before a message what was found in its event, where neither the message nor the node's name shows it."""
        evidence = [self._evidence(event, message) for event, message in zip(events, messages, strict=True)]
        return [f"{line}; {message}" if line else message for line, message in zip(evidence, messages, strict=True)]

    def _evidence(self, event: Event, message: str) -> str:
        if self._found(message) or self._found(escape_control(event.node or "")):
            return ""
        lines = (escape_control(line.strip()) for text in texts(event) for line in text.splitlines())
        return next(filter(self._found, lines), "")

    def _found(self, text: str) -> bool:
        return any(pattern.search(text) for pattern in self._patterns)

"""Points in time, as the table writes them."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo


class Stamp:
    """Writes times: in a zone, or as what has passed since the job began.

    Args:
        kind: `utc`, `local` or `elapsed`.
        began_at: returns when a job began; None where that is not known. For `elapsed` only.
    """

    def __init__(self, kind: str, began_at: Callable[[str], datetime | None] = lambda _: None) -> None:
        self._zone: tzinfo | None = UTC if kind == "utc" else None
        self._began_at = began_at
        self.elapsed = kind == "elapsed"

    def split(self, timestamp: str, job: str = "") -> tuple[str, str]:
        """Return date and time of day of a server's timestamp; what can't be read stays as it is, without a date.

        What has passed since the job began has no date either.
        """
        try:
            at = datetime.fromisoformat(timestamp)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            if self.elapsed:
                return "", _passed(at, self._began_at(job))
            at = at.astimezone(self._zone)
        except (ValueError, OverflowError, OSError):
            return "", timestamp
        return f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}"


def _passed(at: datetime, began_at: datetime | None) -> str:
    """Write hours, minutes and seconds from a beginning."""
    seconds = int((at - (began_at or at)).total_seconds())
    minutes, rest = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60:02}:{minutes % 60:02}:{rest:02}"

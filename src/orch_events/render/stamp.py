"""Points in time, as the table and CSV write them."""

from datetime import UTC, datetime, tzinfo


class Stamp:
    """Writes times in one zone.

    Args:
        zone: `utc` or `local`.
    """

    def __init__(self, zone: str) -> None:
        self._zone: tzinfo | None = UTC if zone == "utc" else None

    def split(self, timestamp: str) -> tuple[str, str]:
        """Return date and time of day of a server's timestamp; what can't be read stays as it is, without a date."""
        try:
            at = datetime.fromisoformat(timestamp)
            at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(self._zone)
        except (ValueError, OverflowError, OSError):
            return "", timestamp
        return f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}"

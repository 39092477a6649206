"""Answers other than 200: one place that turns HTTP statuses and the API's error bodies into our errors."""

from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import msgspec

from orch_events.errors import (
    AccessBlocked,
    HtmlAnswer,
    NotAuthenticated,
    NotPermitted,
    NotUnderstood,
    OrchEventsError,
    RequestRejected,
    UnknownJob,
    Unreachable,
)

_MESSAGE_CHARACTERS = 200
_BUSY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class _ErrorBody(msgspec.Struct):
    """The API's `{kind, msg, details?}`; the kind tells it from a proxy's answer, the message is for people."""

    kind: str
    msg: Any = None


def error_for_response(
    url: str, status: int, body: bytes, *, with_token: bool, retry_after: float | None = None, location: str = ""
) -> OrchEventsError:
    """Tell what an answer other than 200 means.

    Args:
        url: what was asked.
        status: the HTTP status.
        body: the answer's body, or its beginning.
        with_token: whether a token had been sent.
        retry_after: seconds after which the server wants to be asked again; None where it said nothing.
        location: where a redirect points to; "" where it says nothing.
    """
    said = _read(body)
    message = " ".join(said.msg.split())[:_MESSAGE_CHARACTERS].rstrip(".") if said and isinstance(said.msg, str) else ""
    told = f"HTTP {status}, {message}" if message else f"HTTP {status}"
    if status == HTTPStatus.UNAUTHORIZED:
        what = "rejected the token" if with_token else "requires a token, but none was sent"
        return NotAuthenticated(f"{url} {what} ({told})")
    if status == HTTPStatus.FORBIDDEN:
        return (NotPermitted if said else AccessBlocked)(f"access to {url} is denied ({told})")
    if status == HTTPStatus.NOT_FOUND and said:
        return UnknownJob(f"the server has no such job: {url} ({told})")
    if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(f"{url} returned an error ({told})", retry_after=retry_after)
    if status >= HTTPStatus.BAD_REQUEST and said:
        hint = "check the job number and --start" if status == HTTPStatus.BAD_REQUEST else ""
        return RequestRejected(f"{url} rejected the request ({told})", hint)
    return _error_of_another(url, status, told, location)


def _error_of_another(url: str, status: int, told: str, location: str) -> OrchEventsError:
    """Tell what an answer means that no orchestrator gives."""
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        hint = "redirects are not followed; set service-url to the server itself"
        return NotUnderstood(f"{url} redirects to {_place(location) or 'nowhere'} ({told})", hint)
    if status == HTTPStatus.NO_CONTENT:
        return NotUnderstood(f"{url} answered with no body ({told})")
    other = HtmlAnswer if status == HTTPStatus.NOT_FOUND else NotUnderstood
    return other(f"{url} did not respond like an orchestrator ({told})")


def _place(location: str) -> str:
    """Return where a redirect points to, without a user and a query, in which there may be secrets."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return "somewhere"
    place = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    return place[:_MESSAGE_CHARACTERS]


def _read(body: bytes) -> _ErrorBody | None:
    """Read the API's error; None where the answer is not the API's."""
    try:
        return msgspec.json.decode(body, type=_ErrorBody)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def read_retry_after(text: str | None, now: float) -> float | None:
    """Read a Retry-After header, seconds or a date, into seconds from `now`, an epoch; None for anything else."""
    if text is None:
        return None
    if text.isascii() and text.strip().isdigit():
        return float(text)
    at = read_date(text)
    return max(0.0, at - now) if at is not None else None


def read_date(text: str | None) -> float | None:
    """Read a date as HTTP's headers have it into seconds since the epoch; None for anything else."""
    try:
        return parsedate_to_datetime(text).timestamp() if text is not None else None
    except (ValueError, OverflowError):
        return None

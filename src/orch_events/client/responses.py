"""Error responses: one place that turns HTTP statuses and the API's error bodies into our errors."""

import re
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from orch_events.errors import (
    AccessBlocked,
    HtmlAnswer,
    NotAuthenticated,
    NotPermitted,
    NotUnderstood,
    OrchEventsError,
    RequestRejected,
    ServerError,
    UnknownJob,
)

_API = "/orchestrator/v1"
_JOB = re.compile(r"/(?P<plan>plan_)?jobs/(?P<number>[0-9]+)")
_MESSAGE_CHARACTERS = 200
_BUSY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class _ErrorBody(msgspec.Struct):
    """The API's `{kind, msg, details?}`. A proxy's error has no kind; the message is for people."""

    kind: str
    msg: Any = None


def error_for_response(
    url: str, status: int, body: bytes, *, token: str | None, retry_after: float | None = None, location: str = ""
) -> OrchEventsError:
    """Return the error for a response with a status other than 200.

    Args:
        url: what was requested.
        status: the HTTP status.
        body: the response's body, or its beginning.
        token: the token that was sent, which the server may quote and the error does not; None for none.
        retry_after: the seconds that the server asked for; None if it did not.
        location: where a redirect points to; "" if it says nothing.
    """
    api_error = _read(body)
    said = api_error.msg if api_error and isinstance(api_error.msg, str) else ""
    message = " ".join(_without(token, said).split())[:_MESSAGE_CHARACTERS].rstrip(".")
    status_text = f"HTTP {status}, {message}" if message else f"HTTP {status}"
    server = url.partition(_API)[0]
    if status == HTTPStatus.UNAUTHORIZED:
        what = "rejected the token" if token is not None else "requires a token, but none was sent"
        return NotAuthenticated(f"{server} {what} ({status_text})")
    if status == HTTPStatus.FORBIDDEN:
        return (NotPermitted if api_error else AccessBlocked)(f"{server} denies access to its jobs ({status_text})")
    if status == HTTPStatus.NOT_FOUND and api_error:
        return _unknown(url, status_text)
    if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerError(f"{server} returned an error ({status_text})", retry_after=retry_after)
    if status >= HTTPStatus.BAD_REQUEST and api_error:
        hint = "check the job number and --start" if status == HTTPStatus.BAD_REQUEST else ""
        return RequestRejected(f"{url} rejected the request ({status_text})", hint)
    return _foreign_error(url, status, status_text, _without(token, location))


def _unknown(url: str, status_text: str) -> UnknownJob:
    """Return the error for a job that is not there, or for the list of plan jobs, which old servers do not have."""
    server, _, path = url.partition(_API)
    if path.partition("?")[0] == "/plan_jobs":
        return UnknownJob(f"{server} has no plan jobs ({status_text})", "the server may be too old to have them")
    found = _JOB.match(path)
    job = f"{'plan ' * bool(found['plan'])}job {found['number']}" if found else "such job"
    return UnknownJob(f"{server} has no {job} ({status_text})")


def _without(token: str | None, text: str) -> str:
    """Return a text of the server without the token, which may stand in it percent-encoded too."""
    for known in (text, unquote(text)):
        if token and token in known:
            return known.replace(token, "...")
    return text


def _foreign_error(url: str, status: int, status_text: str, location: str) -> OrchEventsError:
    """Return the error for a response that no orchestrator gives."""
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        hint = "redirects are not followed; set service-url to the server itself"
        return NotUnderstood(f"{url} redirects to {_place(location) or 'nowhere'} ({status_text})", hint)
    if status == HTTPStatus.NO_CONTENT:
        return NotUnderstood(f"{url} answered with no body ({status_text})")
    other = HtmlAnswer if status == HTTPStatus.NOT_FOUND else NotUnderstood
    return other(f"{url} did not respond like an orchestrator ({status_text})")


def _place(location: str) -> str:
    """Return where a redirect points to, without user and query, which may be secret."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return "somewhere"
    place = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    return place[:_MESSAGE_CHARACTERS]


def _read(body: bytes) -> _ErrorBody | None:
    """Read the API's error body; None if the body is not the API's."""
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
    """Read the date of an HTTP header into seconds since the epoch; None for anything else."""
    try:
        return parsedate_to_datetime(text).timestamp() if text is not None else None
    except (ValueError, OverflowError):
        return None

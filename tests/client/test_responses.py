"""Answers other than 200."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.client.responses import error_for_response, read_date, read_retry_after
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
from tests.table import each

SERVER = "https://pe.example.com:8143"
URL = f"{SERVER}/orchestrator/v1/jobs/352/events"
HTML = b"<html><body>Not here</body></html>"
TOKEN = "0TheToken0"
NO_JOB = "puppetlabs.orchestrator/unknown-job"


def refused(status: int, body: bytes = b"", *, with_token: bool = True) -> OrchEventsError:
    return error_for_response(URL, status, body, token=TOKEN if with_token else None)


def body(kind: str, msg: str = "No such thing", **more: object) -> bytes:
    return json.dumps({"kind": kind, "msg": msg} | more).encode()


@each(
    ("status", "answer", "kind"),
    [
        (400, body("puppetlabs.orchestrator/validation-error"), RequestRejected),
        (400, HTML, NotUnderstood),
        (405, body("puppetlabs.orchestrator/some"), RequestRejected),
        (405, HTML, NotUnderstood),
        (407, b"", NotUnderstood),
        (401, body("puppetlabs.rbac/user-unauthenticated"), NotAuthenticated),
        (401, body("puppetlabs.rbac/token-expired"), NotAuthenticated),
        (401, HTML, NotAuthenticated),
        (401, b"", NotAuthenticated),
        (403, body("puppetlabs.orchestrator/not-permitted"), NotPermitted),
        (403, HTML, AccessBlocked),
        (403, b"", AccessBlocked),
        (403, b'{"error": "blocked"}', AccessBlocked),
        (404, body(NO_JOB), UnknownJob),
        (404, body(NO_JOB, details={"job": [1]}), UnknownJob),
        (404, json.dumps({"kind": NO_JOB}).encode(), UnknownJob),
        (404, json.dumps({"kind": NO_JOB, "msg": None}).encode(), UnknownJob),
        (404, HTML, HtmlAnswer),
        (404, b"{}", HtmlAnswer),
        (404, b"[]", HtmlAnswer),
        (404, b'{"kind":7}', HtmlAnswer),
        (404, b"\xff", HtmlAnswer),
        (429, b"", ServerError),
        (500, body("puppetlabs.orchestrator/unknown-error"), ServerError),
        (502, HTML, ServerError),
        (503, b"", ServerError),
        (504, b"", ServerError),
        (599, b"", ServerError),
        (301, b"", NotUnderstood),
        (204, b"", NotUnderstood),
        (418, b"", NotUnderstood),
    ],
)
def test_a_status_and_a_kind_decide(status: int, answer: bytes, kind: type[OrchEventsError]) -> None:
    error = refused(status, answer)
    assert type(error) is kind
    assert SERVER in error.message
    assert f"HTTP {status}" in error.message
    assert error.hint


def test_a_missing_token_and_a_refused_one_are_told_apart() -> None:
    assert refused(401).message == f"{SERVER} rejected the token (HTTP 401)"
    assert refused(401, with_token=False).message == f"{SERVER} requires a token, but none was sent (HTTP 401)"


def test_the_server_s_own_words_are_told_without_their_full_stop() -> None:
    error = refused(404, body(NO_JOB, "Es gibt keinen Auftrag 9."))
    assert error.message == f"{SERVER} has no job 352 (HTTP 404, Es gibt keinen Auftrag 9)"


def test_of_long_words_only_the_beginning_is_told() -> None:
    error = refused(500, body("k", "x" * 5000))
    assert error.message == f"{SERVER} returned an error (HTTP 500, {'x' * 200})"


def test_a_page_of_html_is_not_told() -> None:
    assert refused(502, HTML).message == f"{SERVER} returned an error (HTTP 502)"


def test_a_redirect_is_told_where_the_fault_is() -> None:
    error = refused(302)
    assert error.message == f"{URL} redirects to nowhere (HTTP 302)"
    assert "service-url" in error.hint


def test_a_body_nested_beyond_reason_is_no_reason_to_fall() -> None:
    deep = b'{"kind":"k","details":' + b"[" * 100_000
    assert type(refused(500, deep)) is ServerError


@given(status=st.integers(100, 599), answer=st.binary(max_size=200), with_token=st.booleans())
def test_any_answer_is_told_in_one_sentence_with_its_url_and_status(
    *, status: int, answer: bytes, with_token: bool
) -> None:
    error = refused(status, answer, with_token=with_token)
    assert SERVER in error.message
    assert f"(HTTP {status}" in error.message
    assert "\n" not in error.message
    assert error.exit_status in (4, 5, 6, 7)


@pytest.mark.parametrize(("status", "kept"), [(429, 7.0), (500, 7.0), (503, 7.0), (404, None), (403, None)])
def test_when_to_ask_again_is_kept_where_asking_again_makes_sense(status: int, kept: float | None) -> None:
    assert error_for_response(URL, status, body(NO_JOB), token=TOKEN, retry_after=7.0).retry_after == kept


NOW = 1_462_477_800.0


@each(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("Thu, 05 May 2016 19:50:30 GMT", 30),
        ("Thu, 05 May 2016 19:50:30 -0000", 30),
        ("Thu, 05 May 2016 19:40:00 GMT", 0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Thu, 99 May 2016 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert read_retry_after(text, NOW) == seconds


DATES = st.builds(
    "{}, {} {} {} {}:{:02}:{:02} {}".format,
    st.sampled_from(["Thu", "Mon", "x", ""]),
    st.integers(0, 40),
    st.sampled_from(["May", "Feb", "13", ""]),
    st.sampled_from([0, 1, 70, 1970, 2016, 9999, 10**12]),
    st.integers(0, 30),
    st.integers(0, 70),
    st.integers(0, 70),
    st.sampled_from(["GMT", "-0000", "+1400", "-9999", "EST", "", "x"]),
)
TEXTS = st.text(max_size=40) | st.text(st.sampled_from("Thu,0Ma12:GT+- ;()"), max_size=40) | DATES


@given(TEXTS)
def test_no_retry_after_is_an_error(text: str) -> None:
    seconds = read_retry_after(text, NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("Thu, 05 May 2016 19:50:08 GMT", 1_462_477_808.0),
        ("Thu, 05 May 99999999999 19:50:08 GMT", None),
    ],
)
def test_a_date_is_read_or_is_none(text: str | None, at: float | None) -> None:
    assert read_date(text) == at


@given(TEXTS)
def test_no_date_is_an_error(text: str) -> None:
    at = read_date(text)
    assert at is None or abs(at) < 1e12


def test_a_request_that_the_orchestrator_finds_wrong_is_refused_by_an_orchestrator() -> None:
    body = b'{"kind": "puppetlabs.orchestrator/validation-error", "msg": "start is no integer."}'
    error = error_for_response(URL, 400, body, token=TOKEN)
    assert (error.message, error.exit_status) == (f"{URL} rejected the request (HTTP 400, start is no integer)", 7)
    assert error.hint == "check the job number and --start"


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://sso.example.com/login", "https://sso.example.com/login"),
        ("https://ann:SECRET@sso.example.com/login?SAMLRequest=SECRET#SECRET", "https://sso.example.com/login"),
        ("/login?next=SECRET", "/login"),
        ("https://[SECRET", "somewhere"),
        ("?SECRET", "nowhere"),
        ("", "nowhere"),
        ("/" + "x" * 5000, "/" + "x" * 199),
    ],
)
def test_a_redirect_tells_where_to_and_no_secrets(location: str, told: str) -> None:
    error = error_for_response(URL, 302, b"", token=TOKEN, location=location)
    assert error.message == f"{URL} redirects to {told} (HTTP 302)"


@pytest.mark.parametrize(("status", "redirects"), [(299, False), (300, True), (399, True), (400, False)])
def test_only_3xx_redirects(status: int, *, redirects: bool) -> None:
    assert ("redirects to" in refused(status, HTML).message) is redirects


def test_a_body_that_is_no_utf_8_is_not_the_api_s() -> None:
    assert type(refused(404, b'{"kind":"\xff"}')) is HtmlAnswer


def test_an_answer_without_a_body_is_told_as_that() -> None:
    assert refused(204).message == f"{URL} answered with no body (HTTP 204)"


@pytest.mark.parametrize("status", [400, 403, 409])
def test_only_the_api_s_own_refusal_is_final(status: int) -> None:
    assert refused(status, body("puppetlabs.orchestrator/some")).final
    assert not refused(status, HTML).final


@each("status", [204, 301, 302, 401, 404, 408, 429, 500, 503])
def test_no_other_answer_is_final(status: int) -> None:
    assert not refused(status, body(NO_JOB)).final


@pytest.mark.parametrize(("status", "about_the_job"), [(400, True), (405, False), (409, False)])
def test_only_a_400_is_about_the_job_s_number(status: int, *, about_the_job: bool) -> None:
    assert ("job number" in refused(status, body("puppetlabs.orchestrator/some")).hint) is about_the_job


ESCAPED = "".join(f"\\u{ord(character):04x}" for character in TOKEN)


@each("spelt", [TOKEN, ESCAPED, "%30TheToken%30", "".join(f"%{ord(it):02X}" for it in TOKEN)])
@each("status", [400, 401, 403, 404, 409, 429, 500])
@each("before", [0, 195])  # where a long message is cut
def test_a_token_is_not_told_however_the_server_spells_it(spelt: str, status: int, before: int) -> None:
    error = refused(status, b'{"kind":"k","msg":"%bx %b is bad"}' % (b"x" * before, spelt.encode()))
    assert TOKEN[:3] not in error.message
    assert ("... is bad" in error.message) is not before


@pytest.mark.parametrize("spelt", [TOKEN, "%30TheToken%30"])
def test_nor_is_it_told_where_a_redirect_points_to_it(spelt: str) -> None:
    error = error_for_response(URL, 302, b"", token=TOKEN, location=f"/login/{spelt}/x")
    assert error.message == f"{URL} redirects to /login/.../x (HTTP 302)"


def test_a_server_without_plan_jobs_is_not_blamed_on_a_job_s_number() -> None:
    error = error_for_response(f"{SERVER}/orchestrator/v1/plan_jobs?limit=20", 404, body(NO_JOB), token=None)
    assert error.message == f"{SERVER} has no plan jobs (HTTP 404, No such thing)"
    assert error.hint == "the server may be too old to have them"

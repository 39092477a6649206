"""What people call a job."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.client.url import ServiceUrl
from orch_events.library.job_ref import JobRef
from tests.table import each


@pytest.mark.parametrize(("text", "number"), [("352", "352"), ("0352", "352"), ("0", "0"), ("9" * 18, "9" * 18)])
def test_a_number_is_written_as_the_server_does(text: str, number: str) -> None:
    assert JobRef.parse(text) == JobRef("number", number)


def test_latest_is_a_word_of_its_own() -> None:
    assert JobRef.parse("latest") == JobRef("latest")


@pytest.mark.parametrize(("text", "before"), [("latest~2", 2), ("latest~0", 0), ("latest~", 1), ("latest~0010", 10)])
def test_a_job_before_the_latest_is_counted_as_git_does(text: str, before: int) -> None:
    assert JobRef.parse(text) == JobRef("latest", before=before)


@each(
    ("url", "place"),
    [
        ("https://pe:8143/orchestrator/v1/jobs/352", "https://pe:8143"),
        ("https://pe:8143/orchestrator/v1/jobs/352/", "https://pe:8143"),
        ("https://pe:8143/orchestrator/v1/jobs/352/events?start=1272", "https://pe:8143"),
        ("https://pe:8143/orchestrator/v1/jobs/352/nodes", "https://pe:8143"),
        ("https://pe:8143/orchestrator/v1/jobs/352/nodes/17/jobs/18", "https://pe:8143"),
        ("HTTPS://PE.Example.Com/orchestrator/v1/jobs/0352?a=1#top", "https://pe.example.com"),
        ("https://proxy/pe/orchestrator/v1/jobs/352", "https://proxy/pe"),
        ("http://127.0.0.1:8143/orchestrator/v1/jobs/352", "http://127.0.0.1:8143"),
        ("https://[::1]:8143/orchestrator/v1/jobs/352", "https://[::1]:8143"),
        ("https://user:s3cret@pe:8143/orchestrator/v1/jobs/352", "https://pe:8143"),
    ],
)
def test_an_url_of_the_api_names_the_job_and_its_server(url: str, place: str) -> None:
    assert JobRef.parse(url) == JobRef("api", "352", place)


@each(
    "rest",
    [
        "/#/orchestration/jobs/352",
        "/#/run/jobs/352",
        "/#/run/jobs/352/nodes/17",
        "/#/orchestration/tasks/task/352",
        "/#/orchestration/tasks/task/352?tab=nodes",
        "#jobs/352",
        "/#/jobs/352/",
        "/jobs/352",
        "/jobs/352?x=1#/jobs/353",
        "/orchestrator/v2/jobs/352",
    ],
)
def test_an_url_of_the_console_names_the_job(rest: str) -> None:
    assert JobRef.parse(f"https://console:4433{rest}") == JobRef("console", "352", "https://console:4433")


@each(
    ("text", "ref"),
    [
        ("plan:9", JobRef("number", "plan:9")),
        ("plan:0352", JobRef("number", "plan:352")),
        ("plan:latest", JobRef("latest", "plan:")),
        ("https://pe:8143/orchestrator/v1/plan_jobs/9", JobRef("api", "plan:9", "https://pe:8143")),
        ("https://pe:8143/orchestrator/v1/plan_jobs/9/events?start=76", JobRef("api", "plan:9", "https://pe:8143")),
        ("https://proxy/pe/orchestrator/v1/plan_jobs/9/event/78", JobRef("api", "plan:9", "https://proxy/pe")),
        ("https://pe/#/orchestration/plans/plan/9", JobRef("console", "plan:9", "https://pe")),
        ("https://pe/#/orchestration/plans/plan/9?tab=events", JobRef("console", "plan:9", "https://pe")),
    ],
)
def test_a_plan_job_has_a_number_of_its_own_sequence(text: str, ref: JobRef) -> None:
    assert JobRef.parse(text) == ref


@pytest.mark.parametrize("text", ["plan:", "plan:x", "plan:latest~x", "plan:9.jsonx"])
def test_what_is_no_plan_job_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="plan:9 for a plan job"):
        JobRef.parse(text)


@each(
    "text",
    ["", " ", "abc", "-5", "352x", "1.0", "٣", "9" * 19, "latest~x",
     "latest~12345", "latest2",
     "pe/jobs/352", "https://", "https://pe", "https://pe/jobs", "https://pe/jobs/", "https://pe/jobs/abc", "https://pe/jobs/352x",
     "https://pe/plan_jobs/352", "https://pe/myjobs/352", "https://pe/352", "https://pe/?jobs/352",
     f"https://pe/jobs/{'9' * 19}", "ftp://pe/jobs/352", "https:///jobs/352", "https://pe:x/jobs/352",
     "https:/jobs/352", "https://p e/jobs/352", "https://pe/rec.jsonl"],
)  # fmt: skip
def test_anything_else_is_no_job_and_one_sentence_says_what_is(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"is not a job: use a job number such as 352, plan:9 for a plan job, latest, the URL"
    ) as caught:
        JobRef.parse(text)
    assert repr(text) in str(caught.value)


@each(
    ("text", "meant"),
    [
        ("latest-1", "latest~1"), ("latest^", "latest~1"), ("HEAD~2", "latest~2"), ("latest~-1", "latest~1"),
        ("last", "latest"), ("LATEST", "latest"), ("plan-latest", "plan:latest"),
        ("plan9", "plan:9"), ("plan/9", "plan:9"), ("PLAN:9", "plan:9"), ("plan: 9", "plan:9"), ("plan:-1", "plan:1"),
        ("job:352", "352"), ("jobs/352", "352"), ("#352", "352"), (" 352", "352"), ("352\n", "352"),
    ],
)  # fmt: skip
def test_what_others_would_write_is_answered_with_what_is_meant(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match="is not a job") as caught:
        JobRef.parse(text)
    assert str(caught.value) == f"{text!r} is not a job: did you mean {meant}?"
    JobRef.parse(meant)


@each("path", ["-", "rec.jsonl", "a/352.json", "352.jsonl.gz", "./352", "../352", "/jobs/352", "~/x"])
def test_the_path_of_a_recording_is_a_job_too(path: str) -> None:
    assert JobRef.parse(path) == JobRef("recording", place=path)


def test_credentials_are_not_repeated() -> None:
    with pytest.raises(ValueError, match=r"^this is not a job") as caught:
        JobRef.parse("https://user:s3cret@pe/nothing")
    assert "s3cret" not in str(caught.value)


URLS = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["https", "http", "ftp", "HTTP"]),
    st.sampled_from(["pe", "[::1]", "[1:2]", "[", "a@b", "ü", ""]) | st.text(max_size=4),
    st.sampled_from(["", ":8143", ":99999", ":", ":0"]),
    st.sampled_from(["/orchestrator/v1/jobs/1", "/#/jobs/1", "/jobs/x/y/1/z"]) | st.text("/jobs#?1", max_size=12),
)


@given(st.text() | URLS)
def test_whatever_is_typed_is_a_job_or_a_sentence(text: str) -> None:
    server = ServiceUrl.parse("https://pe:8143")
    try:
        name = JobRef.parse(text)
    except ValueError as error:
        assert "is not a job" in str(error)  # noqa: PT017 - nearly nothing is one
    else:
        assert name.kind in ("latest", "recording") or str(int(name.number)) == name.number
        assert server.shares_host(name.place) or not server.is_of(name.place)

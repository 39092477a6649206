"""The jobs that a shell was offered last, kept for some seconds in a private file."""

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.job_cache import KEPT_SECONDS, JobCache, Jobs

JOBS: Jobs = [("353", "failed: restart nginx"), ("352", "finished: deploy, production")]
NOW = 1_462_477_800.0


@pytest.fixture
def cache(tmp_path: Path) -> JobCache:
    """A cache in a directory that is not there yet."""
    return JobCache(tmp_path / "cache" / "orch-events" / "jobs.json")


def test_what_was_put_down_is_there_for_some_seconds(cache: JobCache) -> None:
    assert cache.read("pe", NOW) is None
    cache.write("pe", NOW, JOBS)
    assert cache.read("pe", NOW) == JOBS
    assert cache.read("pe", NOW + KEPT_SECONDS - 0.1) == JOBS
    assert cache.read("pe", NOW + KEPT_SECONDS) is None


def test_what_was_put_down_in_the_future_is_not_believed(cache: JobCache) -> None:
    cache.write("pe", NOW, JOBS)
    assert cache.read("pe", NOW - 1) is None


def test_jobs_of_another_server_or_for_somebody_else_are_none(cache: JobCache) -> None:
    cache.write("pe", NOW, JOBS)
    assert cache.read("other", NOW) is None
    cache.write("other", NOW, JOBS[:1])
    assert cache.read("other", NOW) == JOBS[:1]
    assert cache.read("pe", NOW) is None


def test_that_there_are_no_jobs_is_worth_knowing_too(cache: JobCache) -> None:
    cache.write("pe", NOW, [])
    assert cache.read("pe", NOW) == []


def test_file_and_directory_are_the_user_s_alone_whatever_they_were(cache: JobCache) -> None:
    cache.path.parent.mkdir(parents=True)
    cache.path.parent.chmod(0o777)
    cache.path.write_text("old")
    cache.path.chmod(0o666)
    previous = os.umask(0)
    try:
        cache.write("pe", NOW, JOBS)
    finally:
        os.umask(previous)
    assert stat.S_IMODE(cache.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.path.parent.stat().st_mode) == 0o700
    assert list(cache.path.parent.iterdir()) == [cache.path]


def test_a_draft_that_a_killed_shell_left_is_no_hindrance(cache: JobCache) -> None:
    cache.path.parent.mkdir(parents=True)
    cache.path.with_name(f"jobs.json.{os.getpid()}").write_text("half")
    cache.write("pe", NOW, JOBS)
    assert cache.read("pe", NOW) == JOBS


def test_a_link_is_replaced_and_not_followed(cache: JobCache, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    cache.path.parent.mkdir(parents=True)
    cache.path.symlink_to(target)
    cache.write("pe", NOW, JOBS)
    assert target.read_text() == "precious"
    assert cache.read("pe", NOW) == JOBS


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"<html>", b"[" * 100_000, b'{"asked":"pe"}',
     b'{"asked":"pe","at":"1462477800","jobs":[]}', b'{"asked":"pe","at":1462477800,"jobs":[["352"]]}',
     b'{"asked":"pe","at":1462477800,"jobs":[[352,"x"]]}', b'{"asked":"pe","at":1462477800,"jobs":null}'],
)  # fmt: skip
def test_what_is_no_cache_is_none(content: bytes, cache: JobCache) -> None:
    cache.path.parent.mkdir(parents=True)
    cache.path.write_bytes(content)
    assert cache.read("pe", NOW) is None
    cache.write("pe", NOW, JOBS)
    assert cache.read("pe", NOW) == JOBS


def test_a_place_that_can_t_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for cache in (JobCache(tmp_path / "file" / "jobs.json"), JobCache(tmp_path / ("x" * 300) / "jobs.json")):
        cache.write("pe", NOW, JOBS)
        assert cache.read("pe", NOW) is None


def test_a_directory_in_its_place_is_no_error(cache: JobCache) -> None:
    cache.path.mkdir(parents=True)
    cache.write("pe", NOW, JOBS)
    assert cache.read("pe", NOW) is None


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.tuples(st.text("019"), st.text('a:,"\\\t é'))))
def test_anything_that_can_be_told_of_a_job_comes_back(asked: str, jobs: Jobs) -> None:
    path = Path(os.environ["HOME"]) / "jobs.json"
    JobCache(path).write(asked, NOW, jobs)
    assert JobCache(path).read(asked, NOW) == jobs
    assert json.loads(path.read_bytes())["asked"] == asked


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"HOME": "/home/me"}, "/home/me/.cache/orch-events/jobs.json"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": ""}, "/home/me/.cache/orch-events/jobs.json"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "relative"}, "/home/me/.cache/orch-events/jobs.json"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "/var/cache/me"}, "/var/cache/me/orch-events/jobs.json"),
        ({"XDG_CACHE_HOME": "/var/cache/me"}, "/var/cache/me/orch-events/jobs.json"),
    ],
)
def test_its_place_follows_the_standard(environ: dict[str, str], path: str) -> None:
    assert JobCache.of(environ) == JobCache(Path(path))


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"XDG_CACHE_HOME": "relative"}])
def test_without_a_home_there_is_no_place(environ: dict[str, str]) -> None:
    assert JobCache.of(environ) is None

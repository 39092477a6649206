"""What a shell offers for JOB, and the cache of it."""

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.cli import job_completion
from orch_events.cli.job_completion import CACHE_SECONDS, JobCache, Jobs
from orch_events.cli.main import cli
from orch_events.render.toolkit.text import cut, escape_control
from orch_events.simulator import Api, Fault, Faults, Simulator
from orch_events.wire.vocabulary import EVENT_TYPES, JOB_STATES, JOB_TYPES, PLAN_STATES
from tests.cli.archives import write_archive
from tests.cli.command import SECONDS, Done
from tests.cli.conftest import Serve
from tests.servers import http_server

Call = Callable[..., Done]
Offered = Callable[[str], dict[str, str]]

NUMBERS = ["360", "358", "357", "356", "355", "354", "353", "352", "351"]
_CACHE = Path(".cache", "orch-events", "jobs.json")


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for an answer, however slow the machine is."""
    monkeypatch.setattr(job_completion, "_WAIT_SECONDS", SECONDS)


@pytest.fixture
def offered(call: Call, monkeypatch: pytest.MonkeyPatch) -> Offered:
    """Ask as bash does, and return the candidates with what is told of each; nothing may be said on stderr."""

    def asked(line: str) -> dict[str, str]:
        monkeypatch.setenv("_ORCH_EVENTS_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        done = call()
        assert (done.status, done.err) == (0, "")
        lines = [line.partition(",")[2] for line in done.lines if line.startswith("plain,")]
        return {value: told for value, _, told in (line.partition("\t") for line in lines)}

    return asked


@pytest.fixture
def files(call: Call, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bool]:
    """Ask as bash does, and return whether files are to be completed, and nothing else."""

    def asked(line: str) -> bool:
        monkeypatch.setenv("_ORCH_EVENTS_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        return call().out.startswith("file,")

    return asked


def test_commands_are_offered_with_what_they_do(offered: Offered) -> None:
    assert list(offered("orch-events ")) == list(cli.commands)
    assert list(offered("orch-events fol")) == ["follow"]
    assert offered("orch-events jo")["jobs"] == "Show recent jobs and plan jobs, newest first."


def test_options_are_offered_but_for_those_that_were_typed(offered: Offered) -> None:
    assert offered("orch-events follow 352 --out") == {"--output": "Output format: table, jsonl or csv."}
    assert {"--type", "--failed", "--demo"} < set(offered("orch-events list --"))
    assert "--demo" not in offered("orch-events list --demo --")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("list -o ", ["table", "jsonl", "json", "csv"]),
        ("list --output=js", ["jsonl", "json"]),
        ("follow 352 --color n", ["never"]),
        ("jobs --state ", dict.fromkeys((*JOB_STATES, "aborted", *PLAN_STATES))),
        ("jobs --state f", ["finished", "failed", "failure"]),
        ("jobs --type plan_apply", ["plan_apply", "plan_apply_prep"]),
        ("jobs --type ", (*JOB_TYPES, "plan")),
        ("list -t f", ["finished", "failed"]),
        ("list --type node_", [name for name in EVENT_TYPES if name.startswith("node_")]),
        ("list 352 --fail-on s", ["skipped"]),
        ("list 352 --fail-on failed,", ["failed,errored", "failed,skipped", "failed,aborted"]),
        ("list 352 --fail-on failed,sk", ["failed,skipped"]),
        ("completion ", ["bash", "zsh", "fish"]),
        ("list 352 --start ", []),
        ("list 352 ", []),
        ("--version --nonsense ", cli.commands),
    ],
)
def test_words_are_offered_where_there_are_words(line: str, words: list[str], offered: Offered) -> None:
    assert list(offered(f"orch-events {line}")) == list(words)


def test_the_newest_jobs_come_first_with_state_and_description(over: str, offered: Offered) -> None:
    found = offered(f"orch-events follow --service-url {over} ")

    assert list(found) == ["latest", *NUMBERS, *map(str, range(347, 340, -1)), "plan:302", "plan:301"]
    assert found["352"] == "finished: deploy production"
    assert found["latest"] == "the newest job"
    assert found["plan:301"] == "failed: patch the first rack"


@pytest.mark.parametrize("command", ["list", "follow"])
@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("35", NUMBERS[1:]),
        ("352", ["352"]),
        ("36", ["360"]),
        ("la", ["latest"]),
        ("p", ["plan:latest", "plan:302", "plan:301"]),
        ("plan:30", ["plan:302", "plan:301"]),
        ("plan:301", ["plan:301"]),
    ],
)
def test_what_was_typed_of_a_job_chooses(
    command: str, typed: str, numbers: list[str], over: str, offered: Offered
) -> None:
    assert list(offered(f"orch-events {command} --service-url {over} {typed}")) == numbers


def test_a_second_job_is_offered_to_follow_too(over: str, offered: Offered) -> None:
    assert list(offered(f"orch-events follow --service-url {over} 352 36")) == ["360"]


@pytest.mark.parametrize("typed", ["rec", "./", "9", "https://pe/orchestrator/v1/jobs/3"])
def test_where_nothing_else_matches_files_are_completed(typed: str, over: str, files: Callable[[str], bool]) -> None:
    assert files(f"orch-events list --service-url {over} {typed}")
    assert not files(f"orch-events list --service-url {over} 35")


@pytest.mark.parametrize(
    "line",
    ["list --record ", "list --cacert=/etc", "list --token-file x", "jobs --config-file ", "follow --cursor-file ",
     "simulate --tls-cert ", "simulate --tls-key "],
)  # fmt: skip
def test_options_that_name_files_complete_files(line: str, files: Callable[[str], bool]) -> None:
    assert files(f"orch-events {line}")


def test_variables_and_configuration_name_the_server(
    over: str, offered: Offered, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    conf = tmp_path / "orchestrator.conf"
    conf.write_text(json.dumps({"options": {"service-url": over}}), encoding="utf-8")
    assert list(offered(f"orch-events list --config-file {conf} 352")) == ["352"]

    monkeypatch.setenv("HOME", str(tmp_path))
    assert list(offered("orch-events list --config-file ~/orchestrator.conf 353")) == ["353"]
    monkeypatch.setenv("SERVER", over)
    assert list(offered("orch-events list --service-url $SERVER 354")) == ["354"]
    monkeypatch.setenv("ORCH_EVENTS_SERVICE_URL", over)
    assert list(offered("orch-events list 355")) == ["355"]
    assert list(offered("orch-events list --service-url http://127.0.0.1:1 355")) == []


def test_in_the_demo_its_own_jobs_are_offered(offered: Offered) -> None:
    assert list(offered("orch-events follow --demo 35")) == NUMBERS[1:]


def test_the_token_that_was_named_is_sent(demanding: str, token_file: Callable[[str], str], offered: Offered) -> None:
    line = f"orch-events list --service-url {demanding} --token-file"
    assert list(offered(f"{line} {token_file('wr0ng')} 35")) == []
    assert list(offered(f"{line} {token_file('s3cret')} 35")) == NUMBERS[1:]


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (200, b"[]"), (200, b'{"items":'), (200, b'{"items":[null,{},{"name":"x"}]}'), (401, b""),
     (500, b""), (302, b""), (200, b"\xff"), (200, b"[" * 100_000)],
)  # fmt: skip
def test_of_what_is_no_list_of_jobs_none_are_offered(
    status: int, body: bytes, answering: Serve, offered: Offered
) -> None:
    with answering(status, body) as url:
        assert list(offered(f"orch-events follow --service-url {url} ")) == ["latest"]


@pytest.mark.parametrize(
    "line",
    ["list ", "list --service-url http://127.0.0.1:1 ", "list --service-url ftp://x ", "list --config-file /nowhere ",
     "list --service-url http://0.0.0.0:1 --token-file /nowhere ", "list --service-url 'http://127.0.0.1:1 ",
     "list --cacert /nowhere --service-url https://127.0.0.1:1 ", "list --read-timeout soon --nonsense "],
)  # fmt: skip
def test_without_a_server_only_latest_is_offered(line: str, offered: Offered) -> None:
    assert list(offered(f"orch-events {line}")) in (["latest"], [])


def test_a_configuration_that_is_broken_is_not_told_here(offered: Offered) -> None:
    place = Path(os.environ["HOME"]) / ".puppetlabs" / "client-tools"
    place.mkdir(parents=True)
    (place / "orchestrator.conf").write_text("{", encoding="utf-8")
    assert list(offered("orch-events list ")) == ["latest"]


def test_without_a_home_jobs_are_offered_and_not_kept(
    over: str, offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME")
    assert list(offered(f"orch-events list --service-url {over} 35")) == NUMBERS[1:]


@pytest.mark.parametrize("words", ["--token-file -", "--config-file {conf}"])
def test_standard_input_is_the_shell_s_and_never_read(
    words: str, over: str, offered: Offered, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    conf = tmp_path / "orchestrator.conf"
    conf.write_text('{"options": {"token-file": "-"}}', encoding="utf-8")
    stdin = io.StringIO("s3cret\n")
    monkeypatch.setattr(sys, "stdin", stdin)
    assert list(offered(f"orch-events list --service-url {over} {words.format(conf=conf)} ")) == ["latest"]
    monkeypatch.setenv("ORCH_EVENTS_TOKEN_FILE", "-")
    assert list(offered(f"orch-events list --service-url {over} ")) == ["latest"]
    assert stdin.tell() == 0


@contextmanager
def _never_answering() -> Iterator[str]:
    """A server that takes a request and says nothing until this is left."""
    left = Flag()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            left.wait(SECONDS)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http_server(Handler) as place:
        try:
            yield f"http://{place}"
        finally:
            left.set()


def test_a_server_that_says_nothing_is_not_waited_for(offered: Offered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_completion, "_WAIT_SECONDS", 0.1)
    with _never_answering() as url:
        assert list(offered(f"orch-events list --service-url {url} ")) == ["latest"]


def test_an_answer_that_trickles_in_is_not_waited_for(offered: Offered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_completion, "_WAIT_SECONDS", 0.1)
    slowly = Faults([Fault.parse("trickle=100")])
    with Simulator(Api(lambda: float("inf"), faults=slowly)) as simulator:
        assert list(offered(f"orch-events list --service-url {simulator.url} ")) == ["latest"]


def test_jobs_are_kept_for_a_moment_and_nobody_else_can_read_them(offered: Offered) -> None:
    with Simulator(Api(lambda: float("inf"))) as simulator:
        line = f"orch-events list --service-url {simulator.url} 35"
        assert list(offered(line)) == NUMBERS[1:]
    assert list(offered(line)) == NUMBERS[1:]
    assert list(offered(line + "2")) == ["352"]
    kept = Path(os.environ["HOME"]) / _CACHE
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_what_is_kept_of_one_server_is_not_shown_for_another(over: str, offered: Offered) -> None:
    assert list(offered(f"orch-events list --service-url {over} 35")) == NUMBERS[1:]
    assert list(offered("orch-events list --service-url http://127.0.0.1:1 35")) == []
    assert list(offered(f"orch-events list --service-url {over}/elsewhere 35")) == []


def test_what_is_kept_for_one_token_is_not_shown_to_another(
    token_file: Callable[[str], str], offered: Offered, tmp_path: Path
) -> None:
    with Simulator(Api(lambda: float("inf"), "s3cret")) as simulator:
        line = f"orch-events list --service-url {simulator.url} --token-file {token_file('s3cret')} 35"
        assert list(offered(line)) == NUMBERS[1:]
    other = tmp_path / "other"
    other.write_text("s3cret\n", encoding="utf-8")
    assert list(offered(line)) == NUMBERS[1:]
    assert list(offered(line.replace(str(tmp_path / "token"), str(other)))) == []
    token_file("an0ther-one")
    assert list(offered(line)) == []
    assert "s3cret" not in (Path(os.environ["HOME"]) / _CACHE).read_text(encoding="utf-8")


@pytest.mark.parametrize("content", [b"", b"garbage", b'{"asked": 7}', None])
def test_a_cache_that_can_t_be_read_is_no_hindrance(content: bytes | None, over: str, offered: Offered) -> None:
    kept = Path(os.environ["HOME"]) / _CACHE
    kept.parent.mkdir(parents=True)
    if content is None:
        kept.mkdir()
    else:
        kept.write_bytes(content)
    assert list(offered(f"orch-events list --service-url {over} 35")) == NUMBERS[1:]


@pytest.mark.slow
def test_the_client_is_imported_only_where_the_server_is_asked(over: str) -> None:
    program = "import sys; from orch_events.cli.main import main; main([]); sys.exit('httpx' in sys.modules)"
    asking = {"_ORCH_EVENTS_COMPLETE": "bash_complete", "COMP_WORDS": f"orch-events list --service-url {over} 35"}
    runs = [
        subprocess.run([sys.executable, "-c", program], env=os.environ | asking, capture_output=True, check=False)
        for _ in range(2)
    ]
    assert [done.returncode for done in runs] == [1, 0]
    assert runs[0].stdout == runs[1].stdout
    assert runs[1].stdout.count(b"\n") == 8


HOSTILE = "a\x1b[31mb\x1b]0;x\x07\r\nplain,999\tevil, with: colons \u202e %F{red} $(id) `id` \\ 'x' \"y\" " + "z" * 99
SHOWN = (
    "running: a\\x1b[31mb\\x1b]0;x\\x07\\r\\nplain,999\\tevil, with: colons \\u202e %F{red} $(id) `id` \\ 'x' \"y\" "
)


def _lines(call: Call, monkeypatch: pytest.MonkeyPatch, shell: str, **env: str) -> list[str]:
    monkeypatch.setenv("_ORCH_EVENTS_COMPLETE", f"{shell}_complete")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    done = call()
    assert (done.status, done.err) == (0, "")
    return done.lines


def _hostile(**values: Any) -> bytes:
    return json.dumps({"items": [{"name": "7", "state": "running", "description": HOSTILE, **values}]}).encode()


def test_what_is_told_of_a_job_can_t_break_what_a_shell_reads(
    answering: Serve, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(200, _hostile()) as url:
        words = f"orch-events list --service-url {url} 7"
        (bash,) = _lines(call, monkeypatch, "bash", COMP_WORDS=words)
        zsh = _lines(call, monkeypatch, "zsh", COMP_WORDS=words, COMP_CWORD="4")
        (fish,) = _lines(call, monkeypatch, "fish", COMP_WORDS=words, COMP_CWORD="7")

    told = SHOWN[:57].rstrip() + "..."
    assert bash == fish == f"plain,7\t{told}"
    assert zsh == ["plain", "7", told.replace("\\", "\\\\")]


@pytest.mark.parametrize(
    ("description", "told"),
    [
        ("", "running"),
        (None, "running"),
        ([], "running"),
        ("a\ud800b", "running: a\\ud800b"),
        ("漢字 é", "running: 漢字 é"),
    ],
)
def test_whatever_a_description_is_the_job_is_offered(
    description: object, told: str, answering: Serve, offered: Offered
) -> None:
    with answering(200, _hostile(description=description)) as url:
        assert offered(f"orch-events list --service-url {url} 7") == {"7": told}
        assert offered(f"orch-events list --service-url {url} 7") == {"7": told}


@pytest.mark.parametrize(("shell", "cword"), [("zsh", "2"), ("fish", "--output=js")])
def test_where_an_option_and_its_value_are_one_word_so_is_what_replaces_it(
    shell: str, cword: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = _lines(call, monkeypatch, shell, COMP_WORDS="orch-events list --output=js", COMP_CWORD=cword)
    assert [line.rpartition(",")[2] for line in lines if "json" in line] == ["--output=jsonl", "--output=json"]


@pytest.mark.parametrize("instruction", ["bash_source", "tcsh_complete", "bash", "nonsense", "zsh_complete"])
def test_a_shell_that_asks_for_nonsense_is_told_nothing(
    instruction: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_ORCH_EVENTS_COMPLETE", instruction)
    monkeypatch.delenv("COMP_WORDS", raising=False)
    assert call() == Done(70, "", "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", cli.commands),
        ("'", cli.commands),
        ('"', cli.commands),
        ("\\", cli.commands),
        ("|", []),
        ("orch-events 'li", ["list"]),
        ("orch-events $(", []),
        ("orch-events list \\", ["latest"]),
    ],
)
def test_a_line_that_is_not_whole_yet_is_no_error(line: str, words: list[str], offered: Offered) -> None:
    assert list(offered(line)) == list(words)


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
    assert cache.read("pe", NOW + CACHE_SECONDS - 0.1) == JOBS
    assert cache.read("pe", NOW + CACHE_SECONDS) is None


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


def test_what_is_kept_is_safe_text_when_it_is_read_too(cache: JobCache) -> None:
    cache.write("pe", NOW, [("352", "a\x1b]0;x\x07\u202eb\n" + "x" * 99)])
    ((_, about),) = cache.read("pe", NOW) or [("", "")]
    assert about.startswith("a\\x1b]0;x\\x07\\u202eb\\n")
    assert len(about) == 60


def test_a_pipe_in_its_place_is_not_waited_for(cache: JobCache) -> None:
    cache.path.parent.mkdir(parents=True)
    os.mkfifo(cache.path)
    assert cache.read("pe", NOW) is None
    cache.write("pe", NOW, JOBS)
    assert cache.read("pe", NOW) == JOBS


def test_a_file_of_another_user_is_not_believed(cache: JobCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.write("pe", NOW, JOBS)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert cache.read("pe", NOW) is None


def test_the_file_behind_a_link_is_not_believed(cache: JobCache, tmp_path: Path) -> None:
    cache.write("pe", NOW, JOBS)
    link = tmp_path / "link"
    link.symlink_to(cache.path)
    assert JobCache(link).read("pe", NOW) is None


def test_a_directory_behind_a_link_keeps_its_mode(cache: JobCache, tmp_path: Path) -> None:
    target = tmp_path / "shared"
    target.mkdir()
    target.chmod(0o755)
    cache.path.parent.parent.mkdir()
    cache.path.parent.symlink_to(target)
    cache.write("pe", NOW, JOBS)
    assert stat.S_IMODE(target.stat().st_mode) == 0o755
    assert cache.read("pe", NOW) == JOBS


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"<html>", b"[" * 100_000, b'{"asked":"pe"}',
     b'{"asked":"pe","at":"1462477800","jobs":[]}', b'{"asked":"pe","at":1462477800,"jobs":[["352"]]}',
     b'{"asked":"pe","at":1462477800,"jobs":[[352,"x"]]}', b'{"asked":"pe","at":1462477800,"jobs":[["352",7]]}',
     b'{"asked":"pe","at":1462477800,"jobs":[["$(reboot)","x"]]}', b'{"asked":"pe","at":1462477800,"jobs":[[[],"x"]]}',
     b'{"asked":"pe","at":1462477800,"jobs":null}'],
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
    told = [(number, cut(escape_control(about), 60, "...")) for number, about in jobs]
    assert JobCache(path).read(asked, NOW) == told
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
    assert JobCache.from_environ(environ) == JobCache(Path(path))


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"XDG_CACHE_HOME": "relative"}])
def test_without_a_home_there_is_no_place(environ: dict[str, str]) -> None:
    assert JobCache.from_environ(environ) is None


def test_the_jobs_of_an_archive_are_offered_once_one_is_meant(offered: Offered, tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "events")
    found = offered(f"orch-events list --archive {archive} archive:")
    assert list(found)[:3] == ["archive:10", "archive:plan:9", "archive:9"]
    assert list(offered(f"orch-events list --archive {archive} arch")) == list(found)
    assert list(offered(f"orch-events list --archive {archive} archive:plan")) == ["archive:plan:9"]
    assert offered("orch-events list archive:") == {}
    assert offered(f"orch-events list --archive {tmp_path} archive:") == {}

"""What `follow` reports when it ends, however it ends."""

import json
import os
import re
import signal
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from orch_events.cli.main import cli
from orch_events.cli.options.formats import FILE_FORMATS
from orch_events.simulator import Api, Simulator
from tests.cli.command import COMMAND, SECONDS, Done, Ticking, run, start
from tests.cli.conftest import Serve
from tests.fakes import StillApi

Call = Callable[..., Done]

SHOWN_BY = {name: (one.command, "353", "-o", name) for name, one in FILE_FORMATS.items()}


def _partial(file: Path) -> str:
    found: str = json.loads(file.read_text(encoding="utf-8"))["partial"]
    return found


def test_a_report_of_each_format_is_what_its_command_writes(over: str, tmp_path: Path, call: Call) -> None:
    words = [word for name in FILE_FORMATS for word in ("--report", f"{name}:{tmp_path / name}")]
    done = call("follow", "353", "--service-url", over, *words)

    assert done.status == 1
    assert [line for line in done.err.splitlines() if " report: " in line] == [
        f"{name} report: {tmp_path / name}" for name in FILE_FORMATS
    ]
    for name, shown in SHOWN_BY.items():
        assert (tmp_path / name).read_text(encoding="utf-8") == call(*shown, "--service-url", over).out, name
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILE_FORMATS)


def test_a_recording_is_reported_on_as_its_job_is(over: str, tmp_path: Path, call: Call) -> None:
    record, live, later = tmp_path / "353.jsonl", tmp_path / "live.xml", tmp_path / "later.xml"
    call("follow", "353", "--service-url", over, "--record", str(record), "--report", f"junit:{live}")
    call("follow", str(record), "--report", f"junit:{later}")
    assert later.read_text(encoding="utf-8") == live.read_text(encoding="utf-8")
    assert "nginx: [emerg]" in ET.fromstring(live.read_text(encoding="utf-8")).findtext(".//testcase/system-out", "")  # noqa: S314


def test_filters_and_tail_change_what_is_shown_and_not_the_report(over: str, tmp_path: Path, call: Call) -> None:
    whole, part = tmp_path / "whole.csv", tmp_path / "part.csv"
    call("follow", "353", "--service-url", over, "--report", f"csv:{whole}")
    done = call("follow", "353", "--service-url", over, "-n", "nothing", "--tail", "1", "--report", f"csv:{part}")
    assert done.out == ""
    assert part.read_text() == whole.read_text()


def test_of_several_jobs_there_is_one_report(over: str, tmp_path: Path, call: Call) -> None:
    words = [word for name in FILE_FORMATS for word in ("--report", f"{name}:{tmp_path / name}")]
    assert call("follow", "352", "353", "--service-url", over, *words).status == 1
    root = ET.fromstring((tmp_path / "junit").read_text(encoding="utf-8"))  # noqa: S314 - it is ours
    assert [suite.get("name") for suite in root] == ["job 352", "job 353"]
    assert [name for name in FILE_FORMATS if "353" not in (tmp_path / name).read_text(encoding="utf-8")] == []


def test_a_plan_is_reported_with_its_jobs_and_what_their_nodes_printed(over: str, tmp_path: Path, call: Call) -> None:
    file = tmp_path / "junit.xml"
    done = call("follow", "plan:301", "--service-url", over, "--report", f"junit:{file}")
    assert done.status == 1
    assert file.read_text(encoding="utf-8") == call("nodes", "plan:301", "--service-url", over, "-o", "junit").out
    assert "<system-out>nginx: [emerg]" in file.read_text(encoding="utf-8")


def test_a_report_of_a_job_that_goes_on_is_partial(at_sixty: str, tmp_path: Path, call: Call) -> None:
    summary, junit = tmp_path / "summary.json", tmp_path / "junit.xml"
    words = ("--report", f"json:{summary}", "--report", f"junit:{junit}", "--interval", "100ms", "--timeout", "0.2")
    done = call("follow", "352", "--service-url", at_sixty, *words)

    assert done.status == 124
    assert f"json report (partial): {summary}\n" in done.err
    assert _partial(summary) == "--timeout was reached"
    assert "This report is partial: --timeout was reached." in junit.read_text(encoding="utf-8")


def test_of_several_jobs_only_those_that_go_on_are_partial(at_sixty: str, tmp_path: Path, call: Call) -> None:
    file = tmp_path / "summary.json"
    words = ("--report", f"json:{file}", "--interval", "100ms", "--timeout", "0.3")
    assert call("follow", "352", "353", "--service-url", at_sixty, *words).status == 1
    assert [json.loads(line)["partial"] for line in file.read_text().splitlines()] == ["--timeout was reached", None]


def test_a_job_that_can_t_be_followed_is_reported_as_such(over: str, tmp_path: Path, call: Call) -> None:
    file = tmp_path / "summary.json"
    done = call("follow", "999", "--service-url", over, "--report", f"json:{file}")
    assert done.status == 5
    assert "999" in _partial(file)


def test_a_server_that_is_gone_is_the_reason(answering: Serve, tmp_path: Path, call: Call) -> None:
    file = tmp_path / "summary.json"
    with answering(503, b"gone") as url:
        done = call("follow", "352", "--service-url", url, "--retry-for", "0", "--report", f"json:{file}")
    assert done.status == 6
    assert "503" in _partial(file)


def test_fail_fast_leaves_a_partial_report(tmp_path: Path, call: Call) -> None:
    file = tmp_path / "summary.json"
    with Simulator(StillApi(30.0)) as simulator:
        words = ("--interval", "100ms", "--fail-fast", "--report", f"json:{file}")
        done = call("follow", "353", "--service-url", simulator.url, *words)
    assert (done.status, _partial(file)) == (9, "--fail-fast was reached")


@pytest.mark.slow
def test_the_command_that_runs_afterwards_is_told_of_the_reports(over: str, tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    command = 'head -c 5 "$ORCH_EVENTS_REPORT_JUNIT"; jq .partial'
    done = run("follow", "352", "--service-url", over, "-q", "--report", f"junit:{file}", "--exec", command)
    assert (done.status, done.err) == (0, "<?xmlnull\n")


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_with_a_report(number: int, status: int, tmp_path: Path) -> None:
    file = tmp_path / "summary.json"
    with Simulator(Api(Ticking(1.0, 30.0).now)) as simulator:
        words = ["follow", "352", "--service-url", simulator.url, "--report", f"json:{file}"]
        with start(words) as process:
            assert process.stdout
            process.stdout.readline()
            process.send_signal(number)
            _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == status
    assert f"json report (partial): {file}\n" in err
    assert _partial(file) == "following was interrupted"


@pytest.mark.slow
def test_that_the_reader_has_gone_leaves_a_report(over: str, tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    command = [*COMMAND, "follow", "360", "--service-url", over, "--report", f"junit:{file}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=SECONDS) == 141
    assert file.read_text(encoding="utf-8").startswith("<?xml ")


@pytest.mark.parametrize(
    ("report", "status", "message"),
    [
        ("junit:-", 2, "error: the junit report can't go to standard output, where the events are"),
        ("junit:", 2, "error: the junit report names no file"),
        ("junit", 2, "'junit' does not begin with a format and a colon: use junit, markdown, html, json, csv"),
        ("xml:a.xml", 2, "'xml:a.xml' does not begin with a format and a colon"),
        (
            "junit:/none/a.xml",
            8,
            "error: the junit report can't be written to '/none/a.xml': No such file or directory",
        ),
    ],
)
def test_what_can_t_be_is_found_out_before_anything_is_asked(
    report: str, status: int, message: str, call: Call
) -> None:
    done = call("follow", "352", "--service-url", "http://127.0.0.1:1", "--report", report)
    assert (done.status, done.out) == (status, "")
    assert message in done.err
    assert "127.0.0.1" not in done.err


def test_a_recording_is_not_replaced_by_its_report(over: str, tmp_path: Path, call: Call) -> None:
    record = tmp_path / "353.jsonl"
    call("list", "353", "--service-url", over, "-q", "--record", str(record))
    before = record.read_bytes()
    done = call("follow", str(record), "--report", f"json:{record}")
    assert (done.status, done.err.partition("\n")[0]) == (2, f"error: {record} has another use here")
    assert record.read_bytes() == before


def test_a_report_that_can_t_be_written_at_the_end_is_told_and_the_others_are_written(
    over: str, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "a.xml":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    words = ("--report", f"junit:{tmp_path / 'a.xml'}", "--report", f"csv:{tmp_path / 'b.csv'}")
    done = call("follow", "352", "--service-url", over, *words)
    assert done.status == 8
    assert "error: the junit report can't be written to " in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]
    assert call("follow", "353", "--service-url", over, *words).status == 1


def test_the_variable_has_a_report_on_each_line(
    over: str, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCH_EVENTS_REPORT", f"junit:{tmp_path / 'a.xml'}\ncsv:{tmp_path / 'b.csv'}")
    call("follow", "352", "--service-url", over, "-q")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xml", "b.csv"]


def test_the_command_that_resumes_has_the_report(at_sixty: str, tmp_path: Path, call: Call) -> None:
    report = f"csv:{tmp_path / 'a b.csv'}"
    done = call("follow", "352", "--service-url", at_sixty, "--report", report, "--timeout", "0.1")
    assert f"--report '{report}'" in done.err


@pytest.mark.parametrize("words", [("--annotate",), ("--report", "csv:nodes.csv")])
def test_github_is_told_of_causes_and_the_log_folds(
    words: tuple[str, ...], over: str, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain = call("follow", "353", "--service-url", over, *words)
    assert "::" not in plain.err
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = call("follow", "353", "--service-url", over, *words)

    assert (done.status, done.out) == (1, plain.out)
    found = re.search(r"^::group::job 353\n::stop-commands::(\w+)\n(?:.*\n)*::\1::\n::endgroup::\n", done.err)
    assert found, done.err
    rest = [line for line in done.err[found.end() :].splitlines() if line.startswith("::")]
    assert len(rest) == 4
    assert rest[0].startswith("::error title=job 353%3A 2 nodes failed::nginx: [emerg] ")


def test_github_is_told_nothing_unless_asked(over: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::" not in call("follow", "353", "--service-url", over).err


def test_the_step_summary_is_appended_to(
    over: str, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    call("follow", "353", "--service-url", over, "--report", f"markdown:{file}")
    assert file.read_text(encoding="utf-8").startswith("before\n\n## job 353 failed after 43s\n")


def test_a_shell_completes_formats_with_a_file_and_then_files() -> None:
    (option,) = [one for one in cli.commands["follow"].params if one.name == "files"]
    context = cli.commands["follow"].make_context("follow", [], resilient_parsing=True)
    offered = [item.value for item in option.type.shell_complete(context, option, "")]
    assert [value.partition(":")[0] for value in offered] == list(FILE_FORMATS)
    assert [item.value for item in option.type.shell_complete(context, option, "ju")] == ["junit:junit.xml"]
    assert [item.type for item in option.type.shell_complete(context, option, "junit:r")] == ["file"]


def test_no_draft_is_left_where_a_signal_comes_while_a_report_is_written(
    over: str, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fdopen", interrupted)
    call("follow", "352", "--service-url", over, "--report", f"csv:{tmp_path / 'a.csv'}")
    assert list(tmp_path.iterdir()) == []

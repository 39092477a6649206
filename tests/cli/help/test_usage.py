"""What is mistyped is told in one sentence, and the hint says what may be meant."""

import click
import pytest

from orch_events.cli.help.command import Command, command
from orch_events.cli.help.usage import to_usage_error
from orch_events.cli.main import cli
from orch_events.cli.options.option import Option
from tests.cli.conftest import Call

_SEE = "see: orch-events --help"
_NO_JOB = (
    "'x' is not a job: use a job number such as 352, plan:9 for a plan job, latest, "
    "the URL of a job, the path of a recording or archive:352"
)
_SEE_LIST = "see: orch-events list --help"
_SEE_JOBS = "see: orch-events jobs --help"
_SEE_FOLLOW = "see: orch-events follow --help"


@pytest.mark.parametrize(
    ("line", "error", "hint"),
    [
        ("folow 352", "there is no command 'folow'", f"did you mean follow? {_SEE}"),
        ("lst 352", "there is no command 'lst'", f"did you mean list? {_SEE}"),
        ("lsit 352", "there is no command 'lsit'", f"did you mean list? {_SEE}"),
        ("faliures 352", "there is no command 'faliures'", f"did you mean failures? {_SEE}"),
        ("comp bash", "there is no command 'comp'", f"did you mean compare or completion? {_SEE}"),
        ("watch 352", "there is no command 'watch'", f"did you mean follow? {_SEE}"),
        ("tail 352", "there is no command 'tail'", f"did you mean follow? {_SEE}"),
        ("logs 352", "there is no command 'logs'", f"did you mean list or follow? {_SEE}"),
        ("get 352", "there is no command 'get'", f"did you mean list? {_SEE}"),
        ("failed 352", "there is no command 'failed'", f"did you mean failures? {_SEE}"),
        ("nonsense", "there is no command 'nonsense'", _SEE),
        ("open", "there is no command 'open'", _SEE),
        ("continue", "there is no command 'continue'", _SEE),
        ("repeat", "there is no command 'repeat'", _SEE),
        ("run", "there is no command 'run'",
         "orch-events only reads; to start one, run: puppet job run, or puppet task run"),
        ("stop 352", "there is no command 'stop'", "orch-events only reads; to stop a job, run: puppet job stop JOB"),
        ("login", "there is no command 'login'", "to log in, run: puppet access login"),
        ("get jobs", "there is no command 'get'", f"did you mean jobs? {_SEE}"),
        ("version", "there is no command 'version'", f"did you mean --version? {_SEE}"),
        ("rerun 352", "there is no command 'rerun'", f"did you mean failures --rerun? {_SEE}"),
        ("view 352", "there is no command 'view'", f"did you mean list or summary? {_SEE}"),
        ("352", "there is no command '352'", "the command comes first, as in: orch-events follow 352"),
        ("--nonsense", "orch-events has no option '--nonsense'", _SEE),
        (
            "--json list 352",
            "orch-events has no option '--json'",
            "options come after the command, as in: orch-events list --json",
        ),
        ("follow 352 --interva 2s", "follow has no option '--interva'", f"did you mean --interval? {_SEE_FOLLOW}"),
        ("follow 352 --nodes x", "follow has no option '--nodes'", f"did you mean --node? {_SEE_FOLLOW}"),
        ("list 352 --tpye x", "list has no option '--tpye'", f"did you mean --type? {_SEE_LIST}"),
        ("list 352 --tyy x", "list has no option '--tyy'", _SEE_LIST),
        ("list 352 --url x", "list has no option '--url'", f"did you mean --service-url? {_SEE_LIST}"),
        ("list 352 --format x", "list has no option '--format'", f"did you mean --output? {_SEE_LIST}"),
        ("list 352 --host x", "list has no option '--host'", f"did you mean --node or --service-url? {_SEE_LIST}"),
        ("list 352 --interval 2", "list has no option '--interval'", f"did you mean follow --interval? {_SEE_LIST}"),
        ("list 352 --follow", "list has no option '--follow'", "to watch live: orch-events follow 352"),
        ("list 352 -f", "list has no option '-f'", "to watch live: orch-events follow 352"),
        ("failures 352 --watch", "failures has no option '--watch'",
         "to watch live: orch-events follow 352"),
        ("list 352 --rerun", "list has no option '--rerun'", f"did you mean failures --rerun? {_SEE_LIST}"),
        ("list 352 --token x", "list has no option '--token'", f"did you mean --token-file? {_SEE_LIST}"),
        ("list 352 --limit 5", "list has no option '--limit'", f"did you mean --tail? {_SEE_LIST}"),
        ("list 352 --errors", "list has no option '--errors'", f"did you mean --failed? {_SEE_LIST}"),
        ("jobs --status failed", "jobs has no option '--status'", f"did you mean --state? {_SEE_JOBS}"),
        ("jobs --tail 10", "jobs has no option '--tail'", f"did you mean --limit? {_SEE_JOBS}"),
        ("jobs --node web", "jobs has no option '--node'", _SEE_JOBS),
        ("jobs --watch", "jobs has no option '--watch'", "to watch live: orch-events follow latest"),
        ("jobs --follow", "jobs has no option '--follow'", "to watch live: orch-events follow latest"),
        ("follow 352 --follow", "follow has no option '--follow'", _SEE_FOLLOW),
        ("list 352 --sort x", "list has no option '--sort'", _SEE_LIST),
        ("list 352 --port 1", "list has no option '--port'", _SEE_LIST),
        ("list 352 --report", "list has no option '--report'", _SEE_LIST),
        ("list 352 -z", "list has no option '-z'", _SEE_LIST),
        ("list -5", "list has no option '-5'", _SEE_LIST),
        ("follow", "follow needs a JOB, as in: orch-events follow 352", _SEE_FOLLOW),
        ("list", "list needs a JOB, as in: orch-events list 352", _SEE_LIST),
        ("completion", "completion needs a SHELL, as in: orch-events completion bash",
         "see: orch-events completion --help"),
        ("list 352 353", "unexpected argument for list: '353'",
         "to show several jobs in one stream: orch-events follow 352 353"),
        ("summary 352 353", "unexpected argument for summary: '353'",
         "to compare two jobs: orch-events compare 352 353"),
        ("list 352 x", "unexpected argument for list: 'x'", "usage: orch-events list [OPTIONS] JOB"),
        ("list latest-1", "'latest-1' is not a job: did you mean latest~1?", _SEE_LIST),
        ("simulate x y", "unexpected arguments for simulate: 'x' 'y'", "usage: orch-events simulate [OPTIONS]"),
        ("list 352 --start", "--start needs a value, as in: --start ID", _SEE_LIST),
        ("list 352 -t", "-t needs a value, as in: -t TYPE", _SEE_LIST),
        ("list 352 --failed=3", "--failed takes no value", _SEE_LIST),
        ("list 352 --no-exit-status=3", "--no-exit-status takes no value", _SEE_LIST),
        ("list 352 --help=3", "--help takes no value", _SEE_LIST),
        ("list 352 --start x", "--start: 'x' is not a whole number", _SEE_LIST),
        ("list 352 --start -1", "--start: '-1' is too small: the minimum is 0", _SEE_LIST),
        ("jobs -L 0", "--limit: '0' is too small: the minimum is 1", _SEE_JOBS),
        ("list 352 -o xml", "--output: 'xml' is not one of table, jsonl, json, csv", _SEE_LIST),
        ("list 352 -o JSON", "--output: 'JSON' is not one of table, jsonl, json, csv",
         f"did you mean json? {_SEE_LIST}"),
        (
            "list x",
            _NO_JOB,
            _SEE_LIST,
        ),
        ("completion tcsh", "'tcsh' is not one of bash, zsh, fish", "see: orch-events completion --help"),
        ("simulate --port 99999", "--port: '99999' is not a port number from 0 to 65535",
         "see: orch-events simulate --help"),
        ("simulate --speed 0", "--speed: '0' is not a number above 0, such as 0.5 or 60",
         "see: orch-events simulate --help"),
        ("simulate --speed nan", "--speed: 'nan' is not a number above 0, such as 0.5 or 60",
         "see: orch-events simulate --help"),
        ("simulate --speed fast", "--speed: 'fast' is not a number above 0, such as 0.5 or 60",
         "see: orch-events simulate --help"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_sentence_with_what_may_be_meant(line: str, error: str, hint: str, call: Call) -> None:
    done = call(*line.split())

    assert (done.status, done.out) == (2, "")
    assert done.err == f"error: {error}\nhint: {hint}\n"


def test_a_time_that_is_none_names_its_option(over: str, call: Call) -> None:
    error, hint = call("list", "352", "--since", "soon", "--service-url", over).err.splitlines()

    assert error.startswith("error: --since: 'soon' is not a time: use ")
    assert hint == f"hint: {_SEE_LIST}"


def test_what_click_says_of_nothing_in_particular_is_said_in_our_way() -> None:
    bare = to_usage_error(click.UsageError("Something\n is wrong."))
    of_a_command = to_usage_error(click.UsageError("It fails.", click.Context(cli.commands["list"], info_name="list")))

    assert (bare.message, bare.hint) == ("something is wrong", _SEE)
    assert (of_a_command.message, of_a_command.hint) == ("it fails", "see: list --help")


def test_a_command_that_needs_two_jobs_says_so() -> None:
    @command("compare")
    @click.argument("jobs", metavar="JOB JOB", nargs=2)
    def compare() -> None:
        """Compare two jobs.

        \b
        orch-events compare 352 353    what is new
        """

    with pytest.raises(click.UsageError) as caught:
        compare.make_context("compare", ["352"])

    assert to_usage_error(caught.value).message == "compare needs two JOBs, as in: orch-events compare 352 353"


def test_no_command_or_option_is_what_others_call_something_else() -> None:
    for named in cli.commands.values():
        own = {name.lstrip("-") for one in named.params for name in (*one.opts, *one.secondary_opts)}
        also = {word for one in named.params if isinstance(one, Option) for word in one.also}
        assert also.isdisjoint(own)
        assert isinstance(named, Command)
        assert set(named.also).isdisjoint(cli.commands)

r"""The texts of the topics of `orch-events help`, and nothing else.

They are written like a command's help. A name in braces is replaced by a table that `help` makes of the program's
own definitions.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Topic(NamedTuple):
    """A topic.

    Attributes:
        about: a short description.
        text: the text.
    """

    about: str
    text: str


_JOB = """
    JOB names a job. It is one of these:

    \b
    352          a job number, as the console and puppet job run show it
    latest       the newest job on the server
    latest~2     the second before it
    plan:9       a plan job, with the jobs that it starts; plan:latest is the newest one
    https://...  the URL of a job or plan job, in the API or the console
    352.jsonl    a recording: written with --record or --json, or a saved response; may be gzipped
    -            a recording on standard input
    archive:352  a job in the archive that --archive names, and collect writes

    Plan jobs have numbers of their own: plan:9 is not job 9.

    The server deletes jobs after 30 days; a recording lasts, and needs no server. Record with --record: each line
    then names its job, and the job's record is among them, so that the reports and exit statuses are those of the
    server. If a recording contains several jobs, choose one with --job. If it ends before its job does, the outcome
    is unknown, and the command that shows the rest is named. follow shows a recording at once, or with --speed in the
    time that it took. Damaged lines are skipped and reported. If the name of a recording could be a job number, write
    it with its folder: ./352.

    A saved response of the nodes endpoint has no events, but reports read it too.

    With --demo, jobs come from the built-in simulator; orch-events jobs --demo lists them.
"""

_FOLLOWING = """
    follow shows each event once, ordered by id, from the first event or from --start, and exits when the job is over.
    It can start before the job does, while it runs, or afterwards.

    A job is over when it says so, with the event job_finished or job_aborted or in its record (finished, failed or
    stopped), or when all of its nodes are done. Silence does not end a job: a node can be quiet for minutes. Before it
    exits, follow always asks the server once more, so that the last events are not lost. If events are still missing
    then, or the record can't be read, it first waits until nothing new has come for --settle. With --verbose, follow
    tells by which signs the job is over.

    What is not known is never shown as an outcome. If neither the events nor the record tell how the job ended, its
    state is unknown, and the exit status is 6.

    --interval is the polling interval. While no events come, it grows to up to five times as long. Only GET requests
    are sent to the server.

    follow survives server errors. Lost connections, responses that are cut off, HTTP 429 and HTTP 5xx are retried with
    exponential back-off and jitter, up to 30 seconds apart, or after as long as the server asks for. Once the server
    has responded well, so is everything but the API's own refusal: HTML, broken JSON, redirects to a login page. One
    line says that the connection is lost, and one that it is restored. After --retry-for without a good response,
    follow gives up; the state of the job is then unknown. Other commands give up after 10 seconds, unless --retry-for
    says otherwise. A host whose name is not known at the start ends a command at once, unless --retry-for is given.

    When the token expires, run puppet access login in another terminal within --auth-wait. The new token is used as
    soon as it is written.

    On a terminal, a progress line below the events shows the nodes by state, the time elapsed, and, when it gets quiet,
    the age of the last event or response. Elsewhere, a heartbeat on standard error says the same after every minute of
    silence. --no-progress turns both off.

    Ctrl-C only detaches: the job keeps running. follow then prints how many nodes are done, and the command that shows
    the rest. The same happens when --timeout is reached.

    \b
    orch-events follow 352 --start 1312               show the rest, from that event on
    orch-events follow 352 --cursor-file 352.cursor   detach, and resume with the same command

    A cursor file can be shared by several jobs and servers: it is keyed by both. If the server no longer has the last
    event that was shown, because it was restored from a backup, follow says so and starts over.

    A plan job is followed together with the jobs that it starts, in one stream: each job's events stand between the
    plan's event that it started and what the plan does next. A plan is over when it says so, with the event
    plan_finished or plan_failed or in its record; follow also waits for its jobs. A job that can't be read is reported,
    and the plan goes on. --start means the plan's own events, and leaves out the jobs that were started before, but
    those that it names: --start 70016,342=1312 goes on with job 342 too, at its event 1312. That is what the command
    has that resumes a plan.

    An event that arrives late, after others with higher ids, is still shown, marked (late) in the table.
"""

_TIME = """
    A duration is a number with a unit, several of these, or a number of seconds:

    \b
    500ms    half a second
    10m      ten minutes
    1h30m    an hour and a half
    2d       two days
    1w       a week
    90       ninety seconds

    A TIME, for --since and --until, is one of these:

    \b
    10m                         ten minutes ago; any duration works
    2016-05-05                  the start of that day
    2016-05-05T19:50            the start of that minute
    2016-05-05T19:50:08Z        that second, in RFC 3339 format
    2016-05-05T21:50:08+02:00   the same second, in another time zone
    1462477808                  the same second, in seconds since 1970

    A TIME without a zone is local time, even with --time utc. Local time is that of this machine, or of the zone in TZ.

    Servers send UTC. The table shows local time; --time utc shows UTC, and --time elapsed the time since the first
    event of the job. jsonl, json and csv keep the server's timestamps.
"""

_FORMATS = """
    -o, or --output, sets the format of standard output. Nothing else is written there: progress, warnings and errors
    go to standard error.

    \b
    table   to read: one event per line, cut to the width of a terminal, but never in a pipe or file
    jsonl   for scripts, same as --json: the server's own objects, unchanged, one per line
    json    the same objects in one array; not for follow, whose output has no end
    csv     with the header id,timestamp,type,node,message

    When several jobs are followed, each jsonl object starts with the key "job", and csv with the column job. Of a plan
    and its jobs, each starts with "plan" or "job"; a message that the list of events has cut is fetched whole.

    \b
    orch-events list 352 --json | jq -r .type    only the type of each event
    orch-events list 352 -o csv --csv-safe       for a spreadsheet

    A spreadsheet computes a cell that begins with =, +, - or @, whoever wrote it. With --csv-safe such a cell begins
    with an apostrophe.

    jsonl and json are never coloured or cut. The table and csv show control characters as escapes, such as \\x1b.

    Reports have formats for other programs: nodes has junit, summary markdown, timeline svg, html, perfetto and otlp.
    follow --report writes them to files when it ends, as in --report junit:junit.xml.
"""

_EXIT_STATUS = """
    The exit status says how the command ended.

    \b
    {exit statuses}

    1 and 3 always mean the outcome of the job, and nothing else. follow exits with the outcome; list does so only with
    --exit-status, and its 0 can also mean that the job is still running. --fail-on chooses what counts as a failure.

    Of a plan job, its own word counts: 1 if the plan failed, 0 if it finished, even if a node of one of its jobs
    failed, since a plan may expect that. --fail-on without failed makes both 0.

    For several jobs, the worst status counts: 8 to 4, then 3, 1, 9, 124, 0.

    \b
    orch-events follow 352 --timeout 1h    in CI: the step fails if the job fails

    An error is one sentence on standard error, followed by a hint at the next step.
"""

_EXEC = """
    follow --exec runs a command when following has ended: the job is over, --timeout or --fail-fast was reached, or the
    server is gone. After Ctrl-C or another signal, or if the reader of the output has gone, it runs only with
    --exec-always.

    \b
    --exec 'notify-send "job $ORCH_EVENTS_OUTCOME"'
    --exec 'jq .durations.p90'
    --exec 'orch-events failures $ORCH_EVENTS_JOB'

    The shell runs it. It finds the summary of the job, as summary --json writes it, on standard input, a line for each
    job; and in its environment:

    \b
    ORCH_EVENTS_JOB       the job's number
    ORCH_EVENTS_OUTCOME   finished, failed, aborted, stopped, running or unknown
    ORCH_EVENTS_STATUS    the exit status of follow
    ORCH_EVENTS_FAILED    how many nodes failed or errored
    ORCH_EVENTS_REPORT_X  the file of a --report, by its format, as in ORCH_EVENTS_REPORT_JUNIT

    Of several jobs, JOB and OUTCOME have a word for each, in the order in which they were named. For an orch-events in
    the command these are no options, though some are named so; other variables work as always, but for those of --exec.

    What it prints goes to standard error. It is ended after --exec-timeout. That it fails is told, and changes nothing
    of the exit status. It is not told the token.
"""

_ENVIRONMENT = """
    Every option has an environment variable, ORCH_EVENTS_ and the name of the option. Precedence, highest first:
    option, environment variable, user's orchestrator.conf, global orchestrator.conf, default.

    \b
    {variables}

    An empty variable counts as unset. For an option without a value, set its variable to 1 or 0:
    ORCH_EVENTS_EXIT_STATUS=0 means --no-exit-status. For a repeatable option, write one value per line. A value
    that a command can't use, as a format that it does not have, is ignored; doctor lists these.

    These variables are used too:

    \b
    NO_COLOR         no colour, unless --color always
    FORCE_COLOR      colour without a terminal, too; same as CLICOLOR_FORCE
    CLICOLOR         0: no colour
    TERM             dumb: no colour and no progress line
    COLUMNS          the width of help
    PAGER            pages what is longer than the terminal; less unless set, cat: no pager
    TZ               the local time zone
    HTTPS_PROXY      a proxy for https; ALL_PROXY works too, NO_PROXY lists exceptions
    HOME             the folder of .puppetlabs; on Windows USERPROFILE
"""

TOPICS: Mapping[str, Topic] = {
    "job": Topic("The ways to name a JOB.", _JOB),
    "following": Topic("How follow finds the end, retries and detaches.", _FOLLOWING),
    "time": Topic("Durations, times and time zones.", _TIME),
    "formats": Topic("Table, JSON Lines, JSON and CSV.", _FORMATS),
    "exit-status": Topic("What each exit status means.", _EXIT_STATUS),
    "exec": Topic("What the command of follow --exec is told.", _EXEC),
    "environment": Topic("Environment variables, and what they set.", _ENVIRONMENT),
}
"""The help topics, by name."""

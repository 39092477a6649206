r"""The texts of the topics of `orch-events help`, and nothing else.

They are written like a command's docstring. A name in braces is replaced by a table that `help` makes of the program's
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
    JOB says which job is meant. It is one of these:

    \b
    352         the job's number, as the console shows it and as puppet job run prints it
    latest      the newest job of the server
    https://... the URL of a job, of the API or of the console
    352.jsonl   a recording: what --record or --json wrote, or a saved answer; gzipped too
    -           such a recording on standard input

    The server forgets jobs after 30 days; a recording lasts, and needs no server. Where it holds several jobs, --job
    says which. follow shows all of it at once, or with --speed as it happened. What is damaged in it is named and
    passed over. A file whose name could be a job's is written with its folder: ./352.

    With --demo the embedded simulator is asked; orch-events simulate names
    its jobs.
"""

_FOLLOWING = """
    follow shows each event once, in the order of ids, from the first one on, or from --start, and leaves when the job
    is over. It can begin before the job does, while it runs, or afterwards.

    A job is over when it says so itself, by the event job_finished or job_aborted or by its record (finished, failed
    or stopped), or when each of its nodes is over. Silence is no sign: a node may be quiet for minutes. Whatever the
    sign, the server is asked once more, so that nothing is lost that comes with the end. Only where the job's record
    can't be had, a silence of --settle ends a job whose nodes are all over, and a warning says so.

    The server is asked each --interval while events come, and up to five times more slowly while none do. Nothing is
    ever sent to it but GET.

    When the server fails, follow goes on. Connections that fail, answers that break off, HTTP 429 and 5xx are tried
    again, after pauses that grow to thirty seconds or are as long as the server wishes. One line tells that contact
    is lost, and one that it is back. After --retry-for without a good answer it gives up: the state of the job is
    unknown then. Commands that do not follow give up at once, unless --retry-for says otherwise.

    When the token expires, run puppet access login in another terminal, within --auth-wait: the new token is used as
    soon as it is there.

    Quiet is not dead. On a terminal, a line under the events shows how many nodes are in which state, how long it has
    taken, and how old the last event and the last answer are. Elsewhere a line on standard error tells the same after
    each minute of silence. --no-progress wants neither.

    Ctrl-C only detaches: the job goes on. A line says how far it is, and which command shows the rest. The same
    happens when --timeout is reached.

    \b
    orch-events follow 352 --start 1312               the rest, from that event on
    orch-events follow 352 --cursor-file 352.cursor   leave, and resume by the same words

    An event that becomes visible late, behind others with higher ids, is shown too, marked (late) in the table.
"""

_TIME = """
    A duration is a number with a unit, several of these, or a bare number of seconds:

    \b
    500ms    half a second
    10m      ten minutes
    1h30m    an hour and a half
    2d       two days
    90       ninety seconds

    A point in time, for --since and --until, is one of these:

    \b
    10m                         ten minutes ago; any duration will do
    2016-05-05                  the beginning of that day
    2016-05-05T19:50            the beginning of that minute
    2016-05-05T19:50:08Z        that second, as RFC 3339 writes it
    2016-05-05T21:50:08+02:00   the same second, in another zone
    1462477808                  the same second, counted from 1970 on

    What has no zone is local time, whatever --time says. Local is the zone of this machine, or that in the variable
    TZ.

    Servers write UTC. The table shows local time, UTC with --time utc, or with --time elapsed what had passed since
    the job's first event; jsonl, json and csv keep what the server wrote.
"""

_FORMATS = """
    -o, or --output, chooses the format of what goes to standard output. Nothing else goes there: how far a job is,
    warnings and errors go to standard error.

    \b
    table   for people: an event a line; cut to the width of a terminal, and elsewhere never
    jsonl   for programs, also as --json: the server's own objects, every key and value kept, one a line
    json    the same objects in one array; not for follow, which has no end
    csv     a header, and id,timestamp,type,node,message

    Where several jobs are followed, each object of jsonl gains a first key "job", and csv a first column job.

    \b
    orch-events list 352 --json | jq -r .type    only the type of each
    orch-events list 352 -o csv > 352.csv        for a spreadsheet

    jsonl and json are never coloured or cut. In the table and in csv, characters that would act on a terminal are
    shown as escapes, such as \\x1b.
"""

_EXIT_STATUS = """
    The exit status says how the command ended.

    \b
    {exit statuses}

    1 and 3 tell the outcome of the job and nothing else. follow ends with the outcome; list does so with
    --exit-status only, and 0 can then also mean that the job is not over yet. --fail-on chooses what is no success.

    Of several jobs the worst counts: 8 to 4, then 3, 1, 124, 0.

    \b
    orch-events follow 352 --timeout 1h || exit $?    the job's outcome is that of a step in CI

    An error is one sentence on standard error, and a hint at what to do next.
"""

_ENVIRONMENT = """
    Each option has a variable, ORCH_EVENTS_ and its name. An option beats its variable, that the user's
    orchestrator.conf, that the global orchestrator.conf, that the default.

    \b
    {variables}

    A variable that is empty counts as not there. That of an option without a value is 1 or 0; so
    ORCH_EVENTS_EXIT_STATUS=0 is --no-exit-status. That of an option that is repeatable has a value a line.

    These say something too:

    \b
    NO_COLOR         no colour, unless --color always
    FORCE_COLOR      colour where there is no terminal too, as CLICOLOR_FORCE
    CLICOLOR         0: no colour
    TERM             dumb: no colour, and no line that is drawn anew
    COLUMNS          how wide help is
    TZ               which zone is local
    HTTPS_PROXY      a proxy for https, as ALL_PROXY; NO_PROXY names hosts without
    HOME             where ~/.puppetlabs is; on Windows USERPROFILE
"""

TOPICS: Mapping[str, Topic] = {
    "job": Topic("What a JOB can be.", _JOB),
    "following": Topic("How the end is found, what is tried again, what Ctrl-C does.", _FOLLOWING),
    "time": Topic("Durations, points in time, zones.", _TIME),
    "formats": Topic("Table, JSON Lines, JSON and CSV.", _FORMATS),
    "exit-status": Topic("What the exit status says.", _EXIT_STATUS),
    "environment": Topic("The variables that are looked at.", _ENVIRONMENT),
}
"""The help topics, by name."""

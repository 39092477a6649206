"""JobRef: what may be typed as JOB: a number, `latest`, `latest~2`, an URL, a recording's path, `archive:352`."""

import re
from typing import Literal, NamedTuple

from orch_events.wire.job_key import PLAN

# Texts: `re` compiles each when one is first looked for, and keeps it.
_PATH = r"(?s:-|(?!.*://)(?:(?:~|\.\.?)?/.*|.*\.(?:jsonl?|gz)))"
"""What can only be a recording: standard input, a path with a directory, a file name with a suffix."""

_NUMBER = r"[0-9]{1,18}"
_LATEST = r"(?P<plan>plan:)?latest(?:~(?P<before>[0-9]{0,4}))?"
"""As git has it: `latest~2` is the second before the newest, `latest~` the one before it."""
_PLAN = rf"plan:(?P<number>{_NUMBER})"
_ARCHIVED = rf"archive:(?P<plan>plan:)?(?P<number>{_NUMBER})"
_LIKE_LATEST = r"(?i)(?P<plan>plan[:/-]?)?(?:latest|last|newest|head)(?:[~^-]+(?P<before>[0-9]{0,4}))?"
_LIKE_NUMBER = rf"(?i)(?:(?:(?P<plan>plan)|jobs?|id)[:/#= -]*|#)?(?P<number>{_NUMBER})"
"""What others would write for `latest~2` and `plan:9`."""
_URL = (
    r"(?i)(?P<scheme>https?)://(?:[^/?#@]*@)?(?P<host>\[[0-9a-f:.]+\]|[^/?#@:\[\]\s]+)(?P<port>:[0-9]{1,5})?"
    r"(?P<path>/[^?#]*)?(?:\?[^#]*)?(?:#(?P<fragment>.*))?"
)
_IN_API = rf"(?P<prefix>.*?)/orchestrator/v1/(?P<plan>plan_)?jobs/(?P<number>{_NUMBER})(?:/.*)?"
_IN_CONSOLE = rf".*?/(?:jobs|tasks|(?P<plan>plans))/(?:[^/?#]+/)*?(?P<number>{_NUMBER})(?:[/?#].*)?"


class JobRef(NamedTuple):
    """A reference to a job.

    Attributes:
        kind: by number, as the latest one, by a URL of the API or of the console, by recording, or in the archive.
        number: the job's number, as the server writes it, `plan:` and the number for a plan job; "" for the latest job,
            `plan:` for the latest plan job; "" for recordings.
        place: for a URL, scheme, host and port, and the path of a proxy for one of the API; without credentials. For a
            recording, its path as it was typed, or `-`.
        before: how many jobs before the latest one.
    """

    kind: Literal["number", "latest", "api", "console", "recording", "archive"]
    number: str = ""
    place: str = ""
    before: int = 0

    @classmethod
    def parse(cls, text: str) -> "JobRef":
        """Parse what was typed; raises ValueError with a message for the user, which contains no credentials."""
        if re.fullmatch(_NUMBER, text):
            return cls("number", str(int(text)))
        if found := re.fullmatch(_LATEST, text):
            before = 0 if found["before"] is None else int(found["before"] or 1)
            return cls("latest", found["plan"] or "", before=before)
        if found := re.fullmatch(_PLAN, text):
            return cls("number", f"{PLAN}{int(found['number'])}")
        if found := re.fullmatch(_ARCHIVED, text):
            return cls("archive", _key(found))
        if (url := re.fullmatch(_URL, text)) and (name := cls._of_url(url)):
            return name
        if re.fullmatch(_PATH, text):
            return cls("recording", place=text)
        shown = "this" if "@" in text else repr(text)
        if meant := _meant_by(text):
            raise ValueError(f"{shown} is not a job: did you mean {meant}?")
        raise ValueError(
            f"{shown} is not a job: use a job number such as 352, plan:9 for a plan job, latest, the URL of a job, "
            "the path of a recording or archive:352"
        )

    def name_for(self, number: str) -> str:
        """Return the name of a job in suggested commands: the path of its recording, or its number."""
        return self.place if self.kind == "recording" else f"{'archive:' * (self.kind == 'archive')}{number}"

    @property
    def latest_name(self) -> str:
        """How the latest job, or one before it, is written."""
        return f"{self.number}latest" + f"~{self.before}" * (self.before > 0)

    @classmethod
    def _of_url(cls, url: re.Match[str]) -> "JobRef | None":
        path, fragment = url["path"] or "", url["fragment"] or ""
        place = f"{url['scheme']}://{url['host']}{url['port'] or ''}".lower()
        if found := re.fullmatch(_IN_API, path):
            return cls("api", _key(found), place + found["prefix"])
        if found := re.fullmatch(_IN_CONSOLE, path) or re.fullmatch(_IN_CONSOLE, f"/{fragment}"):
            return cls("console", _key(found), place)
        return None


def _meant_by(text: str) -> str:
    """Return what may be meant by what is not quite a job; "" if nothing comes near."""
    text = text.strip()
    if found := re.fullmatch(_LIKE_LATEST, text):
        before = f"~{found['before'] or 1}" if found["before"] is not None else ""
        return f"{PLAN * bool(found['plan'])}latest{before}"
    if found := re.fullmatch(_LIKE_NUMBER, text):
        return f"{PLAN * bool(found['plan'])}{found['number']}"
    return ""


def _key(found: re.Match[str]) -> str:
    return PLAN * bool(found["plan"]) + str(int(found["number"]))

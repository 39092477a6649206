"""What people call a job: its number, `latest`, the URL of something about it, or the recording where it is."""

import re
from typing import Literal, NamedTuple

_PATH = re.compile(r"-|(?!.*://)(?:(?:~|\.\.?)?/.*|.*\.(?:jsonl?|gz))", re.DOTALL)
"""What can only be a recording: standard input, a path with its folder, a file's name with its ending."""

_NUMBER = re.compile(r"[0-9]{1,18}")
_URL = re.compile(
    r"(?P<scheme>https?)://(?:[^/?#@]*@)?(?P<host>\[[0-9a-f:.]+\]|[^/?#@:\[\]\s]+)(?P<port>:[0-9]{1,5})?"
    r"(?P<path>/[^?#]*)?(?:\?[^#]*)?(?:#(?P<fragment>.*))?",
    re.IGNORECASE,
)
_IN_API = re.compile(rf"(?P<prefix>.*?)/orchestrator/v1/jobs/(?P<number>{_NUMBER.pattern})(?:/.*)?")
_IN_CONSOLE = re.compile(rf".*?/(?:jobs|tasks)/(?:[^/?#]+/)*?(?P<number>{_NUMBER.pattern})(?:[/?#].*)?")


class JobRef(NamedTuple):
    """What somebody called a job.

    Attributes:
        kind: how: by its number, as the latest one, by an URL of the API or of the console, by its recording.
        number: the job's number, as the server writes it; "" for the latest one, and for one in a recording.
        place: of an URL: scheme, host and port, and of one of the API a proxy's path; credentials are left out. Of a
            recording: its path as it was typed, or `-`.
    """

    kind: Literal["number", "latest", "api", "console", "recording"]
    number: str = ""
    place: str = ""

    @classmethod
    def parse(cls, text: str) -> "JobRef":
        """Read what was typed; raises ValueError with a sentence for the user, which repeats no credentials."""
        if text == "latest":
            return cls("latest")
        if _NUMBER.fullmatch(text):
            return cls("number", str(int(text)))
        if (url := _URL.fullmatch(text)) and (name := cls._of_url(url)):
            return name
        if _PATH.fullmatch(text):
            return cls("recording", place=text)
        shown = "this" if "@" in text else repr(text)
        raise ValueError(
            f"{shown} is not a job: use a job number such as 352, latest, the URL of a job or the path of a recording"
        )

    def name_for(self, number: str) -> str:
        """Return how a job of this number is called in commands: where it is, or by its number."""
        return self.place if self.kind == "recording" else number

    @classmethod
    def _of_url(cls, url: re.Match[str]) -> "JobRef | None":
        path, fragment = url["path"] or "", url["fragment"] or ""
        place = f"{url['scheme']}://{url['host']}{url['port'] or ''}".lower()
        if found := _IN_API.fullmatch(path):
            return cls("api", str(int(found["number"])), place + found["prefix"])
        if found := _IN_CONSOLE.fullmatch(path) or _IN_CONSOLE.fullmatch(f"/{fragment}"):
            return cls("console", str(int(found["number"])), place)
        return None

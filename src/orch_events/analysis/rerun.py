"""The puppet command that runs a job again on some of its nodes, with the job's own options."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from orch_events.wire.records import JobRecord

_FLAGS: Mapping[str, tuple[bool, str]] = {
    "noop": (True, "--noop"),
    "no_noop": (True, "--no-noop"),
    "enforce_environment": (False, "--no-enforce-environment"),
    "debug": (True, "--debug"),
    "trace": (True, "--trace"),
    "evaltrace": (True, "--evaltrace"),
}
"""Options that are a flag, each with the value for which it is given."""

_WITH_VALUE = {"environment": "--environment", "concurrency": "--concurrency", "description": "--description"}

_OF_DEPLOYS = frozenset({*_FLAGS, *_WITH_VALUE})
_OF_TASKS = frozenset({"noop", "environment", "description"})

_SAID_OTHERWISE = frozenset({"scope", "target", "targets", "task", "params", "sensitive"})

_NOT_GIVEN = frozenset({"scheduled-job-id", "plan_job"})
"""What says how a job came about, not what it does."""

_DEFAULTS = {"transport": "pxp"}
"""Options that the server fills in, with the value that a rerun has anyway."""

_SECRET = re.compile(r"^\*{3,}$|\b(?:redacted|sensitive)\b", re.IGNORECASE)
"""What a server may write instead of a secret value."""


class Rerun(msgspec.Struct, frozen=True):
    """A command, as complete as it can be.

    Attributes:
        words: the command's words, unquoted; all of them printable.
        lacks: what the job was given and the command lacks: secrets, and options that the command does not have.
    """

    words: Sequence[str]
    lacks: Sequence[str]

    @classmethod
    def from_record(cls, record: JobRecord, nodes: str) -> "Rerun | None":
        """Make the command that runs a job again; None if there is none.

        Args:
            record: the job's record.
            nodes: the value of --nodes: names separated by commas, or `@` and a file name.
        """
        if record.type == "deploy":
            words, lacks = _options(record.options, _OF_DEPLOYS)
            return cls(["puppet", "job", "run", "--nodes", nodes, *words], lacks)
        task = record.options.get("task")
        if record.type == "task" and isinstance(task, str) and _can_be_word(task):
            words, lacks = _options(record.options, _OF_TASKS)
            parameters, secrets = _parameters(record.options)
            return cls(["puppet", "task", "run", task, "--nodes", nodes, *parameters, *words], [*secrets, *lacks])
        return None


_CERTNAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


def is_certname(name: str) -> bool:
    """Whether a node's name can stand in --nodes or in a file of names, and means nothing else there."""
    return _CERTNAME.fullmatch(name) is not None


def _options(options: Mapping[str, Any], known: Collection[str]) -> tuple[list[str], list[str]]:
    """Return the words for a job's options, and the names of options that can't be expressed."""
    words: list[str] = []
    lacks = []
    for name, value in options.items():
        implied = name in _SAID_OTHERWISE | _NOT_GIVEN or _DEFAULTS.get(name, "") == value
        given = [] if implied else _option(name, value)
        if given is None or (given and name not in known):
            lacks.append(name)
        else:
            words += given
    return words, lacks


def _option(name: str, value: object) -> list[str] | None:
    """Return the words for an option; none if it has no effect; None if it can't be expressed."""
    if name in _FLAGS and isinstance(value, bool):
        when, flag = _FLAGS[name]
        return [flag] if value is when else []
    if not value:
        return []
    if name in _WITH_VALUE and isinstance(value, str | int) and _can_be_word(str(value)):
        return [_WITH_VALUE[name], str(value)]
    return None


def _parameters(options: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the words for a task's parameters, and what they lack."""
    parameters, secret = options.get("params") or {}, options.get("sensitive")
    if not isinstance(parameters, Mapping):
        return [], ["the parameters"]
    secrets = [name for name, value in parameters.items() if _is_secret(value) or name in _names(secret)]
    known = {name: value for name, value in parameters.items() if name not in secrets}
    lacks = [f"the secret parameter {name}" for name in secrets]
    inline = [_inline(name, value) for name, value in known.items()]
    if None not in inline:
        return [word for word in inline if word], lacks
    try:
        return ["--params", json.dumps(known)], lacks
    except RecursionError:
        return [], ["the parameters"]


def _names(secret: object) -> Collection[str]:
    return [name for name in secret if isinstance(name, str)] if isinstance(secret, list) else []


def _is_secret(value: object) -> bool:
    return isinstance(value, str) and _SECRET.search(value) is not None


def _inline(name: str, value: object) -> str | None:
    """Return `name=value`; None if it would be read as something else."""
    if isinstance(value, str):
        text = "" if _is_json(value) else value
    else:
        text = json.dumps(value) if isinstance(value, bool | int | float) else ""
    return f"{name}={text}" if name.isidentifier() and _can_be_word(text) else None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _can_be_word(text: str) -> bool:
    """Whether a text can be a word of a command that the user sees and copies."""
    return text.isprintable() and bool(text) and not text.startswith("-")

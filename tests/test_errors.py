"""What can go wrong, and the exit status of each."""

import errno
import os
import re
import socket
import ssl

import pytest

from orch_events import errors
from orch_events.errors import OrchEventsError, SystemLimit
from tests.table import each

CLASSES: set[type[OrchEventsError]] = {
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OrchEventsError)
}

CONTRACT: dict[type[OrchEventsError], int] = {
    errors.UsageError: 2,
    errors.AccessError: 4,
    errors.NotAuthenticated: 4,
    errors.NotPermitted: 4,
    errors.AccessBlocked: 4,
    errors.UnknownJob: 5,
    errors.Unreachable: 6,
    errors.ServerError: 6,
    errors.UnknownHost: 6,
    errors.TruncatedAnswer: 6,
    errors.NotUnderstood: 7,
    errors.HtmlAnswer: 7,
    errors.RequestRejected: 7,
    errors.LocalFileError: 8,
    errors.TokenFileError: 8,
    errors.UntrustedCertificate: 8,
    SystemLimit: 8,
    OrchEventsError: 70,
}


def test_every_error_has_the_exit_status_of_the_contract() -> None:
    assert {kind: kind.exit_status for kind in CLASSES} == CONTRACT


def test_what_is_drawn_as_final_is_and_nothing_else() -> None:
    drawn_final = re.findall(r"^    [│├└─ ]*([A-Z]\w+) .*\(final\)$", errors.__doc__ or "", re.MULTILINE)
    assert set(drawn_final) == {kind.__name__ for kind in CLASSES if kind.final}


def drawn() -> dict[str, tuple[str, int | None]]:
    """Read the tree of the module's docstring: each class with its parent and its status, or that of its parent."""
    tree: dict[str, tuple[str, int | None]] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"    ([│├└─ ]*)([A-Z]\w+)(?: +(\d+))?(?:\s|$)", line):
            depth = len(found[1]) // 4
            path[depth:] = [found[2]]
            parent = path[depth - 1] if depth else "Exception"
            tree[found[2]] = parent, int(found[3]) if found[3] else tree[parent][1] if depth else None
    return tree


def test_the_tree_that_is_drawn_is_the_real_one() -> None:
    tree = drawn()
    assert {name: parent for name, (parent, _) in tree.items()} == {
        kind.__name__: kind.mro()[1].__name__ for kind in CLASSES
    }
    statuses = {kind.__name__: status for kind, status in CONTRACT.items() if kind is not OrchEventsError}
    assert {name: status for name, (_, status) in tree.items() if status is not None} == statuses


@each("kind", sorted(CLASSES, key=str))
def test_an_error_is_its_sentence_with_its_own_hint_or_the_usual_one(kind: type[OrchEventsError]) -> None:
    assert str(kind("it broke")) == kind("it broke").message == "it broke"
    assert kind("it broke", "mend it").hint == "mend it"
    assert kind("it broke").hint == kind.default_hint


@pytest.mark.parametrize(
    "kind",
    [
        errors.NotAuthenticated,
        errors.NotPermitted,
        errors.UnknownJob,
        errors.Unreachable,
        errors.TruncatedAnswer,
        errors.NotUnderstood,
    ],
)
def test_whatever_a_server_causes_has_a_next_step(kind: type[OrchEventsError]) -> None:
    assert kind("it broke").hint


@pytest.mark.parametrize("kind", [errors.NotAuthenticated, errors.TokenFileError])
def test_who_lacks_a_token_is_told_the_command(kind: type[OrchEventsError]) -> None:
    assert "puppet access login" in kind("no token").hint


def _raised(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("error", "said", "hint"),
    [
        (_raised(errno.EMFILE), "this process has too many open files", "ulimit -n"),
        (_raised(errno.ENFILE), "this system has too many open files", "the system's limit"),
        (_raised(errno.ENOMEM), "this system is out of memory", "ulimit -v"),
        (_raised(errno.ENOBUFS), "this system is out of network buffers", "close"),
        (MemoryError(), "this system is out of memory", "ulimit -v"),
        (RuntimeError("can't start new thread"), "this system can't start another thread", "ulimit -u"),
    ],
)
def test_a_limit_is_found_behind_an_error_and_its_causes(error: Exception, said: str, hint: str) -> None:
    handled = ValueError()
    handled.__context__ = error
    caused = RuntimeError()
    caused.__cause__ = handled
    for one in (error, handled, caused):
        limit = SystemLimit.behind(one)
        assert limit is not None
        assert limit.message == said
        assert hint in limit.hint


@pytest.mark.parametrize(
    "error",
    [
        _raised(errno.ECONNREFUSED),
        _raised(errno.ENOSPC),
        OSError("too many open files"),
        ssl.SSLError(errno.ENOMEM, "[SSL] of OpenSSL"),
        socket.gaierror(errno.EMFILE, "of name resolution"),
        ValueError(errno.EMFILE),
        RuntimeError("dictionary changed size during iteration"),
    ],
)
def test_another_error_is_no_limit(error: Exception) -> None:
    assert SystemLimit.behind(error) is None


def test_when_to_ask_again_is_kept_with_the_error() -> None:
    assert errors.Unreachable("it broke", retry_after=7.5).retry_after == 7.5
    assert errors.Unreachable("it broke").retry_after is None

"""What is generated is fresh, the man page is a valid one that shows what it should, and all of it is installed."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest

from orch_events.cli.help.topics import TOPICS
from orch_events.cli.main import cli
from tests import ROOT
from tests.cli.command import needs
from tests.tools import generate, manual
from tests.tools.definitions import shared_options
from tests.tools.generate import MANUAL, generated, with_table


def _shown(page: str) -> str:
    """Return a man page as people see it, without bold and italics."""
    words = ["mandoc", "-T", "utf8", "-O", "width=78"]
    done = subprocess.run(words, input=page, capture_output=True, encoding="utf-8", check=True)
    return re.sub(".\b", "", done.stdout)


def test_a_generated_file_is_fresh() -> None:
    stale = [path.name for path, text in generated().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run: python -m tests.tools.generate"


def test_the_page_keeps_its_date_until_something_else_in_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, old = tmp_path / "orch-events.1", manual.page("2016-05-05")
    monkeypatch.setattr(generate, "MANUAL", path)
    new = generate.manual()

    path.write_text(old, encoding="utf-8")
    assert generate.manual() == old
    path.write_text(old.replace("Ctrl", "Strg"), encoding="utf-8")
    assert generate.manual() == new != old


@pytest.mark.slow
@needs("mandoc")
def test_mandoc_has_nothing_to_say_against_the_page() -> None:
    words = ["mandoc", "-T", "lint", "-W", "style", str(MANUAL)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.slow
@needs("groff")
def test_groff_has_nothing_to_say_against_the_page() -> None:
    words = ["groff", "-man", "-ww", "-T", "utf8", str(MANUAL)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@needs("mandoc")
def test_the_page_names_every_command_option_and_topic() -> None:
    shown = _shown(MANUAL.read_text(encoding="utf-8"))
    lines = [line.strip() for line in shown.splitlines()]

    assert [f"orch-events {name}" for name in cli.commands] == [
        " ".join(line.split()[:2]) for line in lines[lines.index("SYNOPSIS") + 1 : lines.index("DESCRIPTION") - 1]
    ]
    for shared in shared_options():
        assert any(line.startswith(shared.option.usage) for line in lines), shared.option.usage
        assert str(shared.option.envvar) in shown
    for section in (*TOPICS, "files", "examples"):
        assert section.replace("-", " ").upper() in lines
    assert max(len(line) for line in shown.splitlines()) <= 80


@pytest.mark.slow
@needs("mandoc")
@pytest.mark.parametrize(
    "text",
    [
        r"\x1b and C:\new, not a newline",
        "it's 'quoted', \"twice\", and `thus`",
        ".TH at the beginning is text",
        "'br too",
        "--node 'web*' and -o, ~/.puppetlabs/client-tools, a^b",
        r"\fBnot bold\fR",
    ],
)
def test_text_is_shown_as_it_is_whatever_roff_makes_of_it(text: str) -> None:
    lines = [".TH X 1 2016-05-05", ".SH NAME", "x \\- y", ".SH TEXT", *manual.prose(text), ".SH END", "."]

    assert text in [line.strip() for line in _shown("\n".join(lines)).splitlines()]


@pytest.mark.parametrize("text", ["no mark", "<!-- rows -->\n\nold\n\n<!-- rows -->\n\nold\n\n"])
def test_a_table_whose_mark_is_missing_or_there_twice_is_not_written(text: str) -> None:
    with pytest.raises(ValueError, match="unpack"):
        with_table(text, "rows", ["new"])


def test_no_line_of_the_page_is_longer_than_roff_wants() -> None:
    lines = list(manual.prose("--retry-for, --auth-wait and --cursor-file; " * 9))
    assert len(lines) > 1
    assert max(map(len, lines)) <= 80


def test_a_table_is_replaced_and_what_is_around_it_stays() -> None:
    old = "before\n\n<!-- rows -->\n\n| old |\n| old |\n\nafter\n"
    assert with_table(old, "rows", ["| new |"]) == "before\n\n<!-- rows -->\n\n| new |\n\nafter\n"


def test_every_generated_file_but_the_documents_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]

    assert {ROOT / path for path in shared} == set(generated()) - generate.DOCUMENTS


@pytest.mark.slow
@pytest.mark.skipif(
    find_spec("hatchling") is None and "ORCH_EVENTS_TEST_ALL" not in os.environ, reason="hatchling not installed"
)
def test_the_wheel_holds_the_man_page_and_the_completions_where_they_are_looked_for(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.iterdir()
    with ZipFile(wheel) as archive:
        shared = {
            name.partition(".data/data/")[2]: archive.read(name) for name in archive.namelist() if ".data/data/" in name
        }

    assert shared == {
        "share/man/man1/orch-events.1": MANUAL.read_bytes(),
        "share/bash-completion/completions/orch-events": (ROOT / "completions" / "orch-events.bash").read_bytes(),
        "share/zsh/site-functions/_orch-events": (ROOT / "completions" / "_orch-events").read_bytes(),
        "share/fish/vendor_completions.d/orch-events.fish": (ROOT / "completions" / "orch-events.fish").read_bytes(),
    }

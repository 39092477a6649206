"""The tests mirror `src`: a test module a module."""

from pathlib import Path

from tests import ROOT

SRC = ROOT / "src" / "orch_events"
TESTS = ROOT / "tests"

ELSEWHERE = {"benchmarks", "end_to_end", "soak", "tools"}
"""Folders of tests that are not of one module."""

PROJECT = {"architecture", "docs", "fakes", "generated", "library", "mirror", "readme", "table"}
"""What else is tested: the project's files, and the fakes."""

COVERED = {
    "cli/collect/session": "cli/commands/test_collect",
    "archive/compressing": "archive/test_upkeep",
    "archive/database": "archive/test_opening",
    "archive/days": "archive/test_writer",
    "archive/folding": "archive/test_upkeep",
    "archive/index": "archive/test_writer",
    "archive/lines": "archive/test_writer",
    "archive/place": "archive/test_opening",
    "archive/pruning": "archive/test_upkeep",
    "archive/recovery": "archive/test_opening",
    "cli/endings": "cli/commands/test_follow",
    "cli/help/topics": "cli/commands/test_help",
    "cli/loading": "cli/commands/test_summary",
    "cli/options/filters": "cli/options/test_definitions",
    "cli/options/formats": "cli/options/test_definitions",
    "cli/options/groups": "cli/options/test_definitions",
    "cli/process": "cli/test_main",
    "cli/persisting": "cli/test_session",
    "cli/record_file": "cli/test_session",
    "cli/renderers": "cli/test_session",
    "cli/reports": "cli/commands/test_failures",
    "cli/resume_points": "cli/commands/test_follow",
    "client/http_errors": "client/test_client_answers",
    "config/conf_file": "config/test_settings",
    "follow/record_poll": "follow/test_follower_silence",
    "follow/source": "test_fakes",
    "job/history": "archive/test_history",
    "library/followed": "cli/test_session_plans",
    "library/jobs": "cli/test_job_sources",
    "library/loading": "cli/commands/test_summary",
    "library/recent": "cli/commands/test_jobs",
    "recording/file": "recording/test_reader",
    "recording/formats": "recording/test_reader",
    "render/events/renderer": "render/events/test_structured",
    "simulator/builder": "simulator/test_scenarios",
    "simulator/script": "simulator/test_scenarios",
}
"""Modules without a test module of their own, each with the one that sees them at work."""

MODULES = {path.relative_to(SRC).with_suffix("").as_posix() for path in SRC.rglob("*.py") if path.stem[0] != "_"}
TEST_MODULES = {path.relative_to(TESTS).with_suffix("").as_posix() for path in TESTS.rglob("test_*.py")}


def modules_of(test_module: str) -> set[str]:
    """Return the module that a test module is named after: `wire/test_page` and `wire/test_page_x` are of a page."""
    place, _, name = test_module.rpartition("test_")
    words = name.split("_")
    return {place + "_".join(words[:count]) for count in range(len(words), 0, -1)} & MODULES


def test_a_test_module_is_named_like_the_module_that_it_tests() -> None:
    of_the_project = {f"test_{name}" for name in PROJECT}
    strange = [one for one in TEST_MODULES - of_the_project if not (modules_of(one) or Path(one).parts[0] in ELSEWHERE)]
    assert strange == []


def test_each_module_has_a_test_module_or_is_seen_at_work_in_another() -> None:
    tested = set().union(*map(modules_of, TEST_MODULES))
    assert {module for module in MODULES - tested if COVERED.get(module) not in TEST_MODULES} == set()


def test_what_is_seen_at_work_elsewhere_is_there() -> None:
    assert set(COVERED) <= MODULES

"""The benchmark's data and its measuring; the benchmark itself is no test."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from orch_events.archive import HistoryQuery, open_to_look
from orch_events.render.toolkit.text import width
from tests.benchmarks import archives, pages
from tests.benchmarks.measure import run
from tests.benchmarks.shapes import SHAPES

pytestmark = pytest.mark.slow


def _items(path: Path) -> Any:
    return json.loads(path.read_text())["items"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [1, 8])
def test_a_page_has_as_many_events_as_it_should_pretty_or_compact(shape: str, count: int, tmp_path: Path) -> None:
    pretty = pages.shaped(tmp_path / "pretty", shape, count)
    compact = pages.shaped(tmp_path / "compact", shape, count, pages.written_compact)

    assert [int(item["id"]) for item in _items(pretty)] == list(range(100_000, 100_000 + count))
    assert _items(compact) == _items(pretty)
    assert "\n" not in compact.read_text().rstrip("\n")


def test_the_shapes_are_what_they_are_called() -> None:
    made = {shape: list(events(400)) for shape, events in SHAPES.items()}
    named = [item["details"]["node"] for item in made["long"]]
    assert len({item["timestamp"] for item in made["burst"]}) == 1
    assert len({item["timestamp"] for item in made["long"]}) == 400
    assert {named.count(node) for node in named} == {2}
    sizes = [len(pages.written_pretty(item)) for item in made["output"]]
    assert (min(sizes) < 5_000, max(sizes) > 180_000) == (True, True)
    assert {width(item["details"]["node"]) for item in made["wide"]} == {60}
    failed = [
        item for item in made["errors"] if item["type"] == "node_failed" and "_error" in item["details"]["detail"]
    ]
    assert len(failed) == 100


def test_a_page_of_odd_events_has_what_it_was_given(tmp_path: Path) -> None:
    items = _items(pages.few(tmp_path / "odd", ["}, {", [{"a": [1]}], None]))
    assert [item["details"]["detail"] for item in items] == ["}, {", [{"a": [1]}], None]


@pytest.mark.parametrize("columns", [0, 120])
def test_a_run_is_told_by_the_system_s_own_account(columns: int) -> None:
    program = "import os, sys; b = bytearray(50_000_000); sys.exit(os.isatty(1) * os.get_terminal_size(1)[0])"
    cost = run([sys.executable, "-c", program if columns else program.partition("sys.exit")[0]],
               columns=columns, statuses=(columns,))  # fmt: skip
    assert 0 < cost.cpu <= cost.wall * 4
    assert 55 < cost.peak < 150


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"])


def test_a_large_archive_is_one_that_history_reads(tmp_path: Path) -> None:
    assert archives.write_archive(tmp_path / "events", 1) == archives.EVENTS_A_DAY
    with open_to_look(tmp_path / "events") as archive:
        (worst,) = archive.history(HistoryQuery()).nodes(flaky=False, limit=1)
        assert 0 < worst.failed + worst.errored <= worst.runs <= 3
        assert len(archive.jobs(lambda _: True, limit=99)) == archives.JOBS_A_DAY

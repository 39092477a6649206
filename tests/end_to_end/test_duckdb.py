"""DuckDB reads the day files of an archive, as `src/docs/shipping.md` says."""

import re
from pathlib import Path

import duckdb
import pytest

from orch_events.archive import HistoryQuery, open_archive, open_to_look
from tests import ROOT
from tests.archive.made import DAY, record
from tests.build import event_at
from tests.fakes import FakeClock

pytestmark = pytest.mark.slow

SHIPPING = (ROOT / "src" / "docs" / "shipping.md").read_text(encoding="utf-8")
NODES = [f"node-{number:02}.example.com" for number in range(12)]


def write_month(directory: Path) -> None:
    """Write an archive of some days, most of them compressed; each node fails as often as its number says."""
    clock = FakeClock(FakeClock().now() - 4 * DAY)
    with open_archive(directory, "demo", clock) as archive:
        for job in range(15):
            key = str(job)
            archive.append_record(key, record(key))
            for place, node in enumerate(NODES):
                state = "failed" if job < place and job % 2 else "errored" if job < place else "finished"
                archive.append(key, [
                    event_at(100 * job + 2 * place, "node_running", node, message="x" * 3000),
                    event_at(100 * job + 2 * place + 1, f"node_{state}", node, at=9),
                ])  # fmt: skip
            archive.append_record(key, record(key, "finished"))
            archive.note(key, 100 * job + 99, done=True)
            archive.commit()
            clock.sleep(DAY / 3)
        for _ in archive.upkeep(None, DAY):
            pass


def test_the_worst_nodes_of_a_month_are_one_query(tmp_path: Path) -> None:
    write_month(tmp_path)
    assert {path.suffix for path in tmp_path.glob("2016-*")} == {".gz", ".jsonl"}
    found = re.search(r"<!-- duckdb -->\n\n```sql\n(.*?)```", SHIPPING, re.DOTALL)
    assert found is not None
    answer = duckdb.execute(found[1].replace("events/2026-11-*", f"{tmp_path}/2016-05-*")).fetchall()
    assert answer == [(NODES[place], 15, place) for place in range(11, 1, -1)]
    with open_to_look(tmp_path) as archive:
        worst = archive.history(HistoryQuery()).nodes(flaky=False, limit=10)
    assert answer == [(one.node, one.runs, one.failed + one.errored) for one in worst]

"""The tests: `src/orch_events` mirrored, a test module a module."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden"
"""Screens and logs as they should be, looked at by eye."""
CASES = ROOT / "tests" / "cases"
"""Answers of shapes that were seen in public."""

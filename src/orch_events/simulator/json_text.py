"""JSON as the orchestrator writes it: `"key" : value`, two spaces a level, arrays that open and close on one line."""

import json
from typing import Any


def pretty(value: Any, level: int = 0) -> str:  # noqa: ANN401 - it is any JSON
    """Format a JSON value, `level` levels deep, without a newline at its end."""
    if isinstance(value, dict):
        return braced([f"{json.dumps(key)} : {pretty(item, level + 1)}" for key, item in value.items()], level)
    if isinstance(value, list):
        return bracketed([pretty(item, level) for item in value])
    return json.dumps(value, ensure_ascii=False)


def braced(members: list[str], level: int) -> str:
    """Format an object of formatted members."""
    indent = "\n" + "  " * level
    return "{" + ",".join(f"{indent}  {member}" for member in members) + (indent if members else " ") + "}"


def bracketed(items: list[str]) -> str:
    """Format an array of formatted items."""
    return f"[ {', '.join(items)} ]" if items else "[ ]"

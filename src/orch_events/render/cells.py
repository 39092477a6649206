"""How wide text is on a terminal, and how to make it fit."""

from rich.cells import cell_len, set_cell_size


def width(text: str) -> int:
    """Return how many cells of a terminal `text` takes."""
    return len(text) if text.isascii() else cell_len(text)


def padded(text: str, cells: int) -> str:
    """Return `text` with spaces behind it, at least `cells` wide."""
    return text + " " * (cells - width(text))


def cut(text: str, cells: int, ellipsis: str) -> str:
    """Return `text` within `cells`, its end replaced by `ellipsis` where it does not fit."""
    if width(text) <= cells:
        return text
    if cells <= len(ellipsis):
        return ellipsis[: max(0, cells)]
    return set_cell_size(text, cells - len(ellipsis)).rstrip() + ellipsis

"""How wide text is on a terminal, and how to make it fit. Text that is ASCII alone, as nearly all is, needs no rich."""


def width(text: str) -> int:
    """Return how many cells of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def padded(text: str, cells: int) -> str:
    """Return `text` with spaces behind it, at least `cells` wide."""
    return text.ljust(cells) if text.isascii() else text + " " * (cells - width(text))


def cut(text: str, cells: int, ellipsis: str) -> str:
    """Return `text` within `cells`, its end replaced by `ellipsis` where it does not fit."""
    if width(text) <= cells:
        return text
    if cells <= len(ellipsis):
        return ellipsis[: max(0, cells)]
    left = cells - len(ellipsis)
    if text.isascii():
        return text[:left].rstrip() + ellipsis
    from rich.cells import set_cell_size

    return set_cell_size(text, left).rstrip() + ellipsis

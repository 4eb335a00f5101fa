"""Sizes of files as sentences show them."""

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def readable(count: int) -> str:
    """12_345_678 -> "12.3 MB": decimal units, rounded down, so that no limit is overstated."""
    power = min(max(len(str(count)) - 1, 0) // 3, len(_UNITS) - 1)
    tenths = count * 10 // 1000**power
    whole, tenth = divmod(tenths, 10)
    shown = f"{whole:,}.{tenth}" if tenth else f"{whole:,}"
    return f"{shown} {'byte' if count == 1 else _UNITS[power]}"

"""What a verb tells at its end."""

from ops.upkeep.showing import listed, numbered


def test_counts_stand_in_columns_and_none_is_zero() -> None:
    counts = [(1, "refused"), (0, "failed"), (12_345, "known already")]
    assert numbered(counts) == ["       1  refused", "  12,345  known already"]


def test_no_more_reasons_are_told_than_anybody_reads() -> None:
    lines = listed({f"{number:03}.jpg": "too large" for number in range(50)})
    assert lines[0] == "  000.jpg: too large"
    assert lines[20:] == ["  and 30 more; --json has all"]


def test_a_key_is_told_on_one_short_line() -> None:
    (line,) = listed({"a" * 900 + "\n\x1b[2J/end.jpg": "too large"})
    assert line == f"  …{'a' * 66}��[2J/end.jpg: too large"

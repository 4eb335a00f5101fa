"""The final output of a verb."""

from ops.terminal import listed, numbered


def test_counts_are_in_columns_without_zeros() -> None:
    counts = [(1, "refused"), (0, "failed"), (12_345, "known already")]
    assert numbered(counts) == ["       1  refused", "  12,345  known already"]


def test_the_number_of_reasons_is_limited() -> None:
    lines = listed({f"{number:03}.jpg": "too large" for number in range(50)})
    assert lines[0] == "  000.jpg: too large"
    assert lines[20:] == ["  and 30 more; --json has all"]


def test_a_key_is_shown_on_one_short_line() -> None:
    (line,) = listed({"a" * 900 + "\n\x1b[2J/end.jpg": "too large"})
    assert line == f"  …{'a' * 66}��[2J/end.jpg: too large"

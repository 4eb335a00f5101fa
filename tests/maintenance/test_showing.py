"""The final output of a verb."""

from rich.progress import Progress

from ops.terminal import Rate, listed, numbered


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


def test_the_rate_of_a_task_that_ends_before_it_was_sampled_is_its_mean() -> None:
    progress = Progress(get_time=lambda: 4.0, disable=True)
    progress.add_task("backfill", total=32, completed=32)
    (task,) = progress.tasks
    assert Rate().render(task).plain == "-/s"
    task.finished_time = 4.0
    assert Rate().render(task).plain == "8/s"

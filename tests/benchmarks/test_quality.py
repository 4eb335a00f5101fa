"""The arithmetic of fitting and comparing "auto", on made-up figures."""

from pathlib import Path

import pytest

from benchmarks.quality import bounds, document, fitting, validating
from benchmarks.quality.measuring import File
from benchmarks.quality.validating import Comparison, Compression
from chalicelib.imaging.quality import TARGET
from chalicelib.imaging.quality.perception import Differences, Weights, score

WEIGHTS = Weights(fine=20, worst=10, middle=60, coarse=500, blue=200, always=1)


def made_up(number: int) -> Differences:
    """Five independent figures."""
    values = [(number * step % 17 + 1) / 17 for step in (3, 5, 7, 11, 13)]
    sizes = (0.05, 0.2, 0.04, 0.005, 0.004)
    return Differences(*(value * size for value, size in zip(values, sizes, strict=True)))


def compression(name: str, megabytes: float, tenth: float) -> Compression:
    return Compression(name=name, megabytes=megabytes, mean=tenth + 3, tenth=tenth, worst=tenth - 3)


def test_the_fit_recovers_the_weights_behind_the_scores() -> None:
    samples = [
        fitting.Sample(made_up(number), score(made_up(number), WEIGHTS)) for number in range(17)
    ]
    assert fitting.fitted(samples) == pytest.approx(WEIGHTS, rel=0.01)
    assert fitting.error(samples, fitting.fitted(samples)) < 0.05


def test_no_weight_is_negative() -> None:
    samples = [
        fitting.Sample(made_up(number), 60 + 200 * made_up(number).fine) for number in range(17)
    ]
    assert min(fitting.fitted(samples)) >= 0


def test_writing_weights_keeps_the_comment_above_them(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_text("# A comment.\n\n[weights]\nfine = 1\n")
    fitting.write(WEIGHTS, path)
    lines = path.read_text().splitlines()
    assert (lines[0], len(lines)) == ("# A comment.", 9)
    assert "coarse = 500" in lines


@pytest.mark.parametrize(
    ("tenth", "megabytes"), [(60, 1.0), (65, 2**0.5), (70, 2.0), (80, 4.0), (90, 8.0), (50, 0.5)]
)
def test_bytes_are_compared_at_an_equal_tenth_percentile(tenth: float, megabytes: float) -> None:
    others = [compression("a", 1, 60), compression("b", 2, 70), compression("c", 4, 80)]
    assert validating.ratio(compression("auto", 1, tenth), others) == pytest.approx(1 / megabytes)


def curve(better: float) -> list[File]:
    """A photograph's files: the score is the quality and `better`, each point takes 2 % more."""
    return [File(round(1e9 * 1.02**quality), quality + better) for quality in bounds.QUALITIES]


def test_a_perfect_choice_gives_each_photograph_the_target() -> None:
    photographs = [curve(0), curve(8)]
    found = bounds.bound(640, "sharp's own", photographs, photographs)
    assert found.quality == pytest.approx(TARGET - 0.8)  # the tenth percentile is 0.8 above it
    assert found.bytes == pytest.approx((1.02**0.8 + 1.02**-7.2) / 2)


def test_the_page_has_the_figures_of_the_latest_run() -> None:
    assert document.DOCUMENT.read_text(encoding="utf-8") == document.page(
        document.load(), document.load_bounds()
    )


def test_the_page_shows_the_ratios_beside_the_figures() -> None:
    compressions = [compression("82", 2, 70), compression("auto", 1.5, 71)]
    comparison = Comparison("held-out", "webp", 640, 9, compressions, 0.7512, 0.8)
    page = document.page(document.Results("someone", [comparison]), document.load_bounds())
    assert "| webp 640 | 9 | auto | 1.50 | 74.0 | 71.0 | 68.0 | ×0.75 | ×0.80 |" in page
    assert "| webp 640 | 9 | 82 | 2.00 | 73.0 | 70.0 | 67.0 |  |  |" in page

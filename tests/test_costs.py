"""What an image cost."""

from chalicelib.costs import estimate


def test_a_longer_processing_costs_more() -> None:
    assert estimate(400, 1769, 4) > estimate(300, 1769, 4)


def test_a_million_ordinary_photos_cost_tens_of_dollars() -> None:
    assert 10 < 1_000_000 * estimate(300, 1769, 4) < 100

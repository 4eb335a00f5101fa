"""The simulation of searches finds what a scan of the library finds."""

from unittest import mock

import pytest

from benchmarks.search.__main__ import matches, partitions_of
from benchmarks.search.library import OWNER, Library, number_of
from benchmarks.search.queries import queries
from benchmarks.search.table import Table
from chalicelib.aws import clients, search_query
from chalicelib.aws.search_query import SearchQuery
from chalicelib.model.search import Query, position

LIBRARY = Library(400)
PARTITIONS = partitions_of(LIBRARY)
QUERIES = queries(LIBRARY.words)


def found(query: Query) -> list[int]:
    table, numbers, cursor = Table(PARTITIONS, LIBRARY), [], None
    with mock.patch.object(clients, "dynamodb", return_value=table):
        while True:
            page = SearchQuery("images", OWNER, query).page(7, cursor)
            numbers += [number_of(image.id) for image in page.images]
            cursor = page.next_cursor
            if cursor is None:
                return numbers


@pytest.mark.parametrize("title", QUERIES)
@pytest.mark.parametrize("most", [20_000, 60])
def test_a_simulated_search_finds_what_a_scan_finds(
    monkeypatch: pytest.MonkeyPatch, title: str, most: int
) -> None:
    monkeypatch.setattr(search_query, "MOST_ENTRIES", most)
    monkeypatch.setattr(search_query, "_TRIAL", most // 4)
    query = QUERIES[title]
    images = [LIBRARY.image(number) for number in range(len(LIBRARY))]
    expected = sorted(
        (image for image in images if query.finds(image)),
        key=lambda image: position(image, query.order),
        reverse=query.descending,
    )
    assert found(query) == [number_of(image.id) for image in expected]
    assert matches(query, LIBRARY, PARTITIONS) == len(expected)


def test_an_image_is_made_from_its_number() -> None:
    assert [number_of(LIBRARY.image(number).id) for number in (0, 1, 399)] == [0, 1, 399]
    assert LIBRARY.image(7) == LIBRARY.image(7)

"""One contract for searches: a scan of all records, and the entries in DynamoDB Local."""

import itertools
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.aws import clients, items, rows, search_entries, search_query
from chalicelib.errors import Conflict, InvalidRequest, RecordChanged
from chalicelib.model.image import Event, Image, Rendition, Status, Visibility
from chalicelib.model.keys import derived_image_id
from chalicelib.model.patch import LONGEST_TAG, MOST_TAGS
from chalicelib.model.search import MOST_TERMS, Order, Query, query_words
from chalicelib.ports.images import ImageRepository
from tests.aws.stores import DynamoTable
from tests.builders import NOON, image

READY = Event(at=NOON, event="ready")


@pytest.fixture(params=["memory", "dynamodb"])
def table(request: pytest.FixtureRequest) -> ImageRepository:
    found: ImageRepository = request.getfixturevalue(f"{request.param}_table")
    return found


def ready(number: int, **changes: Any) -> Image:
    created = NOON + timedelta(hours=number)
    fields = {"status": Status.READY, "filename": f"IMG_{number}.jpg"}
    fields |= {"bytes": 1000 + number, "manifest_etag": "e"}
    image_id = derived_image_id("b", str(number))
    return image(id=image_id, created_at=created, updated_at=created, **(fields | changes))


def rendition(size: int) -> Rendition:
    return Rendition(variant="m", format="webp", width=640, height=480, bytes=size, key="k")


def search(
    table: ImageRepository, owner: str = "everyone", limit: int = 100, **q: Any
) -> list[Image]:
    """All pages of a search."""
    words = query_words(q.pop("q", ""))
    query = Query(words=words, **q)
    found: list[Image] = []
    cursor = None
    while True:
        page = table.search(owner, query, limit, cursor)
        assert len(page.images) <= limit
        found += page.images
        cursor = page.next_cursor
        if cursor is None:
            return found


def numbers(found: list[Image]) -> list[int]:
    return [round((shown.created_at - NOON) / timedelta(hours=1)) for shown in found]


def entries(table: DynamoTable) -> set[tuple[str, str]]:
    """The keys of all search entries in the table."""
    scanned = clients.dynamodb().scan(TableName=table._name)["Items"]
    keys = {(row["id"]["S"], row["entry"]["S"]) for row in scanned}
    return {key for key in keys if key[0].startswith("search#")}


@pytest.mark.parametrize(
    "text", ["img", "IM", "img 7", "7 jpg", "Tür", "tur", "porte", "red", "do"]
)
def test_an_image_is_found_by_the_beginnings_of_its_words(
    table: ImageRepository, text: str
) -> None:
    alt = {"de": "Die rote Tür", "fr": "La porte rouge"}
    made = table.put(ready(7, alt=alt, tags=("red door",)), READY)
    table.put(ready(8, filename="cat.png", alt={"en": "A cat"}), READY)
    assert search(table, q=text) == [made]


@pytest.mark.parametrize("text", ["mg", "img 8", "door.", "rot img 9", "oor"])
def test_an_image_is_not_found_unless_each_word_begins_one_of_its_own(
    table: ImageRepository, text: str
) -> None:
    table.put(ready(7, alt={"de": "Die rote Tür"}), READY)
    assert search(table, q=text) == []


def test_characters_of_scripts_without_spaces_each_begin_a_word(table: ImageRepository) -> None:
    made = table.put(ready(7, alt={"ja": "夜の東京タワー"}), READY)
    for text in ("東京", "タワー", "夜の"):
        assert search(table, q=text) == [made]
    assert search(table, q="京東") == []


def test_all_tags_have_to_match_as_a_whole(table: ImageRepository) -> None:
    made = table.put(ready(1, tags=("Red door", "summer")), READY)
    table.put(ready(2, tags=("red",)), READY)
    assert search(table, tags=("red Door",)) == [made]
    assert search(table, tags=("summer", "Red door")) == [made]
    assert search(table, tags=("summer", "red")) == []


def test_a_tag_without_words_is_found(table: ImageRepository) -> None:
    made = table.put(ready(1, tags=("♥",)), READY)
    assert search(table, tags=("♥",)) == [made]


def test_tags_that_differ_in_accents_are_different(table: ImageRepository) -> None:
    made = table.put(ready(1, tags=("café",)), READY)
    table.put(ready(2, tags=("cafe",)), READY)
    assert search(table, tags=("Café",)) == [made]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.CREATED_AT, [0, 1, 2, 3]),
        (Order.FILENAME, [2, 0, 3, 1]),
        (Order.BYTES, [3, 1, 0, 2]),
        (Order.SAVINGS, [0, 3, 2, 1]),
    ],
)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_images_are_sorted(
    table: ImageRepository, order: Order, expected: list[int], descending: bool, limit: int
) -> None:
    table.put(ready(0, filename="img2.jpg", bytes=500, renditions=(rendition(900),)), READY)
    table.put(ready(1, filename="IMG10.jpg", bytes=400, renditions=(rendition(10),)), READY)
    table.put(ready(2, filename="Älpe.jpg", bytes=600, renditions=(rendition(300),)), READY)
    table.put(ready(3, filename="img9.jpg", bytes=30, renditions=(rendition(20),)), READY)
    for extra in ({}, {"q": "jpg"}, {"visibility": Visibility.PUBLIC}):
        found = search(table, order=order, descending=descending, limit=limit, **extra)
        assert numbers(found) == (expected[::-1] if descending else expected)


@pytest.mark.parametrize("extra", [{}, {"q": "img"}, {"tags": ("x",)}, {"order": Order.BYTES}])
def test_the_first_moment_belongs_to_an_interval_and_the_last_does_not(
    table: ImageRepository, extra: dict[str, Any]
) -> None:
    for number in range(5):
        table.put(ready(number, tags=("x",)), READY)
    interval = {
        "created_from": NOON + timedelta(hours=1),
        "created_before": NOON + timedelta(hours=3),
    }
    assert numbers(search(table, descending=False, **interval, **extra)) == [1, 2]


def test_only_images_of_a_visibility_are_found(table: ImageRepository) -> None:
    private = table.put(ready(1, visibility=Visibility.PRIVATE), READY)
    public = table.put(ready(2), READY)
    moving = table.put(ready(3, visibility=Visibility.PRIVATE, moving_to=Visibility.PRIVATE), READY)
    assert search(table, visibility=Visibility.PRIVATE) == [private]
    assert search(table, visibility=Visibility.PUBLIC) == [moving, public]
    assert search(table, q="img 1", visibility=Visibility.PRIVATE) == [private]


@pytest.mark.parametrize("status", [Status.READY, Status.REJECTED, Status.FAILED])
@pytest.mark.parametrize("extra", [{"q": "img"}, {"order": Order.FILENAME}])
def test_only_images_with_a_status_are_found(
    table: ImageRepository, status: Status, extra: dict[str, Any]
) -> None:
    for number, other in enumerate((Status.READY, Status.REJECTED, Status.FAILED)):
        table.put(ready(number, status=other), READY)
    (found,) = search(table, status=status, **extra)
    assert found.status is status


@pytest.mark.parametrize(
    "status", [Status.PENDING, Status.PROCESSING, Status.EXPIRED, Status.DELETED]
)
def test_unprocessed_images_are_found_by_their_status_only(
    table: ImageRepository, status: Status
) -> None:
    made = table.put(ready(1, status=status, manifest_etag=None), READY)
    table.put(ready(2), READY)
    assert search(table, q="img", status=status) == [made]
    assert numbers(search(table, q="img")) == [2]


def test_an_image_that_is_processed_again_is_found(table: ImageRepository) -> None:
    made = table.put(ready(1), READY)
    again = table.put(replace(made, status=Status.PROCESSING), READY)
    assert search(table, q="img") == search(table, q="img", status=Status.PROCESSING) == [again]


def test_a_search_holds_only_the_owners_images(table: ImageRepository) -> None:
    table.put(ready(1, owner="ann", tags=("x",)), READY)
    made = table.put(ready(2, owner="ann#x", tags=("x",)), READY)
    for query in ({"q": "img"}, {"tags": ("x",)}, {"order": Order.BYTES}):
        assert search(table, owner="bob", **query) == []
        assert search(table, owner="ann#x", **query) == [made]


def test_a_change_is_found_and_what_it_replaced_is_not(table: ImageRepository) -> None:
    made = table.put(ready(1, tags=("old",)), READY)
    changed = table.put(replace(made, filename="cat.png", tags=("new",)), READY)
    assert search(table, q="cat") == search(table, tags=("new",)) == [changed]
    assert search(table, q="img") == search(table, tags=("old",)) == []
    assert search(table, order=Order.FILENAME) == [changed]


def test_a_refused_write_changes_no_result(table: ImageRepository) -> None:
    first = table.put(ready(1), READY)
    second = table.put(replace(first, tags=("x",)), READY)
    with pytest.raises(RecordChanged):
        table.put(replace(first, filename="cat.png"), READY, first)
    assert search(table, q="img") == [second]
    assert search(table, q="cat") == []


def test_a_restored_image_is_found(table: ImageRepository) -> None:
    table.restore(ready(1, revision=3), (READY,))
    assert numbers(search(table, q="img")) == [1]


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("cursor", ["x", "====", "e30=", "bnVsbA==", "W10=", "ü"])
def test_an_invalid_cursor_is_refused(table: ImageRepository, cursor: str, order: Order) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        table.search("everyone", Query(words=("a",), order=order), 10, cursor)


VOCABULARY = ("red", "reds", "door", "doors", "dog", "東京", "Ärger", "a1", "a10", "x")


def library(random: random.Random) -> Iterator[Image]:
    """Images with few different words, so that all kinds of results occur."""
    for number in range(60):
        some = random.sample(VOCABULARY, random.randrange(4))
        yield ready(
            number,
            owner=random.choice(("ann", "bob")),
            filename=f"{random.choice(VOCABULARY)} {random.choice(VOCABULARY)}.jpg",
            tags=tuple(some),
            alt={"en": " ".join(random.choices(VOCABULARY, k=3))},
            visibility=random.choice(list(Visibility)),
            status=random.choice((*[Status.READY] * 5, *Status)),
            bytes=random.choice((None, 1, 5, 5)),
            manifest_etag=random.choice((None, "e")),
            renditions=(rendition(3),) if number % 2 else (),
        )


def any_query(random: random.Random) -> Query:
    order = random.choice(list(Order))
    searched = (None, None, Status.READY, Status.REJECTED, Status.FAILED)
    moments = sorted(NOON + timedelta(hours=random.uniform(0, 60)) for _ in range(2))
    first, end = moments if random.random() < 0.3 else (None, None)
    return Query(
        words=tuple(w[: random.randrange(1, 5)].lower() for w in random.sample(VOCABULARY, 2))[
            : random.randrange(3)
        ],
        tags=tuple(random.sample(VOCABULARY, random.randrange(2))),
        status=random.choice(searched if order is not Order.CREATED_AT else (*searched, *Status)),
        visibility=random.choice((None, *Visibility)),
        created_from=first,
        created_before=end,
        order=order,
        descending=random.random() < 0.5,
    )


@pytest.mark.parametrize("seed", range(3))
def test_any_search_finds_what_a_scan_finds(
    dynamodb_table: DynamoTable, memory_table: Any, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(search_query, "_TRIAL", 5)  # so that both ways are taken
    monkeypatch.setattr(search_query, "_MORE", 8)
    monkeypatch.setattr(search_query, "MOST_ENTRIES", 60)
    generator = random.Random(seed)
    for made in library(generator):
        for table in (dynamodb_table, memory_table):
            table.put(made, READY)
    for _ in range(100):
        query, limit = any_query(generator), generator.choice((1, 4, 100))
        owner = generator.choice(("ann", "bob"))
        fields = {name: getattr(query, name) for name in Query.__struct_fields__ if name != "words"}
        found, expected = (
            search(table, owner, limit, q=" ".join(query.words), **fields)
            for table in (dynamodb_table, memory_table)
        )
        assert [i.id for i in found] == [i.id for i in expected], query


def fullest(number: int, letter: str) -> Image:
    """An image with as many terms as possible, all of which begin with `letter`."""
    tags = tuple(f"{letter}{number:02}" + "😀" * (LONGEST_TAG - 3) for number in range(MOST_TAGS))
    return ready(number, tags=tags, alt={"en": " ".join(f"{letter}z{n}" for n in range(200))})


def test_an_image_has_a_bounded_number_of_terms_and_each_tag_is_one(
    dynamodb_table: DynamoTable,
) -> None:
    made = dynamodb_table.put(fullest(1, "a"), READY)
    assert len(entries(dynamodb_table)) == MOST_TERMS + len(Order)
    for tag in made.tags:
        assert search(dynamodb_table, tags=(tag,)) == [made]


def test_all_terms_of_an_image_are_replaced(dynamodb_table: DynamoTable) -> None:
    made = dynamodb_table.put(fullest(1, "a"), READY)
    changed = replace(fullest(1, "b"), revision=made.revision)
    written = dynamodb_table.put(changed, READY, made)
    assert entries(dynamodb_table) == search_entries.entries_of(written).keys()
    assert dynamodb_table.get(made.id) == written


def test_an_entry_is_smaller_than_a_write_unit() -> None:
    long = fullest(1, "a")
    for row in search_entries.entries_of(replace(long, filename="😀" * 1024)).values():
        size = sum(len(name) + len(str(value.get("S", ""))) for name, value in row.items())
        assert size < 1024


def test_an_erased_image_has_no_entries(dynamodb_table: DynamoTable) -> None:
    made = dynamodb_table.put(ready(1, tags=("x",)), READY)
    dynamodb_table.put(replace(made, status=Status.DELETED, tags=()), READY)
    assert entries(dynamodb_table) == set()


def test_entries_that_stay_the_same_are_not_written_again() -> None:
    made = ready(1)
    again = replace(made, status=Status.PROCESSING)
    done = replace(again, status=Status.READY, updated_at=NOON + timedelta(days=9))
    assert search_entries.changes(made, again) == search_entries.changes(again, done) == []


def unindexed(table: DynamoTable, number: int, **changes: Any) -> Image:
    """A record as an earlier version wrote it: without entries."""
    made = ready(number, revision=1, **changes)
    row = items.record_item(made)
    del row["index_version"]
    rows.put(table._name, row)
    found = table.get(made.id)
    assert found is not None
    return found


def test_an_image_of_an_earlier_version_gets_its_entries_with_the_next_write(
    dynamodb_table: DynamoTable,
) -> None:
    before = unindexed(dynamodb_table, 1)
    assert before.unindexed
    written = dynamodb_table.put(replace(before, tags=("x",)), READY, before)
    assert search(dynamodb_table, q="img") == [written]


def test_an_image_of_an_earlier_version_is_indexed_as_it_is(dynamodb_table: DynamoTable) -> None:
    before = unindexed(dynamodb_table, 1)
    assert dynamodb_table.index(before)
    assert search(dynamodb_table, q="img") == [replace(before, unindexed=False)]
    assert not dynamodb_table.index(before)


def test_a_writer_that_read_before_an_image_was_indexed_reads_again(
    dynamodb_table: DynamoTable,
) -> None:
    before = unindexed(dynamodb_table, 1)
    dynamodb_table.index(before)
    with pytest.raises(RecordChanged):
        dynamodb_table.put(replace(before, filename="cat.png"), READY, before)


def test_until_all_images_are_indexed_a_search_reads_the_records(
    dynamodb_table: DynamoTable,
) -> None:
    rows.put(dynamodb_table._name, items.all_indexed() | items.serialized({"text": "0"}))
    unindexed(dynamodb_table, 1, tags=("x",))
    dynamodb_table.put(ready(2, tags=("x",)), READY)
    assert numbers(search(dynamodb_table, q="img", tags=("x",))) == [2, 1]
    with pytest.raises(Conflict, match="until all are indexed"):
        search(dynamodb_table, order=Order.BYTES)


def test_a_page_ends_after_the_most_entries(
    dynamodb_table: DynamoTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_query, "MOST_ENTRIES", 10)
    for number in range(30):
        dynamodb_table.put(ready(number, alt={"en": "x" if number % 29 else "x y"}), READY)
    query = Query(words=("x", "y"))
    pages, cursor = 0, None
    while pages == 0 or cursor:
        page = dynamodb_table.search("everyone", query, 5, cursor)
        cursor, pages = page.next_cursor, pages + 1
    assert pages > 2
    assert numbers(search(dynamodb_table, q="x y")) == [29, 0]


@pytest.mark.parametrize("record", ["other", "none"])
def test_an_entry_without_its_record_is_not_found(dynamodb_table: DynamoTable, record: str) -> None:
    made = dynamodb_table.put(ready(1), READY)
    if record == "none":
        key = items.row_key(made.id, "image")
        clients.dynamodb().delete_item(TableName=dynamodb_table._name, Key=key)
    else:
        other = replace(made, owner="bob", revision=made.revision)
        rows.put(dynamodb_table._name, items.record_item(other))
    assert search(dynamodb_table, q="img") == []


def test_pages_of_a_search_follow_each_other(table: ImageRepository) -> None:
    for number in range(7):
        table.put(ready(number), READY)
    for limit, order in itertools.product((1, 2, 3, 7, 8), Order):
        found = search(table, limit=limit, q="jpg", order=order, descending=False)
        assert numbers(found) == list(range(7)) or order is Order.SAVINGS
        assert sorted(numbers(found)) == list(range(7))


def test_moments_are_compared_in_utc(table: ImageRepository) -> None:
    table.put(ready(1), READY)
    later = datetime.fromisoformat("2026-05-01T15:00:00+02:00")  # 13:00 in UTC
    assert numbers(search(table, q="img", created_from=later)) == [1]
    assert search(table, q="img", created_before=later) == []

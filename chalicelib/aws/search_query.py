"""Runs a search over the search entries of an owner's images.

Two ways lead to a page. The walk reads entries in the result's order, and soon finds a page of what
is frequent. A collection reads all entries of one term, and soon has all of what is rare, which is
sorted then. The walk begins; if it will take long, by what it has found so far, collections are
tried. The table filters the entries, and those that match are compared with their records. A
cursor is a place in the result's order, so it is good for both ways.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from chalicelib.aws import clients, items, rows
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.aws.items import Item
from chalicelib.aws.rows import LARGEST_BATCH
from chalicelib.aws.search_entries import tag_mark, term_key
from chalicelib.aws.table_keys import search_key
from chalicelib.model import search
from chalicelib.model.image import Image, Status, Visibility, sortable
from chalicelib.model.search import PRIVATE, STATES, Order, Query
from chalicelib.ports.images import Page

MOST_ENTRIES = 20_000  # read for one page
MOST_RECORDS = 1_000  # read for one page; most are shown, unless the query is for a rare status
_TRIAL, _MORE = 1_000, 4_000  # entries that a collection reads at first, and each way later
_MOST_COLLECTIONS = 2  # terms that are tried: the longest, which tend to be the rarest
_ID = 26  # characters of an id, with which a place ends


class _Range(Struct, frozen=True, kw_only=True):
    """Entries of one hash key whose range keys begin with `start`, or are between it and `end`."""

    hash_key: str
    start: str = ""
    end: str = ""
    before_place: str = ""  # what precedes the place in a range key

    def condition(self) -> tuple[str, dict[str, str]]:
        """The key condition, and its values."""
        values = {":id": self.hash_key}
        if not self.start:
            return "id = :id", values
        values[":start"] = self.start
        if not self.end:
            return "id = :id AND begins_with(entry, :start)", values
        return "id = :id AND entry BETWEEN :start AND :end", values | {":end": self.end}


class _Reader:
    """Reads a range piece by piece, in the order of its keys or in reverse."""

    def __init__(self, table: str, query: Query, range_: _Range, after: str = "") -> None:
        self.places: list[str] = []  # of the entries that match
        self.entries = 0  # how many were read
        self.ended = False
        self.last = ""  # the place of the last one that was read, if it has not ended
        self._before_place = range_.before_place
        self._value = "created" if query.order is Order.CREATED_AT else query.order.value
        condition, values = range_.condition()
        clauses, filtered = _filter(query)
        self._query: dict[str, Any] = {
            "TableName": table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": items.serialized(values | filtered),
            "ExpressionAttributeNames": {"#value": self._value},
            "ProjectionExpression": "entry, #value",
            "ConsistentRead": True,
            "ScanIndexForward": not query.descending,
        }
        if clauses:
            self._query["FilterExpression"] = " AND ".join(clauses)
        if after:
            start = f"{range_.before_place}{after}"
            self._query["ExclusiveStartKey"] = items.row_key(range_.hash_key, start)

    def read(self, most: int) -> int:
        """Read up to `most` entries more; the number that were read."""
        left = most
        while left and not self.ended:
            with translate_transient_errors("DynamoDB"):
                page = clients.dynamodb().query(**self._query, Limit=left)
            left -= page["ScannedCount"]
            self.places += map(self._place, page["Items"])
            rest = page.get("LastEvaluatedKey")
            self.ended = rest is None
            if rest:
                self._query["ExclusiveStartKey"] = rest
                self.last = rest["entry"]["S"].removeprefix(self._before_place)
        self.entries += most - left
        return most - left

    def _place(self, entry: Item) -> str:
        return f"{entry[self._value]['S']}\t{entry['entry']['S'][-_ID:]}"


class SearchQuery:
    """A request for a page of what a query finds among an owner's images."""

    def __init__(self, table: str, owner: str, query: Query) -> None:
        self._table = table
        self._owner = owner
        self._query = query
        self._found: list[Image] = []
        self._examined = ""  # the last place whose record was read
        self._only_walks = False
        self._records = MOST_RECORDS

    def page(self, limit: int, cursor: str | None) -> Page:
        """At most `limit` images after a cursor; short or empty if there are few among many.

        InvalidRequest for an invalid cursor.
        """
        after = items.place_in(cursor, self._query.order) if cursor else ""
        self._only_walks = bool(cursor) and items.only_walks(cursor or "")
        range_, *terms = self._ways()
        walk = _Reader(self._table, self._query, range_, after)
        collections = [] if self._only_walks else [self._reader(term) for term in terms]
        left = MOST_ENTRIES - walk.read(2 * limit + 1)
        while True:
            if walk.ended or len(walk.places) >= limit - len(self._found):
                rest = self._examine(walk.places, limit)
                if rest or walk.ended or len(self._found) == limit:
                    return self._page(more=bool(rest) or not walk.ended)
                walk.places = []
            if left <= 0:
                return self._unfinished(walk, limit)
            expected = self._expected(walk, limit)
            reader = self._next(collections, expected, left)
            if reader is None:
                left -= walk.read(min(expected, _MORE, left))
                continue
            left -= reader.read(min(_MORE if reader.entries else _TRIAL, left))
            if reader.ended:
                return self._collected(reader.places, limit, after)

    def _reader(self, range_: _Range) -> _Reader:
        return _Reader(self._table, self._query, range_)

    def _expected(self, walk: _Reader, limit: int) -> int:
        """About how many entries the walk has to read to fill the page, and a quarter more."""
        found = len(self._found) + len(walk.places)
        return 1 + 5 * (limit - found) * walk.entries // (4 * found) if found else MOST_ENTRIES

    def _next(self, collections: Sequence[_Reader], expected: int, left: int) -> _Reader | None:
        """The collection to read on, or to try; None if the walk is expected to be as fast."""
        untried = next((reader for reader in collections if not reader.entries), None)
        if untried:
            return untried if expected > _TRIAL else None
        return collections[0] if collections and expected > left else None

    def _unfinished(self, walk: _Reader, limit: int) -> Page:
        """The page after the most entries: what the walk has found so far.

        The next one only walks: no collection will end, and each would be read from its beginning.
        """
        self._only_walks = True
        if not self._examine(walk.places, limit):
            self._examined = walk.last
        return self._page(more=True)

    def _collected(self, places: Sequence[str], limit: int, after: str) -> Page:
        descending = self._query.descending
        following = {p for p in places if not after or (p < after if descending else p > after)}
        self._found = []
        rest = self._examine(sorted(following, reverse=descending), limit)
        return self._page(more=bool(rest))

    def _page(self, *, more: bool) -> Page:
        cursor = items.cursor_at(self._examined, self._query.order, only_walks=self._only_walks)
        return Page(images=tuple(self._found), next_cursor=cursor if more else None)

    def _examine(self, places: Sequence[str], limit: int) -> Sequence[str]:
        """Find images at these places; those that were left out once the page is full."""
        while places and self._records and len(self._found) < limit:
            most = min(limit - len(self._found), LARGEST_BATCH, self._records)
            batch, places = places[:most], places[most:]
            self._records -= len(batch)
            self._found += self._matching(batch)
            self._examined = batch[-1]
        return places

    def _matching(self, places: Sequence[str]) -> Iterator[Image]:
        # An entry may have been read just before its record was changed.
        records = rows.read_records(self._table, [place[-_ID:] for place in places])
        for place in places:
            record = records.get(place[-_ID:])
            image = items.image_of(record) if record else None
            if image and image.owner == self._owner and self._is_found(image, place):
                yield image

    def _is_found(self, image: Image, place: str) -> bool:
        return search.position(image, self._query.order) == place and self._query.finds(image)

    def _ways(self) -> Iterator[_Range]:
        """The range of the walk, then those to collect."""
        query = self._query
        states = search.state_terms(query.status)
        private = (PRIVATE,) if query.visibility is Visibility.PRIVATE else ()
        tags = sorted(map(search.tag_term, query.tags), key=len, reverse=True)
        exact = [*states, *tags, *private]
        by_date = query.order is Order.CREATED_AT
        if by_date and exact:  # all entries of a term are in this order
            yield self._term(exact.pop(0))
        else:
            hash_key = search_key(self._owner, query.order.value)
            yield self._dated(hash_key, "") if by_date else _Range(hash_key=hash_key)
        words = sorted(query.words, key=len, reverse=True)
        ranges = [*map(self._term, exact), *map(self._beginning, words)]
        yield from sorted(ranges, key=lambda r: len(r.start), reverse=True)[:_MOST_COLLECTIONS]

    def _beginning(self, word: str) -> _Range:
        return _Range(hash_key=term_key(self._owner, word), start=word)

    def _term(self, term: str) -> _Range:
        return self._dated(term_key(self._owner, term), f"{term}\t")

    def _dated(self, hash_key: str, before_place: str) -> _Range:
        query = self._query
        if query.created_from or query.created_before:
            first = sortable(query.created_from) if query.created_from else "0"
            last = sortable(query.created_before) if query.created_before else "~"
            start, end = f"{before_place}{first}", f"{before_place}{last}"
            return _Range(hash_key=hash_key, start=start, end=end, before_place=before_place)
        return _Range(hash_key=hash_key, start=before_place, before_place=before_place)


def _filter(query: Query) -> tuple[list[str], dict[str, str]]:
    """The clauses of a filter of entries, and its values."""
    clauses, values = [], {}
    wanted = [f" {word}" for word in query.words] + [f" {tag_mark(t)} " for t in query.tags]
    for number, text in enumerate(wanted):
        clauses.append(f"(contains(terms, :term{number}) OR attribute_exists(incomplete))")
        values[f":term{number}"] = text
    for number, (state, present) in enumerate(_states(query).items()):
        clauses.append(f"{'' if present else 'NOT '}contains(terms, :state{number})")
        values[f":state{number}"] = f" {state} "
    if query.created_from:
        clauses.append("created >= :from")
        values[":from"] = sortable(query.created_from)
    if query.created_before:
        clauses.append("created < :before")
        values[":before"] = sortable(query.created_before)
    return clauses, values


def _states(query: Query) -> dict[str, bool]:
    """The terms of states that entries must have, or must not have."""
    states: dict[str, bool] = {}
    if query.visibility:
        states[PRIVATE] = query.visibility is Visibility.PRIVATE
    if query.status is Status.READY:
        states |= dict.fromkeys(STATES, False)
    return states | dict.fromkeys(search.state_terms(query.status), True)

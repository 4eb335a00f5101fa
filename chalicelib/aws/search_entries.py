"""Search entries: rows of the images table that follow from a record, written with it.

An image has an entry for each of its terms, and one for each order. Each entry has all that a
search filters by, so no record is read for an image that does not match.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.aws import items
from chalicelib.aws.items import Item
from chalicelib.aws.table_keys import search_key
from chalicelib.model import search
from chalicelib.model.image import Image, sortable
from chalicelib.model.search import Order

_LONGEST_TERMS = 500  # bytes of the terms in an entry, which has less than a write unit's 1 KB

Key = tuple[str, str]  # hash key, range key


def entries_of(image: Image | None) -> dict[Key, Item]:
    """The entries that the image has in the table, by their keys."""
    if image is None or image.unindexed or not search.is_indexed(image):
        return {}
    shared = items.serialized(_shared(image))
    return {key: items.row_key(*key) | shared for key in sorted(keys_of(image))}


def keys_of(image: Image) -> Iterator[Key]:
    """The keys of an indexed image's entries: one for each term, and one for each order."""
    place = search.position(image, Order.CREATED_AT)
    for term in (*search.states_of(image), *search.terms_of(image)):
        yield term_key(image.owner, term), f"{term}\t{place}"
    for order in Order:
        yield search_key(image.owner, order.value), search.position(image, order)


def changes(before: Image | None, after: Image | None) -> list[dict[str, dict[str, Any]]]:
    """The actions of a transaction that turn the entries of `before` into those of `after`."""
    present, wanted = entries_of(before), entries_of(after)
    removed = [{"Delete": {"Key": items.row_key(*key)}} for key in present.keys() - wanted.keys()]
    added = [{"Put": {"Item": row}} for key, row in wanted.items() if present.get(key) != row]
    return [*removed, *added]


def term_key(owner: str, term: str) -> str:
    """The hash key of a term's entries, and of those of all terms with the same first character."""
    return search_key(owner, term[0])


def tag_mark(tag: str) -> str:
    """What entries say of a tag, beside its term: that is a word of other images, too."""
    return f"#{search.tag_term(tag)}"


def _shared(image: Image) -> dict[str, Any]:
    terms = (*search.states_of(image), *map(tag_mark, image.tags), *search.terms_of(image))
    kept = " "
    for term in terms:
        longer = f"{kept}{term} "
        if len(longer.encode()) > _LONGEST_TERMS:
            break
        kept = longer
    complete = kept == " ".join(("", *terms, ""))
    values = {order.value: search.sort_value(image, order) for order in _BY_VALUE}
    # Not named like the record's attributes: an entry is in none of the table's indexes.
    shared = {"terms": kept, "created": sortable(image.created_at), **values}
    return shared if complete else shared | {"incomplete": True}


_BY_VALUE = (Order.FILENAME, Order.BYTES, Order.SAVINGS)

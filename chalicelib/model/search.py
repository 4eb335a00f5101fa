"""Search in an owner's images: words, conditions, sort orders, and the terms of an image.

Stores look images up by their terms; `Query.matches` decides, on the record, what is found.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from itertools import chain, groupby
from typing import Literal, get_args

from msgspec import Struct

from chalicelib.model.image import Image, Status, Visibility, sortable
from chalicelib.model.patch import caseless

VERSION = 1  # of the rules below: images indexed by other rules have to be indexed again
ALL_INDEXED = "search"  # the bookmark whose text is the version that all images are indexed by
MOST_TERMS = 80  # of an image: they, and its other rows, are written in one transaction of 100
LONGEST_WORD = 32  # characters that count
LONGEST_NAME = 64  # characters of a file name that it is sorted by
MOST_WORDS = 10  # of a query
MOST_TAGS = 10  # of a query

PRIVATE = "=private"  # terms of images' states; no word has such a character
_STATES = {Status.REJECTED: "=rejected", Status.FAILED: "=failed"}
STATES = tuple(_STATES.values())

_KANA_VOICING = 8  # combining classes: this one tells letters apart, unlike accents
_DIGITS = re.compile(r"\d+")
_DIGIT_WIDTH = 2
# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han. Every character of
# them begins a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


class Order(StrEnum):
    """What images can be sorted by. Those without a value count as the smallest."""

    CREATED_AT = "created_at"
    FILENAME = "filename"
    BYTES = "bytes"
    SAVINGS = "savings"


# What is named by those who ask; `-` before it sorts the largest first.
Sort = Literal[
    "-created_at",
    "created_at",
    "filename",
    "-filename",
    "bytes",
    "-bytes",
    "savings",
    "-savings",
]
SORTS: tuple[Sort, ...] = get_args(Sort)


class Query(Struct, frozen=True, kw_only=True):
    """Conditions on images, all of which have to be met, and the order of the result.

    `words` are folded, each the beginning of one of the image's words. `created_from` is
    inclusive, `created_before` is not.
    """

    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    status: Status | None = None
    visibility: Visibility | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    order: Order = Order.CREATED_AT
    descending: bool = True

    @property
    def is_search(self) -> bool:
        """Whether it takes more than the list of an owner's images by date."""
        conditions = self.words or self.tags or self.visibility
        return bool(conditions) or self.order is not Order.CREATED_AT

    @property
    def is_faster_indexed(self) -> bool:
        """Whether search entries answer it faster than that list, with the same result."""
        return self.is_indexed and (self.is_search or bool(state_terms(self.status)))

    @property
    def is_indexed(self) -> bool:
        """Whether all images with its status are indexed."""
        return self.status in (None, Status.READY, *_STATES)

    def matches(self, image: Image) -> bool:
        """Whether the image meets all conditions."""
        if self.status not in (None, image.status):
            return False
        if self.visibility not in (None, image.shown_visibility):
            return False
        if self.created_from and image.created_at < self.created_from:
            return False
        if self.created_before and image.created_at >= self.created_before:
            return False
        return self._has_tags(image) and self._has_words(image)

    def finds(self, image: Image) -> bool:
        """Whether a search has the image in its result: it matches, and was processed.

        With a status of images that are not indexed, all of them are searched.
        """
        return self.matches(image) and (is_indexed(image) or not self.is_indexed)

    def _has_tags(self, image: Image) -> bool:
        present = {caseless(tag) for tag in image.tags} if self.tags else set()
        return all(caseless(tag) in present for tag in self.tags)

    def _has_words(self, image: Image) -> bool:
        present = terms_of(image) if self.words else ()
        return all(any(term.startswith(word) for term in present) for word in self.words)


def is_indexed(image: Image) -> bool:
    """Whether searches find the image: once it is ready, rejected or failed.

    An image that is processed again is still found, by what is known of it.
    """
    if image.status is Status.PROCESSING:
        return image.processing.manifest_etag is not None
    return image.status in (Status.READY, *_STATES)


def sort_value(image: Image, order: Order) -> str:
    """A text that sorts images in this order, by its bytes in UTF-8."""
    match order:
        case Order.CREATED_AT:
            return sortable(image.created_at)
        case Order.FILENAME:
            return _DIGITS.sub(_by_value, fold(image.filename)[:LONGEST_NAME])
        case Order.BYTES:
            return f"{image.bytes or 0:015}"
        case Order.SAVINGS:
            saved = image.saved_bytes
            return f"{0 if saved is None else saved + 1:015}"


def position(image: Image, order: Order) -> str:
    """The image's place among an owner's images in this order: the sort value, then the id."""
    return f"{sort_value(image, order)}\t{image.id}"


def terms_of(image: Image) -> tuple[str, ...]:
    """What the image is looked up by, at most 80: tags, words of the file name, other words.

    Tags come first, so each is a term. A term that is a tag may consist of several words.
    """
    found = dict.fromkeys(map(tag_term, image.tags))
    tags = "\t".join(("", *found))
    texts = (image.filename, *image.tags, *image.alt.values())
    for word in chain.from_iterable(map(words_of, texts)):
        if len(found) == MOST_TERMS:
            break
        if f"\t{word}" not in tags:  # else it is found by the beginning of a tag's term
            found.setdefault(word)
    return tuple(found)


def states_of(image: Image) -> tuple[str, ...]:
    """The terms of the image's visibility and status; a public image that is ready has none."""
    private = (PRIVATE,) if image.shown_visibility is Visibility.PRIVATE else ()
    return private + state_terms(image.status)


def state_terms(status: Status | None) -> tuple[str, ...]:
    """The term of an indexed image's status, if it has one."""
    return (_STATES[status],) if status in _STATES else ()


def tag_term(tag: str) -> str:
    """The term of a tag: its words, or the tag itself if it has none. Others may have the same."""
    return (" ".join(_runs(tag)) or fold(tag).strip() or tag)[:LONGEST_WORD].rstrip()


def query_words(text: str) -> tuple[str, ...]:
    """The words of a query, each as an image's word begins; none of an image's is longer."""
    return tuple(dict.fromkeys(run[:LONGEST_WORD] for run in _runs(text)))


def words_of(text: str) -> Iterator[str]:
    """The beginnings of words in a text, folded, each with what follows it."""
    for run in _runs(text):
        for start in _starts(run):
            yield run[start : start + LONGEST_WORD]


@lru_cache(maxsize=4_096)
def fold(text: str) -> str:
    """The text without differences of case, accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(c for c in folded if unicodedata.combining(c) in (0, _KANA_VOICING))
    return unicodedata.normalize("NFC", kept)


def _runs(text: str) -> list[str]:
    runs = groupby(fold(text), _is_of_a_word)
    return ["".join(letters) for is_word, letters in runs if is_word]


def _is_of_a_word(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter).startswith("M")


def _starts(run: str) -> Iterable[int]:
    if run.isascii() or not _UNSPACED.search(run):
        return (0,)
    unspaced = [bool(_UNSPACED.match(letter)) for letter in run]
    return [
        place
        for place, letter in enumerate(run)
        if place == 0
        or ((unspaced[place] or unspaced[place - 1]) and unicodedata.category(letter)[0] != "M")
    ]


def _by_value(digits: re.Match[str]) -> str:
    # "img2" comes before "img10": a number is preceded by its length.
    number = digits[0].lstrip("0")
    return f"{len(number):0{_DIGIT_WIDTH}}{number}"

"""Words, terms and orders."""

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.model.image import Image, Rendition, Status
from chalicelib.model.patch import LONGEST_TAG, MOST_TAGS, normal_tags
from chalicelib.model.search import (
    LONGEST_WORD,
    MOST_TERMS,
    Order,
    Query,
    fold,
    is_indexed,
    query_words,
    sort_value,
    tag_term,
    terms_of,
    words_of,
)
from tests.builders import NOON, image

TEXTS = st.text(max_size=40) | st.text("aAßäÄ 東京ไทย-_.'éÉ①ﬁガ12", max_size=40)


def ready(**changes: object) -> Image:
    return image(status=Status.READY, **changes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("IMG_1234.JPG", ["img", "1234", "jpg"]),
        ("Straße, Ärger!", ["strasse", "arger"]),
        ("Café ﬁn ①", ["cafe", "fin", "1"]),
        ("don't", ["don", "t"]),
        ("ガラス カラス", ["ガラス", "ラス", "ス", "カラス", "ラス", "ス"]),
        ("東京tower", ["東京tower", "京tower", "tower"]),
        ("♥ - …", []),
        ("a" * 40, ["a" * LONGEST_WORD]),
    ],
)
def test_a_text_has_these_words(text: str, words: list[str]) -> None:
    assert list(words_of(text)) == words


@given(st.text("aAßäÄéÉ東ガไK12 -", max_size=40))
def test_case_and_accents_do_not_matter(text: str) -> None:
    accented = "".join(f"{letter}\u0301" for letter in text)
    assert fold(accented.upper()) == fold(text.upper()) == fold(text.lower())


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_an_image_is_found_by_each_word_of_its_own_name(text: str) -> None:
    named = ready(filename=text or "x")
    for word in query_words(text):
        assert Query(words=(word,)).matches(named)


@given(TEXTS, st.data())
def test_an_image_is_found_by_the_beginning_of_a_word(text: str, data: st.DataObject) -> None:
    words = list(words_of(text))
    if words:
        word = data.draw(st.sampled_from(words))
        start = word[: data.draw(st.integers(1, len(word)))]
        assert Query(words=(start,)).matches(ready(filename=text))


@given(st.lists(st.text(min_size=1, max_size=LONGEST_TAG), max_size=MOST_TAGS), TEXTS)
def test_each_tag_is_a_term_and_there_are_few(tags: list[str], text: str) -> None:
    kept = []
    for tag in tags:
        try:
            kept += normal_tags([tag])
        except ValueError:
            continue
    tagged = ready(tags=normal_tags(kept), alt={"en": f"{text} " * 20})
    terms = terms_of(tagged)
    assert {tag_term(tag) for tag in tagged.tags} <= {*terms}
    assert len(terms) <= MOST_TERMS
    assert all(terms)
    assert not any("\t" in term for term in terms if term not in map(tag_term, tagged.tags))


@given(TEXTS)
def test_a_tag_is_found_whatever_its_case(text: str) -> None:
    try:
        tags = normal_tags([text, *([text.upper()] if len(text) * 3 <= LONGEST_TAG else [])])
    except ValueError:
        return
    assert Query(tags=tags).matches(ready(tags=tags))


@pytest.mark.parametrize(
    "names",
    [
        ["img1.jpg", "IMG2.jpg", "img10.jpg", "img010a.jpg", "img11.jpg"],
        ["Ärger.jpg", "arm.jpg", "b.jpg", "Éclair.jpg", "東京.jpg"],
    ],
)
def test_names_are_sorted_as_people_do(names: list[str]) -> None:
    values = [sort_value(ready(filename=name), Order.FILENAME) for name in names]
    assert values == sorted(values)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_bytes_are_sorted_by_their_number(one: int, other: int) -> None:
    values = [sort_value(ready(bytes=size), Order.BYTES) for size in (one, other)]
    assert (values[0] < values[1]) == (one < other)


def test_savings_are_those_of_the_view_and_none_is_the_least() -> None:
    made = Rendition(variant="m", format="webp", width=9, height=9, bytes=10, key="k")
    larger, equal, smaller = (ready(bytes=n, renditions=(made,)) for n in (9, 10, 11))
    values = [sort_value(found, Order.SAVINGS) for found in (ready(), larger, equal, smaller)]
    assert values[0] == values[1] < values[2] < values[3]


@pytest.mark.parametrize("status", Status)
def test_only_processed_images_are_indexed(status: Status) -> None:
    new = image(status=status, bytes=5)
    processed = new.with_processing(manifest_etag="e")
    settled = status in (Status.READY, Status.REJECTED, Status.FAILED)
    assert is_indexed(new) == settled
    assert is_indexed(processed) == (settled or status is Status.PROCESSING)


def test_an_interval_includes_its_beginning_and_not_its_end() -> None:
    query = Query(created_from=NOON, created_before=NOON + timedelta(hours=1))
    moments = [NOON + timedelta(seconds=s) for s in (-1, 0, 3599, 3600)]
    found = [query.matches(replace(ready(), created_at=moment)) for moment in moments]
    assert found == [False, True, True, False]


def test_a_query_has_no_marks_that_no_image_has() -> None:
    assert query_words("É e\u0301 E") == ("e",)
    assert unicodedata.normalize("NFC", "e\u0301") == "é"

"""What owners may change of an image: merge patches, tags and languages."""

import re
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import Conflict, InvalidRequest
from chalicelib.model import transitions
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.image import Image, Status
from chalicelib.model.patch import (
    DESCRIPTION,
    LANGUAGE_PATTERN,
    LONGEST_ALT,
    LONGEST_TAG,
    LONGEST_TEXT,
    MOST_LANGUAGES,
    MOST_TAGS,
    ImagePatch,
    merged_alt,
    normal_language,
    normal_tags,
)
from tests.builders import NOON, image

LANGUAGES = st.from_regex(LANGUAGE_PATTERN, fullmatch=True).filter(lambda tag: len(tag) <= 35)
TEXTS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30)
ALTS = st.dictionaries(LANGUAGES.map(normal_language), TEXTS, max_size=5)
PATCHES = st.dictionaries(LANGUAGES.map(normal_language), st.none() | TEXTS, min_size=1, max_size=5)
TAGS = st.lists(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=9), max_size=9
)
READY = image(status=Status.READY, alt={"en": "A door", "de": "Eine Tür"}, tags=("door", "red"))


def patch_of(body: str) -> ImagePatch:
    return msgspec.json.decode(body, type=ImagePatch)


def after(patch: ImagePatch, before: Image = READY) -> Image:
    step = transitions.change(before, patch, NOON)
    assert step is not None
    return step[0]


def merge_patch(target: object, patch: object) -> object:
    """The pseudocode of RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


@given(ALTS, PATCHES)
def test_alternative_texts_are_merged_as_rfc_7396_says(
    present: dict[str, str], patch: dict[str, str | None]
) -> None:
    assert merged_alt(present, patch) == merge_patch(present, patch)


@given(ALTS, PATCHES)
def test_the_same_merge_patch_again_changes_nothing(
    present: dict[str, str], patch: dict[str, str | None]
) -> None:
    once = merged_alt(present, patch)
    assert list(merged_alt(once, patch).items()) == list(once.items())


@given(ALTS, PATCHES)
def test_languages_that_stay_keep_their_order(
    present: dict[str, str], patch: dict[str, str | None]
) -> None:
    merged = list(merged_alt(present, patch))
    stayed = [language for language in present if language in merged]
    assert merged[: len(stayed)] == stayed


@pytest.mark.parametrize("body", ['{"alt": null}', '{"alt": {}}', '{"alt": {"en":null,"de":null}}'])
def test_null_an_empty_object_or_all_nulls_remove_all_alternative_text(body: str) -> None:
    assert after(patch_of(body)).alt == {}


def test_a_language_in_another_case_is_the_same_language() -> None:
    assert after(patch_of('{"alt": {"EN": null}}')).alt == {"de": "Eine Tür"}


@pytest.mark.parametrize("body", ['{"tags": null}', '{"tags": []}'])
def test_null_or_an_empty_list_removes_all_tags(body: str) -> None:
    assert after(patch_of(body)).tags == ()


def test_a_null_focal_point_is_removed() -> None:
    before = image(status=Status.READY, focal_point=FocalPoint(x=0, y=0))
    assert after(patch_of('{"focal_point": null}'), before).focal_point is None


def test_fields_that_are_omitted_stay() -> None:
    changed = after(patch_of('{"filename": "Door.jpg"}'))
    assert (changed.filename, changed.alt, changed.tags) == ("Door.jpg", READY.alt, READY.tags)


def test_a_patch_that_changes_nothing_writes_nothing() -> None:
    assert transitions.change(READY, patch_of('{"tags": ["door", "red"]}'), NOON) is None


@pytest.mark.parametrize("status", [Status.PENDING, Status.EXPIRED, Status.DELETED])
def test_an_image_without_an_original_cannot_be_changed(status: Status) -> None:
    with pytest.raises(Conflict, match=f"{status} cannot be changed"):
        transitions.change(image(status=status), patch_of('{"tags": ["red"]}'), NOON)


@pytest.mark.parametrize("status", ["processing", "ready", "rejected", "failed"])
def test_an_image_with_an_original_keeps_its_status_when_it_is_changed(status: str) -> None:
    before = image(status=Status(status))
    assert after(patch_of('{"tags": ["red"]}'), before).status is before.status


@pytest.mark.parametrize(
    ("body", "requested"),
    [
        ('{"focal_point": {"x": 0.5, "y": 0.1}}', True),
        ('{"filename": "a.jpg", "alt": {"en": "b"}, "tags": ["c"]}', False),
    ],
)
def test_only_a_new_focal_point_requests_processing(body: str, requested: bool) -> None:
    assert after(patch_of(body)).processing.requested is requested


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ('{"filename": "a.jpg"}', "file name"),
        ('{"alt": {"en": "A wall", "de": "Eine Tür", "fr": "x"}}', "alt text (en, fr)"),
        ('{"alt": {"en": null}, "tags": ["red"]}', "alt text (en), tags"),
        ('{"focal_point": {"x": 0.5, "y": 0.1}}', "focal point 0.5,0.1"),
    ],
)
def test_the_history_names_what_changed_without_the_texts(body: str, detail: str) -> None:
    step = transitions.change(READY, patch_of(body), NOON)
    assert step is not None
    assert (step[1].event, step[1].detail) == ("changed", detail)


def test_the_history_line_of_many_languages_is_short() -> None:
    many = ImagePatch(alt={f"en-x-{n:08}": "x" for n in range(18)})
    step = transitions.change(READY, many, NOON)
    assert step is not None
    assert step[1].detail == "alt text (18 languages)"


def test_text_in_too_many_languages_is_refused() -> None:
    alt = {f"en-x-{number}": "x" for number in range(MOST_LANGUAGES + 1)}
    with pytest.raises(InvalidRequest, match="over 20 languages"):
        merged_alt({}, alt)


def test_too_much_text_together_is_refused() -> None:
    alt = {f"en-x-{n}": "x" * LONGEST_TEXT for n in range(LONGEST_ALT // LONGEST_TEXT)}
    with pytest.raises(InvalidRequest, match="over 5,000 characters"):
        merged_alt(alt, {"de": "x"})


@given(TAGS)
def test_normal_tags_stay_as_they_are(tags: list[str]) -> None:
    once = normal_tags(tags)
    assert normal_tags(once) == once


@given(TAGS)
def test_no_two_normal_tags_differ_in_case_only(tags: list[str]) -> None:
    folded = [unicodedata.normalize("NFC", tag.casefold()) for tag in normal_tags(tags)]
    assert len(set(folded)) == len(folded)


@given(TAGS)
def test_tags_keep_their_order(tags: list[str]) -> None:
    trimmed = [unicodedata.normalize("NFC", tag) for tag in tags]
    positions = [trimmed.index(tag) for tag in normal_tags(tags)]
    assert positions == sorted(positions)


def test_of_tags_that_differ_in_case_the_first_stays_in_its_place() -> None:
    assert normal_tags([" Red ", "door", "RED", "Straße", "STRASSE"]) == ("Red", "door", "Straße")


def test_a_decomposed_tag_equals_its_composed_form() -> None:
    assert normal_tags(["u\u0308ber", "\u00fcber"]) == ("\u00fcber",)


@pytest.mark.parametrize(
    "tag", ["a\x00b", "a\nb", "a\x7fb", "a\x85b", "\u202egpj", "a\u2066b", "a\u200fb", "a\u2028b"]
)
def test_a_tag_with_control_or_bidirectional_characters_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="bidirectional"):
        normal_tags([tag])


def test_a_tag_that_is_too_long_once_it_is_normal_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 64"):
        normal_tags(["\u0958" * LONGEST_TAG])


@given(LANGUAGES)
def test_a_normal_language_stays_as_it_is_and_equals_what_was_given(tag: str) -> None:
    normal = normal_language(tag)
    assert (normal_language(normal), normal.lower()) == (normal, tag.lower())


@pytest.mark.parametrize(
    "tag", ["en", "pt-BR", "zh-Hant-TW", "sr-Latn-RS", "de-CH-1996", "en-CA-x-ca", "es-419"]
)
def test_a_language_is_written_as_in_rfc_5646(tag: str) -> None:
    assert (normal_language(tag.lower()), normal_language(tag.upper())) == (tag, tag)


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"colour": "red"}',
        '{"owner": "bob"}',
        '{"status": "ready"}',
        '{"filename": null}',
        '{"filename": ""}',
        '{"alt": "A door"}',
        '{"alt": ["A door"]}',
        '{"alt": {"en": ""}}',
        '{"alt": {"en": " "}}',
        '{"alt": {"en": 1}}',
        '{"alt": {"en": {"deep": "x"}}}',
        '{"alt": {"": "x"}}',
        '{"alt": {"__proto__": "x"}}',
        '{"alt": {"en\\n": "x"}}',
        '{"alt": {"en\\u0000": "x"}}',
        '{"alt": {"en_GB": "x"}}',
        '{"alt": {"en": "a\\u0000b"}}',
        '{"alt": {"en": "a", "EN": "b"}}',
        '{"tags": "red"}',
        '{"tags": [null]}',
        '{"tags": [""]}',
        '{"tags": ["\\u3000"]}',
        '{"tags": ["a\\u0000b"]}',
        '{"focal_point": {"x": 2, "y": 0}}',
        '{"focal_point": 0.5}',
        "[]",
        "null",
    ],
)
def test_an_invalid_patch_is_refused(body: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        patch_of(body)


@pytest.mark.parametrize(
    "body",
    [
        {"filename": "x" * 1025},
        {"alt": {"en": "x" * (LONGEST_TEXT + 1)}},
        {"alt": {"en": "\u0958" * LONGEST_TEXT}},
        {"alt": {"en-" + "a" * 8 + "-" + "b" * 8 + "-" + "c" * 8 + "-" + "d" * 8: "x"}},
        {"tags": ["x" * (LONGEST_TAG + 1)]},
        {"tags": [str(number) for number in range(MOST_TAGS + 1)]},
    ],
)
def test_a_patch_beyond_a_limit_is_refused(body: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, ImagePatch)


def test_right_to_left_text_may_have_its_marks() -> None:
    text = "باب أحمر\u200f (Darkroom)\u200f"
    assert after(ImagePatch(alt={"ar": text})).alt["ar"] == text


def test_a_result_of_processing_takes_the_description_from_the_present_record() -> None:
    started = image(status=Status.PROCESSING, sequencer="A1")
    changed = after(patch_of('{"filename": "b.jpg", "alt": {"en": "b"}, "tags": ["b"]}'), started)
    result = msgspec.structs.replace(started, status=Status.READY)
    step = transitions.finish(changed, started, result, NOON)
    assert step is not None
    assert [getattr(step[0], name) for name in DESCRIPTION] == ["b.jpg", {"en": "b"}, ("b",)]


def test_the_pattern_of_languages_is_valid_in_json_schema() -> None:
    assert re.fullmatch(LANGUAGE_PATTERN, "zh-Hant-TW")

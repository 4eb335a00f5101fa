"""Changes of an image that its owner requests: a JSON merge patch (RFC 7396), and its bounds.

The bounds keep a page of 100 images below Lambda's 6 MB: see docs/limits.md.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import force_setattr, replace

from chalicelib.errors import InvalidRequest
from chalicelib.model.edits import Edits, phrase
from chalicelib.model.focal_point import FocalPointPatch
from chalicelib.model.image import Image, Visibility
from chalicelib.model.keys import REORDERING

MOST_LANGUAGES = 20
LONGEST_TEXT = 1_000  # characters of the alternative text in one language
LONGEST_ALT = 5_000  # characters in all languages
MOST_TAGS = 50
LONGEST_TAG = 64  # characters

LANGUAGE_PATTERN = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"  # the form of BCP 47 without "x-" alone
_LANGUAGE = re.compile(LANGUAGE_PATTERN[1:-1])
_CONTROL = frozenset({"Cc", "Zl", "Zp"})
_LINE_BREAKS = frozenset("\t\n\r")
_MOST_NAMED = 5  # languages in a history line

Filename = Annotated[str, Meta(min_length=1, max_length=1024)]
Language = Annotated[str, Meta(min_length=2, max_length=35)]
Text = Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]
Tag = Annotated[str, Meta(min_length=1, max_length=LONGEST_TAG)]
Tags = Annotated[tuple[Tag, ...], Meta(max_length=MOST_TAGS)]


class ImagePatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of an image, as a JSON merge patch (RFC 7396); at least one field.

    A field that is omitted stays. Null removes an alternative text, all of them, all tags, the
    edits, or the focal point, which is a point of the edited picture.
    """

    filename: Filename | UnsetType = UNSET
    alt: dict[Language, Text | None] | UnsetType | None = UNSET
    tags: Tags | UnsetType | None = UNSET
    visibility: Visibility | UnsetType = UNSET
    focal_point: FocalPointPatch = UNSET
    edits: Edits | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        if not self._given():
            raise ValueError(f"Give at least one of {', '.join(self.__struct_fields__)}")
        if self.alt:
            force_setattr(self, "alt", _normal_alt(self.alt))
        if self.tags:
            force_setattr(self, "tags", normal_tags(self.tags))

    def apply(self, image: Image) -> Image:
        """The image with these changes; InvalidRequest if it would have too much alt text."""
        values = self._given()
        if "alt" in values:
            values["alt"] = merged_alt(image.alt, values["alt"])
        if "tags" in values:
            values["tags"] = values["tags"] or ()
        if "edits" in values:
            values["edits"] = values["edits"] or ()
        if "focal_point" in values:
            edited = replace(image, edits=values.get("edits", image.edits))
            values["focal_point"] = edited.original_focal_point(values["focal_point"])
        wanted = values.pop("visibility", image.moving_to or image.visibility)
        if wanted is not (image.moving_to or image.visibility):
            # Also back to what it was: files may have been copied meanwhile.
            values["moving_to"] = wanted
        return replace(image, **values)

    def _given(self) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in fields.items() if value is not UNSET}


# Fields that describe the image and not the bytes of its original: a photo that is retouched and
# uploaded again still shows the same red door. They survive processing and overwriting, and only
# a deletion drops them. Edits and focal point are places in the bytes (docs/decisions/0010, 0051).
# Visibility decides where files are written, so `transitions.finish` compares it.
DESCRIPTION = tuple(
    name
    for name in ImagePatch.__struct_fields__
    if name not in ("focal_point", "edits", "visibility")
)


def with_description_of(image: Image, present: Image) -> Image:
    """The image with what describes it in the `present` record."""
    return replace(image, **{name: getattr(present, name) for name in DESCRIPTION})


def merged_alt(
    present: Mapping[str, str], patch: Mapping[str, str | None] | None
) -> dict[str, str]:
    """Alternative texts after a merge patch; new languages follow the present ones.

    An empty patch removes all texts, as null does. In RFC 7396 it would change nothing, which
    nobody has a reason to request. InvalidRequest beyond the limits.
    """
    merged = {**present, **patch} if patch else {}
    kept = {language: text for language, text in merged.items() if text is not None}
    if len(kept) > MOST_LANGUAGES:
        raise InvalidRequest(f"alt: The image would have text in over {MOST_LANGUAGES} languages.")
    if sum(map(len, kept.values())) > LONGEST_ALT:
        raise InvalidRequest(f"alt: The texts would have over {LONGEST_ALT:,} characters together.")
    return kept


def normal_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags trimmed and in NFC, in order; of those that differ in case only the first stays.

    ValueError for one that is empty, too long, or has control or bidirectional characters.
    """
    normal = [_normal("tags", tag, LONGEST_TAG) for tag in tags]
    if any(letter in REORDERING or _is_control(letter) for tag in normal for letter in tag):
        raise ValueError("tags: Control and bidirectional characters are not allowed")
    first: dict[str, str] = {}
    for tag in normal:
        first.setdefault(caseless(tag), tag)
    return tuple(first.values())


def normal_language(tag: str) -> str:
    """A language tag as RFC 5646 writes it, `zh-Hant-TW`: tags are compared without case.

    ValueError if it does not have the form of a tag.
    """
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError("alt: A language must be a BCP 47 tag such as en or pt-BR")
    language, *others = tag.lower().split("-")
    singleton = next((n for n, subtag in enumerate(others) if len(subtag) == 1), len(others))
    # Extensions, which begin with a singleton, are written in lower case.
    return "-".join([language, *map(_normal_subtag, others[:singleton]), *others[singleton:]])


def _normal_subtag(subtag: str) -> str:
    if len(subtag) == 4 and subtag.isalpha():  # a script
        return subtag.title()
    return subtag.upper() if len(subtag) == 2 else subtag  # a region


def _normal_alt(alt: Mapping[str, str | None]) -> dict[str, str | None]:
    normal: dict[str, str | None] = {}
    for tag, text in alt.items():
        language = normal_language(tag)
        if language in normal:
            raise ValueError(f"alt: {language} is given twice")
        normal[language] = text if text is None else _normal_text(text)
    return normal


def _normal_text(text: str) -> str:
    # Bidirectional characters are allowed here: right-to-left text with Latin words needs them, and
    # an attribute's value cannot reorder what is around it.
    normal = _normal("alt", text, LONGEST_TEXT)
    if any(_is_control(letter) for letter in set(normal) - _LINE_BREAKS):
        raise ValueError("alt: Control characters are not allowed")
    return normal


def _normal(field: str, text: str, most: int) -> str:
    normal = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(normal) <= most:  # NFC makes some texts longer
        raise ValueError(f"{field}: A text must have 1 to {most:,} characters besides spaces")
    return normal


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in _CONTROL


def caseless(text: str) -> str:
    """A text that is the same for all texts that differ in case only."""
    # Canonical caseless matching (Unicode, D145).
    folded = unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFD", folded)


def summary(before: Image, after: Image) -> str:
    """The fields that differ, as a phrase for the history: without the texts, so it is short."""
    phrases = {
        "filename": "file name",
        "alt": f"alt text ({_languages(before.alt, after.alt)})",
        "tags": "tags",
        "focal_point": focal_point_phrase(after),
        "edits": phrase(after.edits),
    }
    names = [n for n in ImagePatch.__struct_fields__ if getattr(before, n) != getattr(after, n)]
    changes = [phrases.get(name, name) for name in names]
    if after.moving_to is not before.moving_to:
        changes.append(f"to be {after.moving_to}")
    return ", ".join(changes)


def focal_point_phrase(image: Image) -> str:
    """The focal point as the history shows it."""
    point = image.shown_focal_point
    return f"focal point {point}" if point else "no focal point"


def _languages(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    # Not a set, whose order differs between runs.
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ", ".join(changed) if len(changed) <= _MOST_NAMED else f"{len(changed)} languages"

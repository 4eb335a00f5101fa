"""The names of formats: media types in all their spellings, and suffixes."""

import pytest

from chalicelib.model.formats import FORMATS, MEDIA_TYPE_OF_SUFFIX, format_of, is_unknown


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/jpeg", "jpeg"),
        ("image/jpg", "jpeg"),
        ("image/pjpeg", "jpeg"),
        ("IMAGE/JPEG", "jpeg"),
        ("image/jpeg; charset=binary", "jpeg"),
        (" image/jpeg ;q=1", "jpeg"),
        ("image/x-png", "png"),
        ("image/apng", "png"),
        ("image/x-ms-bmp", "bmp"),
        ("image/x-windows-bmp", "bmp"),
        ("image/tif", "tiff"),
        ("image/x-tiff", "tiff"),
        ("image/heif-sequence", "heic"),
        ("image/x-webp", "webp"),
        ("image/x-nikon-nef", "nef"),
        ("image/NEF", "nef"),
        ("image/x-cr2", "cr2"),
        ("image/x-dcraw", "dng"),
    ],
)
def test_a_media_type_is_known_in_every_spelling(content_type: str, kind: str) -> None:
    assert format_of(content_type) == kind


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/html", "image/svg+xml", "image/x-icon", "image/jpeg2000", "jpeg", "image/"),
        *("image/jpeg\r\nX-Evil: 1", "image/jpeg; a\x00", "image/jpeg, text/html", ""),
    ],
)
def test_any_other_media_type_names_no_format(content_type: str) -> None:
    assert format_of(content_type) is None


@pytest.mark.parametrize(
    "content_type",
    ["", " ", "application/octet-stream", "Application/Octet-Stream; x=y", "image/*"],
)
def test_a_type_of_any_bytes_says_nothing(content_type: str) -> None:
    assert is_unknown(content_type)


@pytest.mark.parametrize("content_type", ["image/jpeg", "text/plain", "\r\n", "é"])
def test_any_other_type_says_something(content_type: str) -> None:
    assert not is_unknown(content_type)


def test_no_name_belongs_to_two_formats() -> None:
    types = [name for f in FORMATS.values() for name in (*f.media_types, *f.aliases)]
    suffixes = [suffix for f in FORMATS.values() for suffix in f.suffixes]
    assert (len(types), len(suffixes)) == (len({*types}), len({*suffixes}))


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        (".jfif", "image/jpeg"),
        (".mpo", "image/jpeg"),
        (".heic", "image/heic"),
        (".hif", "image/heif"),
        (".nrw", "image/x-nikon-nef"),
        (".gpr", "image/x-adobe-dng"),
    ],
)
def test_a_suffix_stands_for_a_media_type(suffix: str, media_type: str) -> None:
    assert MEDIA_TYPE_OF_SUFFIX[suffix] == media_type

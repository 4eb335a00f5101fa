"""The `<picture>` element."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.model.image import Image, Placeholder, Rendition
from chalicelib.model.variants import Sizes, Variant, VariantsTable
from chalicelib.views.addresses import unsigned
from chalicelib.views.markup import picture
from tests.builders import ULID, image


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def rendition(variant: str, format: str, width: int, height: int) -> Rendition:
    key = f"I/0/{variant}.{format}"
    return Rendition(variant=variant, format=format, width=width, height=height, bytes=9, key=key)


SHOWN = image(
    width=4000,
    height=3000,
    placeholder=Placeholder(color="#aabbcc", data_uri="data:image/webp;base64,UklG"),
    renditions=(
        rendition("1080p", "webp", 1920, 1440),
        rendition("1080p", "avif", 1920, 1440),
        rendition("mobile", "webp", 640, 480),
        rendition("mobile", "avif", 640, 480),
        rendition("thumbnail", "webp", 200, 200),
    ),
)


TABLE = VariantsTable(
    variants=(
        Variant(name="1080p", width=1920, height=1920, formats=("avif", "webp")),
        Variant(name="mobile", width=640, height=640, formats=("avif", "webp")),
        Variant(name="thumbnail", width=200, height=200, fit="cover", media="(max-width: 20em)"),
    ),
    sizes=Sizes(widths=(320, 1280, 2560, 3840, 5120), layout="(min-width: 60em) 50vw, 100vw"),
)


def elements(shown: Image = SHOWN, layout: str = "") -> list[tuple[str, dict[str, str | None]]]:
    urls = unsigned(shown, "https://a.example/images")
    return Elements(picture(shown, urls, TABLE, layout) or "").found


def test_its_urls_stay_valid_and_name_no_format() -> None:
    assert dict(elements())["img"]["src"] == f"https://a.example/i/{ULID}/1080p"


def test_it_offers_the_sizes_that_are_ready_and_renders_only_larger_ones() -> None:
    assert dict(elements())["img"]["srcset"] == (
        f"https://a.example/i/{ULID}/mobile 640w, https://a.example/i/{ULID}/1080p 1920w,"
        f" https://a.example/i/{ULID}?w=2560 2560w, https://a.example/i/{ULID}?w=3840 3840w"
    )


def test_nothing_larger_than_the_original_is_offered() -> None:
    srcset = dict(elements(replace(SHOWN, width=1920, height=1440)))["img"]["srcset"] or ""
    assert "w=" not in srcset


def test_a_variant_with_a_media_condition_is_shown_where_it_holds() -> None:
    assert dict(elements())["source"] == {
        "media": "(max-width: 20em)",
        "srcset": f"https://a.example/i/{ULID}/thumbnail",
        "width": "200",
        "height": "200",
    }


def test_a_variant_that_was_not_rendered_yet_is_left_out() -> None:
    whole = tuple(r for r in SHOWN.renditions if r.variant != "thumbnail")
    assert "source" not in dict(elements(replace(SHOWN, renditions=whole)))


def test_browsers_learn_the_width_from_the_layout_or_as_the_table_says() -> None:
    assert dict(elements())["img"]["sizes"] == "auto, (min-width: 60em) 50vw, 100vw"


def test_a_page_may_say_how_wide_it_shows_the_image() -> None:
    assert dict(elements(layout="300px"))["img"]["sizes"] == "auto, 300px"


def test_width_and_height_are_set_against_layout_shift() -> None:
    img = dict(elements())["img"]
    assert (img["width"], img["height"]) == ("1920", "1440")


def img(alt: dict[str, str]) -> dict[str, str | None]:
    return dict(elements(replace(SHOWN, alt=alt)))["img"]


def test_the_alternative_text_is_that_of_the_first_language() -> None:
    shown = img({"de": "Eine Tür", "en": "A door"})
    assert (shown["alt"], shown["lang"]) == ("Eine Tür", "de")


def test_an_image_without_alternative_text_is_decorative() -> None:
    shown = img({})
    assert (shown["alt"], "lang" in shown) == ("", False)


@given(st.text())
def test_an_alternative_text_is_escaped(text: str) -> None:
    assert [tag for tag, _ in elements(replace(SHOWN, alt={"en": text}))] == [
        "picture",
        "source",
        "img",
    ]
    assert img({"en": text}).keys() == img({"en": ""}).keys()
    assert img({"en": text})["alt"] == text


def test_the_placeholder_is_the_background() -> None:
    assert "#aabbcc url(data:image/webp;base64,UklG)" in (dict(elements())["img"]["style"] or "")


def test_an_image_without_renditions_has_no_markup() -> None:
    assert picture(image(), unsigned(image(), "https://a.example"), TABLE) is None


def hdr(*variants: str) -> Image:
    """The image with a JPEG with a gain map for each of these variants."""
    sizes = {r.variant: r for r in SHOWN.renditions}
    more = [
        replace(sizes[name], format="jpeg", key=f"I/0/{name}.jpg", hdr=True) for name in variants
    ]
    return replace(SHOWN, renditions=(*SHOWN.renditions, *more))


def test_hdr_displays_are_offered_the_renditions_with_a_gain_map() -> None:
    found = [attributes for tag, attributes in elements(hdr("1080p", "mobile")) if tag == "source"]
    assert found[-1] == {
        "media": "(dynamic-range: high)",
        "type": "image/jpeg",
        "sizes": "auto, (min-width: 60em) 50vw, 100vw",
        "srcset": f"https://a.example/i/{ULID}/mobile.jpg 640w,"
        f" https://a.example/i/{ULID}/1080p.jpg 1920w",
        "width": "1920",
        "height": "1440",
    }


def test_other_displays_are_offered_what_they_are_without_a_gain_map() -> None:
    assert dict(elements(hdr("1080p")))["img"] == dict(elements())["img"]
    assert "dynamic-range" not in str(elements())


def test_a_crop_with_a_gain_map_comes_before_the_same_crop_without() -> None:
    found = [attributes for tag, attributes in elements(hdr("thumbnail")) if tag == "source"]
    assert [(source["media"], source["srcset"]) for source in found] == [
        (
            "(dynamic-range: high) and (max-width: 20em)",
            f"https://a.example/i/{ULID}/thumbnail.jpg",
        ),
        ("(max-width: 20em)", f"https://a.example/i/{ULID}/thumbnail"),
    ]


@pytest.mark.parametrize(
    ("condition", "combined"),
    [
        ("(min-width: 1em) and (max-width: 9em)", "{} and (min-width: 1em) and (max-width: 9em)"),
        ("(min-width: 1em) or (hover)", "{} and ((min-width: 1em) or (hover))"),
        ("not (hover)", "{} and (not (hover))"),
        ("screen", None),
        ("(hover), print", None),
    ],
)
def test_conditions_are_combined_where_css_allows_it(condition: str, combined: str | None) -> None:
    variants = (*TABLE.variants[:2], replace(TABLE.variants[2], media=condition))
    urls = unsigned(SHOWN, "https://a.example/images")
    text = picture(hdr("thumbnail"), urls, replace(TABLE, variants=variants)) or ""
    media = [source["media"] for tag, source in Elements(text).found if tag == "source"]
    expected = [combined.format("(dynamic-range: high)")] if combined else []
    assert media == [*expected, condition]

"""The `<picture>` element."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.model.image import Placeholder, Rendition
from chalicelib.views.markup import picture
from tests.builders import image


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


def elements() -> list[tuple[str, dict[str, str | None]]]:
    return Elements(picture(SHOWN, "https://a.example/images") or "").found


def test_the_best_format_comes_first_and_the_simplest_is_the_fallback() -> None:
    kinds = [(tag, attrs.get("type")) for tag, attrs in elements()]
    assert kinds == [("picture", None), ("source", "image/avif"), ("img", None)]


def test_every_size_of_the_whole_image_is_offered_and_no_crop() -> None:
    img = dict(elements())["img"]
    assert img["srcset"] == (
        "https://a.example/images/I/0/mobile.webp 640w,"
        " https://a.example/images/I/0/1080p.webp 1920w"
    )


def test_a_width_that_the_best_format_lacks_comes_from_the_next() -> None:
    light = replace(
        SHOWN,
        renditions=(
            rendition("1080p", "jpeg", 1920, 1440),
            rendition("mobile", "webp", 640, 480),
        ),
    )
    source = dict(Elements(picture(light, "https://a.example") or "").found)["source"]
    assert source["srcset"] == (
        "https://a.example/I/0/mobile.webp 640w, https://a.example/I/0/1080p.jpeg 1920w"
    )


def test_width_and_height_are_set_against_layout_shift() -> None:
    img = dict(elements())["img"]
    assert (img["width"], img["height"]) == ("1920", "1440")


def img(alt: dict[str, str]) -> dict[str, str | None]:
    return dict(Elements(picture(replace(SHOWN, alt=alt), "https://a.example") or "").found)["img"]


def test_the_alternative_text_is_that_of_the_first_language() -> None:
    shown = img({"de": "Eine Tür", "en": "A door"})
    assert (shown["alt"], shown["lang"]) == ("Eine Tür", "de")


def test_an_image_without_alternative_text_is_decorative() -> None:
    shown = img({})
    assert (shown["alt"], "lang" in shown) == ("", False)


@given(st.text())
def test_an_alternative_text_is_escaped(text: str) -> None:
    whole = picture(replace(SHOWN, alt={"en": text}), "https://a.example") or ""
    assert [tag for tag, _ in Elements(whole).found] == ["picture", "source", "img"]
    assert img({"en": text}).keys() == img({"en": ""}).keys()
    assert img({"en": text})["alt"] == text


def test_the_placeholder_is_the_background() -> None:
    assert "#aabbcc url(data:image/webp;base64,UklG)" in (dict(elements())["img"]["style"] or "")


def test_an_image_without_renditions_has_no_markup() -> None:
    assert picture(image(), "https://a.example") is None

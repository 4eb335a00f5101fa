"""Published files: which rendition each shows, how keys are read, and what is signed."""

import hashlib
import hmac
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.errors import NotFound
from chalicelib.model import delivery
from chalicelib.model.delivery import (
    SignedFile,
    StableFile,
    Transformation,
    Urls,
    WidthFile,
    edge_table,
    extensions_of,
    file_key,
    is_of,
    is_on_demand,
    is_published,
    nearest,
    parse_file,
    signature_of,
    signed_url,
    size_rule,
    stable_file_of,
    stable_files,
    stand_in,
)
from chalicelib.model.formats import PREFERENCE, OutputFormat
from chalicelib.model.image import Rendition
from chalicelib.model.variants import Sizes, Variant, VariantsTable
from tests.builders import ULID

PUBLIC = "https://photos.example/images"
KEY = b"7b71ae92" * 8

formats = st.sampled_from(get_args(OutputFormat))
extensions = st.sampled_from(delivery.EXTENSIONS)
sides = st.none() | st.integers(1, delivery.LONGEST_SIDE)


@st.composite
def transformations(draw: st.DrawFn) -> Transformation:
    width, height = draw(sides), draw(sides)
    if width is None and height is None:
        width = 100
    box = width is not None and height is not None
    fits = ["inside", "cover", "contain"] if box else ["inside"]
    return Transformation(
        width=width,
        height=height,
        fit=draw(st.none() | st.sampled_from(fits)),  # type: ignore[arg-type]
        quality=draw(st.none() | st.integers(1, 100)),
        format=draw(st.none() | formats),
    )


def rendition(variant: str, output: str, width: int = 640) -> Rendition:
    extension = "jpg" if output == "jpeg" else output
    key = f"{ULID}/{'0' * 16}/{variant}.{extension}"
    return Rendition(variant=variant, format=output, width=width, height=width, bytes=9, key=key)


renditions = st.lists(
    st.builds(rendition, st.sampled_from("ab"), formats, st.sampled_from([320, 640, 1280]))
)


@given(renditions, extensions)
def test_a_client_only_gets_formats_that_it_shows(found: list[Rendition], extension: str) -> None:
    shown = stand_in(found, extension)
    able = {
        "avif": PREFERENCE,
        "webp": ("webp", "jpeg", "png"),
        "jpg": ("jpeg", "png"),
        "png": ("jpeg", "png"),
    }[extension]
    assert (shown is None) == (not any(r.format in able for r in found))
    assert shown is None or shown.format in able


@given(renditions, extensions)
def test_the_format_of_the_suffix_is_preferred(found: list[Rendition], extension: str) -> None:
    shown = stand_in(found, extension)
    output = "jpeg" if extension == "jpg" else extension
    if any(r.format == output for r in found):
        assert shown is not None
        assert shown.format == output


def test_of_several_renditions_the_largest_stands_in() -> None:
    shown = stand_in([rendition("a", "webp", 320), rendition("b", "webp", 1280)], "webp")
    assert shown is not None
    assert shown.width == 1280


def test_a_variant_is_published_in_each_of_its_formats() -> None:
    variant = Variant(name="a", width=9, formats=("avif", "webp", "jpeg"))
    made = [rendition("a", output) for output in ("avif", "webp", "jpeg")]
    shown = {file.extension: r.format for file, r in stable_files((variant,), made).items()}
    assert shown == {"avif": "avif", "webp": "webp", "jpg": "jpeg"}


def test_an_hdr_rendition_is_published_whatever_the_formats() -> None:
    variant = Variant(name="a", width=9, formats=("webp",), hdr=True)
    made = [rendition("a", "webp"), replace(rendition("a", "jpeg"), hdr=True)]
    shown = {file.extension: r.format for file, r in stable_files((variant,), made).items()}
    assert shown == {"webp": "webp", "jpg": "jpeg"}
    assert stable_files((variant,), made[:1]).keys() == {StableFile("a", "webp")}


def test_a_format_that_was_not_worth_keeping_shows_the_simpler_one() -> None:
    variant = Variant(name="a", width=9, formats=("avif", "webp"))
    files = stable_files((variant,), [rendition("a", "webp")])
    assert {file.extension: r.format for file, r in files.items()} == {
        "avif": "webp",
        "webp": "webp",
    }


def test_no_file_is_published_that_its_clients_cannot_show() -> None:
    variant = Variant(name="a", width=9, formats=("original",))
    files = stable_files((variant,), [rendition("a", "webp")])
    assert {file.extension for file in files} == {"avif", "webp"}


def test_a_rendition_of_another_variant_is_not_published_for_it() -> None:
    assert stable_files((Variant(name="a", width=9),), [rendition("b", "webp")]) == {}


@given(renditions, st.integers(1, 2000), extensions)
def test_the_nearest_rendition_is_the_smallest_that_is_wide_enough(
    found: list[Rendition], width: int, extension: str
) -> None:
    shown = nearest(found, width, extension)
    usable = [r.width for r in found if stand_in([r], extension)]
    wide = [w for w in usable if w >= width]
    expected = min(wide) if wide else max(usable, default=None)
    assert (shown and shown.width) == expected


@given(transformations(), st.from_regex("[0-9a-f]{8}", fullmatch=True), extensions)
def test_a_signed_files_key_says_all_about_it(
    wanted: Transformation, generation: str, extension: str
) -> None:
    file = SignedFile(wanted, generation, "ab" * 32, extension)
    key = file_key(ULID, file)
    assert is_published(key)
    assert parse_file(*key.split("/")[1:]) == file


@given(st.integers(1, 16383), st.from_regex("[0-9a-f]{8}", fullmatch=True), extensions)
def test_a_widths_key_says_all_about_it(width: int, generation: str, extension: str) -> None:
    file = WidthFile(width, generation, extension)
    key = file_key(ULID, file)
    assert is_published(key)
    assert parse_file(*key.split("/")[1:]) == file


@given(st.from_regex(delivery.PUBLISHED_PATTERN, fullmatch=True))
def test_every_published_key_is_either_stable_or_on_demand(key: str) -> None:
    assert (stable_file_of(key) is None) == is_on_demand(key)


@given(st.sampled_from("iws"), st.text(max_size=90))
def test_any_other_key_is_no_file(folder: str, name: str) -> None:
    try:
        file = parse_file(folder, name)
    except NotFound:
        return
    assert file_key(ULID, file) == f"{ULID}/{folder}/{name}"


@pytest.mark.parametrize("folder", ["", "x", "I", "0123456789abcdef"])
def test_another_folder_has_no_files(folder: str) -> None:
    with pytest.raises(NotFound):
        parse_file(folder, "1080p.webp")


def test_files_of_former_rules_are_recognised() -> None:
    stable = file_key(ULID, StableFile("mobile", "webp"))
    sized = file_key(ULID, WidthFile(640, "0123abcd", "webp"))
    assert (is_of(stable, "ffffffff"), is_of(sized, "ffffffff")) == (True, False)
    assert is_of(sized, "0123abcd")


def test_the_signature_is_an_hmac_of_the_path_and_the_sorted_query() -> None:
    wanted = Transformation(width=300, height=200, fit="cover", quality=70, format="webp")
    text = f"/i/{ULID}?f=webp&fit=cover&h=200&q=70&w=300"
    expected = hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()
    assert signature_of(KEY, ULID, wanted) == expected
    assert signed_url(PUBLIC, KEY, ULID, wanted) == f"https://photos.example{text}&s={expected}"


@given(transformations(), transformations())
def test_each_transformation_has_a_signature_of_its_own(
    first: Transformation, second: Transformation
) -> None:
    same = signature_of(KEY, ULID, first) == signature_of(KEY, ULID, second)
    assert same == (first == second)


@pytest.mark.parametrize("public", [PUBLIC, f"{PUBLIC}/", "https://photos.example"])
def test_stable_urls_are_beside_the_folder_of_the_renditions(public: str) -> None:
    assert Urls(public, ULID).stable("1080p") == f"https://photos.example/i/{ULID}/1080p"


def test_a_width_is_rendered_as_the_table_says() -> None:
    sizes = Sizes(widths=(640,), quality="auto", sharpen=0.3)
    rule = size_rule(sizes, WidthFile(640, "0123abcd", "webp"))
    assert (rule.width, rule.height, rule.fit) == (640, None, "inside")
    assert (rule.formats, rule.quality, rule.sharpen) == (("webp",), "auto", 0.3)


def test_a_transformation_is_rendered_as_it_says() -> None:
    wanted = Transformation(width=30, height=20, fit="cover", quality=50, format="jpeg")
    rule = size_rule(Sizes(), SignedFile(wanted, "0123abcd", "ab" * 32, "jpg"))
    assert (rule.width, rule.height, rule.fit) == (30, 20, "cover")
    assert (rule.formats, rule.quality) == (("jpeg",), 50)


def test_clients_that_show_no_modern_format_get_a_fallback() -> None:
    assert size_rule(Sizes(), WidthFile(640, "0123abcd", "jpg")).formats == ("fallback",)


@pytest.mark.parametrize(
    ("offered", "letters"),
    [
        (("webp",), "w"),
        (("avif", "webp"), "aw"),
        (("webp", "avif", "jpeg"), "aw"),
        (("jpeg",), ""),
        (("png",), "p"),
        (("jpeg", "png"), ""),
        (("original",), "aw"),
    ],
)
def test_the_cdns_table_names_the_formats_that_need_support(
    offered: tuple[str, ...], letters: str
) -> None:
    variant = Variant(name="a", width=9, formats=offered)  # type: ignore[arg-type]
    table = edge_table(VariantsTable(variants=(variant,)), "0123abcd")
    assert table.variants == {"a": letters}


def test_no_variant_is_published_as_a_format_that_is_not_offered() -> None:
    assert extensions_of(["webp", "jpeg"]) == ("webp", "jpg")


def test_other_rules_for_all_sizes_are_another_generation() -> None:
    same = Sizes().generation({}, keep_credits=False)
    others = [
        Sizes(quality=50).generation({}, keep_credits=False),
        Sizes(formats=("avif",)).generation({}, keep_credits=False),
        Sizes().generation({}, keep_credits=True),
        Sizes().generation({}, keep_credits=False, smart_crop=False),
    ]
    assert same not in others


def test_another_width_is_no_other_generation() -> None:
    few = Sizes(widths=(320, 4000)).generation({}, keep_credits=False)
    assert few == Sizes().generation({}, keep_credits=False)

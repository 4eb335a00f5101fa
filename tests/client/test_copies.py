"""What the client repeats of the application, since it is installed alone."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import Rejection
from chalicelib.imaging import signatures
from chalicelib.model import edits as server
from chalicelib.model import formats as server_formats
from chalicelib.model import keys, patch, search
from chalicelib.model.focal_point import FocalPoint as ServerPoint
from darkroom_client import edits as client
from darkroom_client import formats, names
from darkroom_client.cli.commands.list import SORTS
from tests.hostile.seeds import seeds
from tests.imaging.samples import four_corners, saved

UNIT = st.integers(0, 1_000_000).map(lambda units: units / 1_000_000)
SIZES = st.tuples(st.integers(1, 9000), st.integers(1, 9000))


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Any]:
    action = draw(st.sampled_from(["crop", "rotate", "flip", "straighten", "redact"]))
    if action == "rotate":
        return {"action": action, "degrees": draw(st.sampled_from([90, 180, 270]))}
    if action == "flip":
        return {"action": action, "axis": draw(st.sampled_from(["horizontal", "vertical"]))}
    if action == "straighten":
        return {"action": action, "degrees": draw(st.integers(-450, 450)) / 10}
    x, y = draw(st.integers(0, 999_999)), draw(st.integers(0, 999_999))
    width, height = draw(st.integers(1, 1_000_000 - x)), draw(st.integers(1, 1_000_000 - y))
    sides = {"x": x, "y": y, "width": width, "height": height}
    return {"action": action, **{name: side / 1_000_000 for name, side in sides.items()}}


RECIPES = st.lists(steps(), max_size=5)


@given(RECIPES, SIZES, UNIT, UNIT)
def test_edits_move_points_as_on_the_server(
    recipe: Sequence[dict[str, Any]], size: tuple[int, int], x: float, y: float
) -> None:
    here = msgspec.convert(recipe, client.Edits)
    there = msgspec.convert(recipe, server.Edits)
    assert client.edited_size(here, size) == server.edited_size(there, size)
    point, place = client.FocalPoint(x=x, y=y), ServerPoint(x=x, y=y)
    for ours, theirs in (
        (client.shown_point(here, size, point), server.shown_point(there, size, place)),
        (client.original_point(here, size, point), server.original_point(there, size, place)),
    ):
        # The sixth decimal may be rounded the other way.
        assert abs(ours.x - theirs.x) <= 2e-6
        assert abs(ours.y - theirs.y) <= 2e-6


@given(RECIPES)
def test_edits_are_sent_as_the_server_stores_them(recipe: Sequence[dict[str, Any]]) -> None:
    here = msgspec.to_builtins(msgspec.convert(recipe, client.Edits))
    there = msgspec.to_builtins(msgspec.convert(recipe, server.Edits))
    assert msgspec.to_builtins(msgspec.convert(here, server.Edits)) == there


@given(st.text() | st.from_regex(r"[\w .-]{0,30}\.\w{0,10}"))
def test_names_are_those_of_the_server(name: str) -> None:
    safe = keys.safe_filename(name)
    assert names.stem_of(name) == keys.stem_of(name)
    assert names.suffix_of(name) == (f".{safe.rpartition('.')[2]}" if "." in safe else "")
    assert names.caseless(name) == patch.caseless(name)
    assert names.is_image_id(name) == keys.is_image_id(name)


def test_an_id_is_one_in_the_client() -> None:
    assert names.is_image_id(keys.derived_image_id("b", "k"))


def test_suffixes_and_orders_are_those_of_the_server() -> None:
    assert formats.TYPE_OF_SUFFIX == server_formats.MEDIA_TYPE_OF_SUFFIX
    assert formats.UNREAD_RAW_SUFFIXES == server_formats.UNREAD_RAW_SUFFIXES
    assert formats.UNKNOWN_TYPE == server_formats.UNKNOWN_TYPE
    assert formats.HEAD_BYTES == signatures.HEAD_BYTES
    assert SORTS == search.SORTS


def test_edits_have_the_limits_of_the_server() -> None:
    assert client.MOST_EDITS == server.MOST_EDITS


@pytest.mark.parametrize("kind", server_formats.FORMATS)
def test_first_bytes_mean_what_they_mean_on_the_server(
    kind: server_formats.InputFormat,
) -> None:
    entry = server_formats.FORMATS[kind]
    found = formats.media_type(saved(four_corners(), kind)[: formats.HEAD_BYTES], entry.suffixes[0])
    assert found == entry.media_type


@given(st.sampled_from(seeds()), st.integers(0, 40), st.integers(0, 255))
def test_damaged_first_bytes_mean_what_they_mean_on_the_server(
    data: bytes, at: int, byte: int
) -> None:
    head = data[:at] + bytes([byte]) + data[at + 1 : formats.HEAD_BYTES]
    try:
        kind = signatures.sniff(head)
    except Rejection:
        assert formats.sniff(head) is None
        return
    # The client leaves it to the suffix whether a TIFF is a raw file.
    expected = {server_formats.FORMATS[kind].media_type, "image/tiff"}
    assert formats.sniff(head) in expected
    assert (
        formats.sniff(head) != "image/tiff" or server_formats.FORMATS[kind].is_raw or kind == "tiff"
    )

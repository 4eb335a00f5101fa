"""Suggested focal points, from faces or saliency, and crops around them."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from PIL import Image

from chalicelib.imaging import Limits, Picture, render
from chalicelib.imaging.saliency import salient_point
from chalicelib.imaging.suggestions import suggested_point
from chalicelib.model.edits import Crop, Edit, Flip, Redact, Rotate
from chalicelib.model.focal_point import FaceBox, FocalPoint, SuggestedFocalPoint
from chalicelib.model.variants import Variant
from tests.imaging.test_saliency import with_person
from tests.pictures import encoded

PICTURE = with_person(0.2, 0.3)
FACE = FaceBox(left=0.7, top=0.3, width=0.1, height=0.2)
SQUARE = Variant(name="square", width=100, height=100, fit="cover", formats=("png",))


def rendered(*edits: Edit, point: FocalPoint | None = None, suggest: bool = True) -> Picture:
    return render(
        encoded(PICTURE, "PNG"),
        (SQUARE,),
        Limits(max_pixels=1_000_000, max_frames=1),
        edits=edits,
        focal_point=point,
        suggest=suggest,
    )


def close(point: FocalPoint | None, x: float, y: float) -> bool:
    return point is not None and abs(point.x - x) < 0.12 and abs(point.y - y) < 0.2


def found(*faces: FaceBox) -> SuggestedFocalPoint:
    return suggested_point(PICTURE, lambda _: faces)


def test_without_a_search_for_faces_the_suggestion_is_the_salient_point() -> None:
    point = salient_point(PICTURE)
    assert suggested_point(PICTURE) == SuggestedFocalPoint(x=point.x, y=point.y, source="saliency")


def test_a_face_is_the_suggestion_with_the_hair_above_it() -> None:
    assert found(FACE) == SuggestedFocalPoint(x=0.75, y=0.37, source="faces", faces_sought=True)


def test_of_several_faces_the_middle_is_suggested() -> None:
    other = FaceBox(left=0.1, top=0.3, width=0.1, height=0.2)
    assert found(FACE, other).x == 0.45


def test_a_bystanders_face_does_not_count() -> None:
    bystander = FaceBox(left=0, top=0, width=0.02, height=0.04)
    assert found(FACE, bystander) == found(FACE)


def test_a_face_that_is_partly_outside_has_a_point_inside() -> None:
    point = found(FaceBox(left=-0.4, top=-0.3, width=0.5, height=0.4))
    assert (point.x, point.y) == (0, 0)


@pytest.mark.parametrize(("faces", "sought"), [((), True), (None, False)])
def test_without_a_face_saliency_decides(faces: Sequence[FaceBox] | None, sought: bool) -> None:
    suggestion = suggested_point(PICTURE, lambda _: faces)
    assert suggestion.place == salient_point(PICTURE)
    assert (suggestion.source, suggestion.faces_sought) == ("saliency", sought)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBa"])
def test_a_small_jpeg_is_searched_for_faces(mode: str) -> None:
    sent: list[bytes] = []
    large = PICTURE.resize((3000, 2000)).convert("RGBA" if mode == "RGBa" else mode)
    suggested_point(large.convert(mode), lambda jpeg: sent.append(jpeg) or ())
    with Image.open(BytesIO(sent[0])) as picture:
        assert (picture.format, picture.size, picture.mode) == ("JPEG", (1280, 853), "RGB")


def test_a_crop_shows_what_the_suggestion_is_about() -> None:
    picture = rendered()
    assert close(picture.suggested_focal_point, 0.2, 0.3)
    suggestion = picture.suggested_focal_point
    assert suggestion is not None
    assert picture.renditions == rendered(point=suggestion.place).renditions
    assert picture.renditions != rendered(suggest=False).renditions


def test_nothing_is_suggested_where_a_focal_point_was_set() -> None:
    assert rendered(point=FocalPoint(x=0.9, y=0.9)).suggested_focal_point is None


def test_nothing_is_suggested_unless_wanted() -> None:
    assert rendered(suggest=False).suggested_focal_point is None


@pytest.mark.parametrize(
    "edits",
    [
        (Flip(axis="horizontal"),),
        (Rotate(degrees=180), Rotate(degrees=180)),
        (Crop(x=0, y=0, width=0.6, height=1),),
        (Crop(x=0.05, y=0, width=0.9, height=0.9), Flip(axis="horizontal")),
    ],
)
def test_of_an_edited_picture_the_same_place_of_the_original_is_suggested(
    edits: tuple[Edit, ...],
) -> None:
    picture = rendered(*edits)
    assert close(picture.suggested_focal_point, 0.2, 0.3)
    suggestion = picture.suggested_focal_point
    assert suggestion is not None
    assert picture.renditions == rendered(*edits, point=suggestion.place).renditions


def test_what_a_redaction_hides_is_not_suggested() -> None:
    hidden = Redact(x=0, y=0, width=0.5, height=1, color="#60804a")
    suggestion = rendered(hidden).suggested_focal_point
    assert suggestion is not None
    assert suggestion.x > 0.4

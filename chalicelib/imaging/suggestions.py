"""Suggests a focal point: the faces in a picture, or else what people look at first."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image

from chalicelib.imaging.plugins import plugin
from chalicelib.imaging.saliency import salient_point
from chalicelib.model.focal_point import FaceBox, FindFaces, FocalPoint, SuggestedFocalPoint

_LONGEST = 1_280  # pixels of the copy that is searched; Rekognition finds faces of 30 in it
_QUALITY = 80
_HAIR = 0.3  # what a head has above the box of its face, as a share of the box
_SMALLEST = 0.25  # of the largest face's area: others are bystanders


def suggested_point(image: Image.Image, find_faces: FindFaces | None = None) -> SuggestedFocalPoint:
    """The point of `image` (`L`, `RGB` or `RGBa`, not changed) to crop around."""
    faces = find_faces(_jpeg(image)) if find_faces else None
    heads = _heads(faces or ())
    if heads is not None:
        return SuggestedFocalPoint(x=heads.x, y=heads.y, source="faces", faces_sought=True)
    point = salient_point(image)
    return SuggestedFocalPoint(
        x=point.x, y=point.y, source="saliency", faces_sought=faces is not None
    )


def _heads(faces: Sequence[FaceBox]) -> FocalPoint | None:
    """The middle of the large faces and their hair; None without a face."""
    largest = max((face.width * face.height for face in faces), default=0.0)
    if largest <= 0:
        return None
    main = [face for face in faces if face.width * face.height >= _SMALLEST * largest]
    left, right = min(f.left for f in main), max(f.left + f.width for f in main)
    top = min(face.top - _HAIR * face.height for face in main)
    bottom = max(face.top + face.height for face in main)
    return FocalPoint(x=_clamped((left + right) / 2), y=_clamped((top + bottom) / 2))


def _clamped(fraction: float) -> float:
    return min(1.0, max(0.0, fraction))


def _jpeg(image: Image.Image) -> bytes:
    copy = image.convert("RGB") if image.mode != "RGBa" else image.convert("RGBA").convert("RGB")
    copy.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BICUBIC)
    file = BytesIO()
    plugin("jpeg")
    copy.save(file, "jpeg", quality=_QUALITY)
    return file.getvalue()

"""Cameras' raw files, of which the largest embedded JPEG is read; the sensor's data never is."""

from contextlib import suppress
from typing import NamedTuple

from chalicelib.errors import Reason
from chalicelib.imaging.formats import cr3, jpeg, raf, raw_tiff
from chalicelib.imaging.formats.embedded import EmbeddedJpeg
from chalicelib.imaging.formats.file_info import FileInfo, MalformedFile
from chalicelib.imaging.formats.tiff_ifd import exif_orientation
from chalicelib.imaging.rejections import rejection
from chalicelib.model.formats import InputFormat

_MOST_TRIED = 4  # previews, largest first, if the structure of larger ones is damaged
_THUMBNAIL = 320 * 240  # pixels: so small a preview is no substitute for one that was cut off
_TURNED = 5  # the first of EXIF's orientations that exchange width and height


class _Contents(NamedTuple):
    """The JPEGs in a file, and EXIF's orientation of all that have none themselves."""

    jpegs: list[EmbeddedJpeg]
    orientation: int = 1


class _Candidate(NamedTuple):
    """A JPEG that browsers would show, by its headers; larger ones compare as greater."""

    pixels: int
    length: int
    place: EmbeddedJpeg


def inspect(kind: InputFormat, data: bytes) -> FileInfo:
    """The structure of the largest JPEG in a raw file of `kind`.

    Its colour profile and orientation are those of the file around it, unless it has its own.
    Raises MalformedFile if the JPEGs are cut or damaged, and Rejection if there are none.
    """
    contents = _contents_of(kind, data)
    found = _candidates(data, contents.jpegs)
    is_cut = any(place.end > len(data) for place in contents.jpegs)
    for pixels, _, place in sorted(found, reverse=True)[:_MOST_TRIED]:
        if is_cut and pixels <= _THUMBNAIL:
            break
        with suppress(MalformedFile):
            return _with_surroundings(data[place.start : place.end], place, contents)
    if found or is_cut:
        raise MalformedFile
    raise rejection(Reason.NO_PREVIEW)


def _contents_of(kind: InputFormat, data: bytes) -> _Contents:
    match kind:
        case "cr3":
            return _Contents(cr3.jpegs_of(data), exif_orientation(cr3.exif_of(data)))
        case "raf":
            return _Contents(raf.jpegs_of(data))
    tiff = raw_tiff.as_tiff(data)
    return _Contents(raw_tiff.jpegs_of(tiff), exif_orientation(tiff))


def _candidates(data: bytes, places: list[EmbeddedJpeg]) -> list[_Candidate]:
    found: list[_Candidate] = []
    for place in dict.fromkeys(places):
        width, height = jpeg.shown_size(data, place.start, place.end)
        if width and height:
            found.append(_Candidate(width * height, place.end - place.start, place))
    return found


def _with_surroundings(preview: bytes, place: EmbeddedJpeg, contents: _Contents) -> FileInfo:
    info = jpeg.inspect(preview)
    # Without its end it may be whole, but not where the file is cut.
    if info.proofs and place.start + len(preview) < place.end:
        raise MalformedFile
    orientation = info.orientation
    is_upright = contents.orientation >= _TURNED and info.height > info.width
    if orientation == 1 and not is_upright:
        orientation = contents.orientation
    return info._replace(
        orientation=orientation,
        profile=info.profile or place.profile,
        preview_bytes=len(preview),
    )

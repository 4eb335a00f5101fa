"""Parses the structure of each format without decoding a pixel.

Inspection counts pixels and frames, and reads the two pieces of metadata that matter:
orientation and colour profile. Only what the first frame's pixels need is passed on to Pillow,
so comments, previews and broken metadata can neither make it fail nor slow it down.
"""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from chalicelib.imaging.formats import avif, bmp, gif, heif, jpeg, png, tiff, webp
from chalicelib.imaging.formats.file_info import FileInfo, Frame
from chalicelib.imaging.formats.png_conformance import is_conformant
from chalicelib.model.formats import InputFormat


def _no_frames(_data: bytes) -> Iterator[Frame]:
    return iter(())


def _not_written(*_parts: bytes) -> bytes:
    return b""


class Container(NamedTuple):
    """How files of one format are read and rewritten; `CONTAINERS` has one for each input format.

    `inspect(data, most_frames)` returns a file's structure and counts at most `most_frames` + 1
    frames. `frames(data)` returns the frames of an animation by `inspect`. Both raise
    MalformedFile.

    `strip_metadata(body)` returns a file with only the pixels of `body`, which `inspect` returned
    for a still; `strip_animation_metadata(data)` returns an animation by `inspect` with only its
    pixels and timing. Browsers show both correctly if they are sRGB. `insert_exif(data, exif)`
    adds the block `exif` to a file without metadata. All three return nothing where that is not
    possible. `is_conformant(data)` is whether browsers show such a file, as far as the decoder's
    success does not answer that. `turned_by` is what makes browsers turn a picture, if anything.
    """

    inspect: Callable[[bytes, int], FileInfo]
    frames: Callable[[bytes], Iterator[Frame]] = _no_frames
    strip_metadata: Callable[[bytes], bytes] = _not_written
    strip_animation_metadata: Callable[[bytes], bytes] = _not_written
    insert_exif: Callable[[bytes, bytes], bytes] = _not_written
    is_conformant: Callable[[bytes], bool] = bool
    turned_by: Literal["exif", "container"] | None = None

    def with_exif(self, data: bytes, exif: bytes) -> bytes:
        """As `insert_exif`, but `data` unchanged if either is empty."""
        return self.insert_exif(data, exif) if data and exif else data


CONTAINERS: dict[InputFormat, Container] = {
    "jpeg": Container(
        inspect=lambda data, _: jpeg.inspect(data),
        strip_metadata=jpeg.strip_metadata,
        insert_exif=jpeg.insert_exif,
        turned_by="exif",
    ),
    "png": Container(
        inspect=lambda data, _: png.inspect(data),
        frames=png.frames,
        strip_metadata=png.strip_metadata,
        strip_animation_metadata=png.strip_animation_metadata,
        insert_exif=png.insert_exif,
        is_conformant=is_conformant,
    ),
    "webp": Container(
        inspect=webp.inspect,
        frames=webp.frames,
        strip_metadata=webp.strip_metadata,
        strip_animation_metadata=webp.strip_animation_metadata,
        insert_exif=webp.insert_exif,
    ),
    "gif": Container(inspect=gif.inspect, frames=gif.frames),
    "avif": Container(
        inspect=lambda data, _: avif.inspect(data),
        strip_metadata=avif.strip_metadata,
        turned_by="container",
    ),
    "heic": Container(inspect=lambda data, _: heif.inspect(data)),
    "tiff": Container(inspect=tiff.inspect),
    "bmp": Container(inspect=lambda data, _: bmp.inspect(data)),
}

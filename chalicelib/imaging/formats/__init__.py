"""Parses the structure of each format without decoding a pixel.

Inspection counts pixels and frames, and reads the two pieces of metadata that matter:
orientation and colour profile. Only what the first frame's pixels need is passed on to Pillow,
so comments, previews and broken metadata can neither make it fail nor slow it down.
"""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from chalicelib.imaging.formats import avif, bmp, gif, heif, jpeg, jxl, png, raw, tiff, webp
from chalicelib.imaging.formats.file_info import FileInfo, Frame, Metadata
from chalicelib.imaging.formats.png_conformance import is_conformant
from chalicelib.model.formats import FORMATS, InputFormat


def _no_frames(_data: bytes) -> Iterator[Frame]:
    return iter(())


def _not_written(_data: bytes) -> bytes:
    return b""


def _not_inserted(_data: bytes, _metadata: Metadata) -> bytes:
    return b""


class Container(NamedTuple):
    """How files of one format are read and rewritten; `CONTAINERS` has one for each input format.

    `inspect(data, most_frames)` returns a file's structure and counts at most `most_frames` + 1
    frames. `frames(data)` returns the frames of an animation by `inspect`. Both raise
    MalformedFile.

    `strip_metadata(body)` returns a file with only the pixels of `body`, which `inspect` returned
    for a still; `strip_animation_metadata(data)` returns an animation by `inspect` with only its
    pixels and timing. Browsers show both correctly if they are sRGB. `insert(data, metadata)` adds
    it to a file without metadata. All three return nothing where that is not
    possible. `is_conformant(data)` is whether browsers show such a file, as far as the decoder's
    success does not answer that. `turned_by` is what makes browsers turn a picture, if anything.
    """

    inspect: Callable[[bytes, int], FileInfo]
    frames: Callable[[bytes], Iterator[Frame]] = _no_frames
    strip_metadata: Callable[[bytes], bytes] = _not_written
    strip_animation_metadata: Callable[[bytes], bytes] = _not_written
    insert: Callable[[bytes, Metadata], bytes] = _not_inserted
    is_conformant: Callable[[bytes], bool] = bool
    turned_by: Literal["exif", "container"] | None = None

    def with_metadata(self, data: bytes, metadata: Metadata) -> bytes:
        """As `insert`, but `data` unchanged if either is empty."""
        return self.insert(data, metadata) if data and any(metadata) else data


def _of_raw(kind: InputFormat) -> Container:
    return Container(inspect=lambda data, _: raw.inspect(kind, data))


CONTAINERS: dict[InputFormat, Container] = {
    "jpeg": Container(
        inspect=lambda data, _: jpeg.inspect(data),
        strip_metadata=jpeg.strip_metadata,
        insert=jpeg.insert,
        turned_by="exif",
    ),
    "png": Container(
        inspect=lambda data, _: png.inspect(data),
        frames=png.frames,
        strip_metadata=png.strip_metadata,
        strip_animation_metadata=png.strip_animation_metadata,
        insert=png.insert,
        is_conformant=is_conformant,
    ),
    "webp": Container(
        inspect=webp.inspect,
        frames=webp.frames,
        strip_metadata=webp.strip_metadata,
        strip_animation_metadata=webp.strip_animation_metadata,
        insert=webp.insert,
    ),
    "gif": Container(inspect=gif.inspect, frames=gif.frames),
    "avif": Container(
        inspect=lambda data, _: avif.inspect(data),
        strip_metadata=avif.strip_metadata,
        insert=avif.insert,
        turned_by="container",
    ),
    "heic": Container(inspect=lambda data, _: heif.inspect(data)),
    "jxl": Container(inspect=lambda data, _: jxl.inspect(data)),
    "tiff": Container(inspect=tiff.inspect),
    "bmp": Container(inspect=lambda data, _: bmp.inspect(data)),
    **{kind: _of_raw(kind) for kind, entry in FORMATS.items() if entry.is_raw},
}

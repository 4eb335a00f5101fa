"""TIFF layouts that Pillow cannot read or reads wrongly; all others are left to Pillow."""

from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, cast

from PIL import Image, ImageChops, ImagePalette
from PIL.ImageFile import _Tile
from PIL.TiffImagePlugin import COLORMAP, COMPRESSION_INFO, OPEN_INFO, TiffImageFile

from chalicelib.errors import Reason
from chalicelib.imaging.colour import Colours, reducible, to_srgb
from chalicelib.imaging.formats.tiff_ifd import content_of, layout_of
from chalicelib.imaging.formats.tiff_samples import (
    BLACK_IS_ZERO,
    CIELAB,
    CMYK,
    FLOAT,
    HORIZONTAL,
    ICCLAB,
    JPEG,
    OLD_JPEG,
    PALETTE,
    RGB,
    SIGNED,
    UNCOMPRESSED,
    UNSIGNED,
    WHITE_IS_ZERO,
    YCBCR,
    Samples,
    samples_of,
)
from chalicelib.imaging.orientation import turned, upright
from chalicelib.imaging.raw_reader import RawReader
from chalicelib.imaging.rejections import rejection
from chalicelib.imaging.tiff_channels import COMPRESSIONS, MOST_TILES, channels, largest_piece

if TYPE_CHECKING:
    from PIL import _imaging

_ICC_PROFILE = 34675
_LONGEST_PROFILE = 1 << 24  # bytes
_LARGEST_PIECE = 1 << 26  # bytes, of a strip or tile that is decompressed whole
_BUDGET = 4.5e9  # CPU nanoseconds, as in pixel_limits
# For a row of a strip or tile, and for each channel in it, or each byte of one that is predicted.
# They only count in narrow ones.
_COST_OF_ROW, _COST_OF_CHANNEL_ROW = 100, 150
_COST_OF_STRIP, _COST_OF_TILE = 4_000, 25_000  # besides its pixels
_GREY = {WHITE_IS_ZERO, BLACK_IS_ZERO}
_EIGHT_BITS = 256  # levels of a colour map's entries where a writer mistook them for bytes


class ExactTiff(RawReader, TiffImageFile):
    """Pillow's TIFF reader, with more layouts; Rejection for those that stay unreadable."""

    _samples: Samples | None = None

    def _open(self) -> None:
        data = cast(BytesIO, self.fp).getvalue()
        samples = samples_of(data)
        faulty = _misread(samples)
        if not faulty and _raw_mode(samples):
            super()._open()
            self._mend(samples)
            self._read_pieces(samples)
        elif _readable(samples):
            _check_pieces(samples)
            self._samples = samples
            self._mode = "L"  # until loaded
            self._size = turned((samples.width, samples.height), samples.orientation)
            layout = layout_of(data)
            profile = content_of(data, layout, layout.first, _ICC_PROFILE, _LONGEST_PROFILE)
            if profile:
                self.info["icc_profile"] = profile
        else:
            raise rejection(Reason.UNSUPPORTED_FORMAT, samples.name)

    def load(self) -> "_imaging.PixelAccess | None":
        """Pillow's hook: decodes the pixels, once."""
        if self._samples is None:
            return super().load()
        samples, self._samples = self._samples, None
        data = cast(BytesIO, self.fp).getvalue()
        image, converted = _read(samples, data, self.info.get("icc_profile", b""))
        if converted:
            self.info.pop("icc_profile", None)
        image = upright(image, samples.orientation)
        self.im, self._mode, self._size = image.im, image.mode, image.size
        self.use_load_libtiff, self.tile = False, []
        return Image.Image.load(self)

    def _read_pieces(self, samples: Samples) -> None:
        """Have whole rows of strips or tiles read, of which the first is as large as any."""
        if self.tile and not self.use_load_libtiff:
            left, top, right, bottom = cast(tuple[int, int, int, int], self.tile[0].extents)
            stride = cast(tuple[object, int, int], self.tile[0].args)[1]
            length = stride or ceil((right - left) * sum(samples.bits) / 8)
            self._read_rows(length, bottom - top)

    def _mend(self, samples: Samples) -> None:
        if self.mode in {"P", "PA"}:
            colours = self.tag_v2[COLORMAP]
            if max(colours, default=0) < _EIGHT_BITS:
                self.palette = ImagePalette.raw("RGB;L", bytes(colours))
        if samples.planar and len(samples.bits) == 1 and not self.use_load_libtiff:
            # Pillow takes the first letter of the raw mode for the only plane.
            raw = _raw_mode(samples)
            self.tile = [
                tile._replace(args=(raw, *cast(tuple[object, ...], tile.args)[1:]))
                for tile in self.tile
            ]
        plain = samples.compression == UNCOMPRESSED and samples.photometric == YCBCR
        if plain and samples.subsampling != (1, 1):
            # Only libtiff knows how subsampled chroma is packed.
            self._mode, self.use_load_libtiff = "RGB", True
            whole = (0, 0, samples.width, samples.height)
            self.tile = [_Tile("libtiff", whole, 0, ("RGBX", False, self.tag_v2.offset))]


def _raw_mode(samples: Samples) -> str | None:
    """Pillow's raw mode for the layout (as in TiffImageFile._setup); None if it has none."""
    if samples.compression not in COMPRESSION_INFO:
        return None
    bits, extras = samples.bits, samples.extras
    if samples.planar and extras and max(extras) == 0:
        bits, extras = bits[: -len(extras)], ()
    formats = samples.formats[:1] if samples.format else samples.formats
    prefix = b"II" if samples.order == "<" else b"MM"
    key = (prefix, samples.photometric, formats, samples.fill_order, bits, extras)
    return OPEN_INFO[key][1] if key in OPEN_INFO else None


def _misread(samples: Samples) -> bool:
    """Whether Pillow 13 has a mode for the layout, but other pixels than the file."""
    kind, depth, grey = samples.format, samples.depth, samples.photometric in _GREY
    packed = samples.compression != UNCOMPRESSED
    if samples.order == ">" and samples.big:
        return True  # takes the header for a classic one
    if samples.is_guessed or (samples.photometric == CMYK and not samples.is_cmyk):
        return True
    if samples.compression == JPEG and depth != 8:
        return True
    if samples.compression == OLD_JPEG and len(samples.bits) == 1:
        return True
    if samples.planar and len(samples.bits) > 1 and samples.compression in COMPRESSIONS:
        # Samples of 16 bits are read as bytes; bits, palettes and CMYK fail in other ways.
        return not (packed and samples.photometric == YCBCR and samples.subsampling == (1, 1))
    if grey and len(samples.bits) == 1:
        negative = samples.photometric == WHITE_IS_ZERO and depth > 8
        swapped = packed and samples.order == ">" and (depth == 32 or (depth, kind) == (16, SIGNED))
        dark = 8 < depth < 16  # as if of 16 bits
        return negative or swapped or dark or (depth, kind) in {(32, UNSIGNED), (8, SIGNED)}
    return grey and (samples.associated or kind == SIGNED)


def _readable(samples: Samples) -> bool:
    """Whether `_read` can read the layout."""
    depth, kind = samples.depth, samples.format
    if samples.compression not in COMPRESSIONS or samples.photometric == PALETTE:
        return False
    if not samples.colours or len(samples.bits) < samples.colours or len(samples.bits) > 64:
        return False
    if samples.photometric == CMYK and not samples.is_cmyk:
        return False
    if samples.associated and samples.photometric in {CIELAB, ICCLAB}:
        return False  # not defined when premultiplied; Photoshop calls alpha beside inks so
    if samples.photometric in {CIELAB, ICCLAB}:
        depths: tuple[int, ...] = (8, 16) if kind in {UNSIGNED, SIGNED} else ()
    elif kind == UNSIGNED:
        depths = (*range(1, 17), 24, 32, 64)
    elif kind == SIGNED:
        # Signed bytes are as often unsigned ones that a writer calls signed.
        depths = (16, 32) if samples.photometric in _GREY and samples.alpha is None else ()
    else:
        depths = (16, 32, 64) if kind == FLOAT else ()
    predictable = {1: True, 2: depth in {8, 16, 32}, 3: kind == FLOAT and depth >= 16}
    predicted = samples.compression != UNCOMPRESSED
    return depth in depths and (not predicted or predictable.get(samples.predictor, False))


def _check_pieces(samples: Samples) -> None:
    pixels = samples.width * samples.height
    of_piece = _COST_OF_TILE if samples.tiled else _COST_OF_STRIP
    cost = _cost(samples) * samples.held + of_piece * len(samples.offsets)
    most = int(_BUDGET * pixels / cost)
    if pixels > most:
        raise rejection(Reason.TOO_MANY_PIXELS, pixels, most)
    if samples.tiled and len(samples.offsets) > MOST_TILES:
        raise rejection(Reason.UNSUPPORTED_FORMAT, "Finely tiled TIFF")
    largest = largest_piece(samples)
    if largest > _LARGEST_PIECE:
        most = pixels * _LARGEST_PIECE // largest
        raise rejection(Reason.TOO_MANY_PIXELS, pixels, most)


def _cost(samples: Samples) -> float:
    """CPU nanoseconds of a pixel in a piece."""
    size = len(samples.bits) * samples.depth / 8
    predictor = 1 if samples.compression == UNCOMPRESSED else samples.predictor
    of_row = _COST_OF_ROW + _COST_OF_CHANNEL_ROW * samples.colours * (
        samples.depth / 8 if predictor == HORIZONTAL else 1
    )
    cost = 20 + of_row / max(1, samples.piece[0])
    if samples.depth % 8:
        return cost + 30 * len(samples.bits)
    return cost + (10 if predictor != 1 else 3) * size


def _read(samples: Samples, data: bytes, profile: bytes) -> tuple[Image.Image, bool]:
    """The pixels as stored, and whether `profile` has been applied to them."""
    used = list(range(samples.colours))
    if samples.alpha is not None:
        used.append(samples.alpha)
    bands = channels(samples, data, used)
    alpha = bands.pop() if samples.alpha is not None else None
    if samples.photometric in _GREY:
        return _grey(samples, bands[0], alpha), False
    mode = {RGB: "RGB", CMYK: "CMYK"}.get(samples.photometric, "LAB")
    if samples.photometric == CIELAB and not _has_offset(bands[1:]):
        # Signed; Pillow's and ICC's LAB has an offset of 128.
        bands[1:] = [band.point([level ^ 128 for level in range(256)]) for band in bands[1:]]
    if mode == "RGB" and alpha is not None:
        whole = Image.merge("RGBa" if samples.associated else "RGBA", [*bands, alpha])
        return whole.convert("RGBA"), False
    colours = Image.merge(mode, bands)
    bands.clear()
    if mode == "RGB" or (mode == "CMYK" and alpha is None):
        return colours, False
    return _with_alpha(colours, alpha, profile), True


def _has_offset(opponents: list[Image.Image]) -> bool:
    """Whether a* and b* are stored with ICC's offset of 128, although CIELab has signed ones.

    Some writers confuse the two. Read as signed, their greys are the most saturated colours;
    no display shows 116 or more, so a picture that mostly consists of them is such a file.
    """
    return any(2 * sum(band.histogram()[116:140]) > band.width * band.height for band in opponents)


def _grey(samples: Samples, grey: Image.Image, alpha: Image.Image | None) -> Image.Image:
    eight = grey if grey.mode == "L" else reducible(grey)
    if alpha is not None and samples.associated:
        eight = Image.merge("La", (eight, alpha)).convert("LA").getchannel("L")
    if samples.photometric == WHITE_IS_ZERO:
        eight = ImageChops.invert(eight)
    return eight if alpha is None else Image.merge("LA", (eight, alpha))


def _with_alpha(colours: Image.Image, alpha: Image.Image | None, profile: bytes) -> Image.Image:
    """`colours` (`CMYK` or `LAB`) in sRGB: neither mode can hold alpha."""
    finished = to_srgb(reducible(colours), Colours(profile if colours.mode == "CMYK" else b""))
    if alpha is not None:
        finished.putalpha(alpha)
    return finished

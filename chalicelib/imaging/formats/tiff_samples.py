"""How the samples of a TIFF's first directory are laid out (TIFF 6.0 and Adobe's supplements)."""

from math import ceil
from typing import NamedTuple

from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.tiff_ifd import ORIENTATION, integers_of, layout_of

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR, CIELAB, ICCLAB = 0, 1, 2, 3, 5, 6, 8, 9
UNSIGNED, SIGNED, FLOAT = 1, 2, 3
UNCOMPRESSED, LZW, OLD_JPEG, JPEG, DEFLATE, OLD_DEFLATE = 1, 5, 6, 7, 8, 32946
HORIZONTAL, FLOATING = 2, 3  # predictors

_PHOTOMETRIC_NAMES = {
    WHITE_IS_ZERO: "grey", BLACK_IS_ZERO: "grey", RGB: "RGB", PALETTE: "palette", 4: "mask",
    CMYK: "CMYK", YCBCR: "YCbCr", CIELAB: "CIELab", ICCLAB: "ICCLab", 10: "ITULab",
    32803: "CFA", 32844: "LogL", 32845: "LogLuv", 34892: "linear raw",
}  # fmt: skip
_COMPRESSION_NAMES = {
    2: "CCITT", 3: "CCITT", 4: "CCITT", 5: "LZW", 6: "old JPEG", 7: "JPEG", 8: "Deflate",
    9: "JBIG", 10: "JBIG", 32773: "PackBits", 32809: "ThunderScan", 32946: "Deflate",
    34661: "JBIG", 34676: "SGI Log", 34677: "SGI Log", 34712: "JPEG 2000", 33003: "JPEG 2000",
    33005: "JPEG 2000", 34887: "LERC", 34892: "lossy JPEG", 34925: "LZMA", 50000: "Zstandard",
    50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
}  # fmt: skip
_FORMAT_NAMES = {UNSIGNED: "", SIGNED: "signed ", FLOAT: "float ", 5: "complex ", 6: "complex "}
_COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, CMYK: 4, CIELAB: 3, ICCLAB: 3}
_CMYK_INKS, _UNKNOWN = 1, -1
_LOSSLESS = frozenset({1, 5, 8, 32773, 32946, 34925, 50000})
_TAGS = frozenset(
    {256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 322, 323, 324, 325, 332}
    | {338, 339, 530}
)


class Samples(NamedTuple):
    """Layout of samples, the sizes in pixels.

    `bits` and `formats` are by sample, `extras` by sample beyond the colours. `piece` is the
    size of a strip or tile; `offsets` and `sizes` (bytes) are by piece, one plane after the other.
    `order` is `<` or `>`, `subsampling` that of YCbCr. `is_guessed` if a tag that should be there
    follows from others.
    """

    order: str
    big: bool
    width: int
    height: int
    photometric: int
    bits: tuple[int, ...]
    formats: tuple[int, ...]
    extras: tuple[int, ...]
    compression: int
    predictor: int
    fill_order: int
    planar: bool
    tiled: bool
    piece: tuple[int, int]
    offsets: tuple[int, ...]
    sizes: tuple[int, ...]
    subsampling: tuple[int, ...]
    inks: int
    orientation: int
    is_guessed: bool

    @property
    def colours(self) -> int:
        """The number of colour samples in a pixel; 0 if unknown."""
        return _COLOURS.get(self.photometric, 0)

    @property
    def depth(self) -> int:
        """Bits per sample; 0 if they differ."""
        return self.bits[0] if len(set(self.bits)) == 1 else 0

    @property
    def format(self) -> int:
        """Sample format; 0 if they differ."""
        return self.formats[0] if len(set(self.formats)) == 1 else 0

    @property
    def alpha(self) -> int | None:
        """The number of the alpha sample; None if there is none.

        An extra sample without a description counts as alpha, one of unspecified meaning does not.
        """
        count = len(self.bits)
        if 0 < self.colours < count and not self.extras:
            return self.colours
        return next(
            (self.colours + at for at, kind in enumerate(self.extras) if kind in {1, 2}), None
        )

    @property
    def associated(self) -> bool:
        """Whether the colours are premultiplied by the alpha sample."""
        return self.alpha is not None and self.extras[self.alpha - self.colours :][:1] == (1,)

    @property
    def held(self) -> int:
        """The pixels in all pieces, also those beyond the picture's edges."""
        across, down = self.piece
        if not self.tiled or not across or not down:
            return self.width * self.height
        return ceil(self.width / across) * across * ceil(self.height / down) * down

    @property
    def name(self) -> str:
        """The layout as users know it, such as "32-bit float RGB TIFF"."""
        depth = f"{self.depth}-bit" if self.depth else "Mixed-depth"
        kind = _FORMAT_NAMES.get(self.format, "mixed ")
        colours = _PHOTOMETRIC_NAMES.get(self.photometric, "rare")
        if self.photometric == CMYK and self.inks != _CMYK_INKS:
            colours = "special ink"
        alpha = " with alpha" if self.alpha is not None else ""
        # Lossless compressions say nothing about what can be read.
        packed = None if self.compression in _LOSSLESS else _COMPRESSION_NAMES.get(self.compression)
        how = f"{packed}-compressed " if packed else ""
        return f"{depth} {kind}{how}{colours}{alpha} TIFF"

    @property
    def is_cmyk(self) -> bool:
        """Whether its inks are cyan, magenta, yellow and black."""
        return self.photometric == CMYK and self.inks == _CMYK_INKS


def compression_name(compression: int) -> str:
    """`compression` in words, for a TIFF that cannot be read because of it."""
    name = _COMPRESSION_NAMES.get(compression)
    return f"{name}-compressed TIFF" if name else "Unusually compressed TIFF"


def samples_of(data: bytes) -> Samples:
    """The layout of the first picture in `data`; MalformedFile if it has no pixels."""
    layout = layout_of(data)
    tags = integers_of(data, layout, layout.first, _TAGS)

    def first(tag: int, default: int) -> int:
        return (tags.get(tag) or (default,))[0]

    width, height, compression = first(256, 0), first(257, 0), first(259, 1) or 1
    count = first(277, 3 if compression == OLD_JPEG else 1)
    photometric = YCBCR if compression == OLD_JPEG else first(262, _photometric(tags, count))
    tiled = 324 in tags or {322, 323} <= tags.keys()
    # Some writers list tiles as strips.
    offsets = tags.get(324 if 324 in tags else 273, ())
    sizes = tags.get(325 if 325 in tags else 279, ())
    if not width or not height or not 0 < count <= 0xFFFF:
        raise MalformedFile
    rows = min(first(278, height) or height, height)
    return Samples(
        layout.order,
        layout.counter == "Q",
        width,
        height,
        photometric,
        _by_sample(tags.get(258, (1,)), count),
        tuple(1 if kind == 4 else kind for kind in _formats(tags.get(339, (1,)), count)),
        tags.get(338, ()),
        compression,
        first(317, 1),
        first(266, 1),
        first(284, 1) == 2,
        tiled,
        (first(322, 0), first(323, 0)) if tiled else (width, rows),
        offsets,
        sizes,
        tags.get(530, (2, 2)),
        first(332, _CMYK_INKS),
        first(ORIENTATION, 1),
        (262 not in tags and count > 1 and compression != OLD_JPEG) or (tiled and 324 not in tags),
    )


def _photometric(tags: dict[int, tuple[int, ...]], count: int) -> int:
    """The photometric interpretation of `count` samples where the tag is missing."""
    if count == 1:
        return WHITE_IS_ZERO
    if count - len(tags.get(338, ())) == _COLOURS[RGB]:
        return RGB
    return CMYK if count == _COLOURS[CMYK] and 332 in tags else _UNKNOWN


def _by_sample(values: tuple[int, ...], count: int) -> tuple[int, ...]:
    """`values` for `count` samples; one value stands for all of them."""
    if len(values) == 1:
        return values * count
    if len(values) < count:
        raise MalformedFile
    return values[:count]


def _formats(values: tuple[int, ...], count: int) -> tuple[int, ...]:
    """As `_by_sample`, but some writers leave out the formats of extra samples."""
    return _by_sample(values[:1] if len(set(values)) == 1 else values, count)

"""Tone mapping of PQ and HLG to sRGB, by the reference white operator of SMPTE ST 2094-50.

Light is relative to the reference white of ITU-R BT.2408, 203 cd/m2. Decision 35 has the reasons.
The operator is in the public draft of ST 2094-50 (https://github.com/SMPTE/st2094-50).
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache, cached_property, lru_cache, reduce
from math import log, log2, sqrt
from typing import Any

from PIL import Image, ImageChops
from PIL.ImageFilter import Color3DLUT

from chalicelib.imaging.exact_png import ExactPng
from chalicelib.imaging.formats.cicp import BT709, BT2020, CHROMATICITIES, HLG, PQ
from chalicelib.imaging.formats.icc import columns_of, inverted, product, times, transposed
from chalicelib.imaging.grey16_transparency import clear_grey

_WIDE = 65_536  # levels of 16 bits
_UPPER = [level >> 8 for level in range(_WIDE)]
_OTHERS = frozenset({"CMYK", "LAB", "F"})  # modes that no profile for RGB belongs to
_WHITE = 203.0  # cd/m2
_PEAK = 1000.0  # cd/m2: of HLG (ITU-R BT.2100), and of PQ that does not say
_BRIGHTEST = 10_000.0  # cd/m2, of PQ
_BRIGHTEST_SCREEN = 4000.0  # cd/m2, on which pictures are made
_KAPPA = 0.65  # how early the shoulder bends, ST 2094-50
_HLG_GAMMA = 1.2  # of HLG's system at 1,000 cd/m2, BT.2100
_HLG_A, _HLG_B, _HLG_C = 0.17883277, 0.28466892, 0.55991073
_LUMA_2020 = (0.2627, 0.678, 0.0593)
_LUMA_709 = (0.2126, 0.7152, 0.0722)
_NODES = 33
_GAIN_NODES = 65

Colour = Sequence[float]


class Shoulder:
    """The curve from relative light to a display's, 0 to 1, and back.

    Linear up to reference white, then a quadratic Bezier curve to `peak` (cd/m2).
    The reference white tone mapping operator of SMPTE ST 2094-50.
    """

    def __init__(self, peak: float) -> None:
        self._end = max(peak, _WHITE) / _WHITE
        self._white = 1 - 0.5 * min(log2(self._end) / log2(_PEAK / _WHITE), 1)
        self._middle = (1 - _KAPPA) + _KAPPA / self._white, (1 - _KAPPA) * self._white + _KAPPA

    def mapped(self, light: float) -> float:
        """The display's light for a relative light."""
        if light <= 1:
            return light * self._white
        if light >= self._end:
            return 1.0
        return _at(_solved(light, 1, self._middle[0], self._end), self._white, self._middle[1], 1)

    def unmapped(self, shown: float) -> float:
        """The relative light that `mapped` shows as `shown`."""
        if shown <= self._white:
            return shown / self._white
        return _at(_solved(shown, self._white, self._middle[1], 1), 1, self._middle[0], self._end)


class ToneMapping:
    """Converts a picture to sRGB in two steps, so that its full depth is used before scaling.

    `levels` gives each level of a band what grey of that level shows; `convert` corrects colours
    and leaves greys alone.
    """

    def __init__(self, primaries: int, transfer: int, peak: int) -> None:
        self._shoulder = Shoulder(peak or _PEAK)
        self._is_peak_known = peak > 0
        self._is_hlg = transfer == HLG
        self._primaries = primaries

    def levels(self, count: int) -> list[int]:
        """The 8-bit level for each of `count` levels."""
        edges = [
            self._encoded(self._shoulder.unmapped(_linear((level + 0.5) / 255))) * (count - 1)
            for level in range(255)
        ]
        return [bisect_right(edges, level) for level in range(count)]

    def fitted(self, image: Image.Image) -> "tuple[Image.Image, ToneMapping]":
        """`image` as by `shaped`, and the mapping for it.

        Its peak is the brightest of the pixels, but for the brightest thousandth, if they are
        brighter than the peak assumed so far, so that skies are not clipped.
        """
        if self._is_hlg or self._is_peak_known:
            return self.shaped(image), self
        if not (isinstance(image, ExactPng) and image.is_wide):
            better = self._fitting(image)
            return better.shaped(image), better
        found = [self]

        def levels(upper: Image.Image) -> list[int]:
            found.append(self._fitting(upper))
            return found[-1].levels(_WIDE)

        image.load_through(levels)
        return image, found[-1]

    def _fitting(self, image: Image.Image) -> "ToneMapping":
        light = min(_pq_light(_brightest_level(image) / 255) * _BRIGHTEST, _BRIGHTEST_SCREEN)
        return tone_mapping(self._primaries, PQ, round(light)) if light > _PEAK else self

    def shaped(self, image: Image.Image) -> Image.Image:
        """`image` through `levels`, as `L`, `RGB` or `RGBA`; the same object if it is not RGB."""
        if image.mode in _OTHERS:
            return image
        if image.mode.startswith("I"):
            grey, alpha = image.convert("I").point(self.levels(_WIDE), "L"), clear_grey(image)
            return Image.merge("RGBA", (grey, grey, grey, alpha)) if alpha else grey
        image = _straightforward(image)
        levels, count = self.levels(256), len(image.getbands())
        return image.point(levels * 3 + [*range(256)] if count == 4 else levels * count)

    def convert(self, image: Image.Image) -> Image.Image:
        """`image` (`RGB` or `RGBA`), whose levels are converted, in sRGB."""
        if self._is_hlg or self._primaries != BT2020:
            image = image.filter(self._to_display)
        return self._dimmed(image).filter(_narrowing())

    def _dimmed(self, image: Image.Image) -> Image.Image:
        """`image` with one gain for all bands, by the brightest, which keeps the hue.

        So far each band has the gain of its own level: the darker ones are too bright.
        """
        red, green, blue, *alpha = image.split()
        most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        if most.point(self._is_bright).getbbox() is None:
            return image
        bands = (
            Image.merge("RGB", (band, most, most)).filter(self._gains).getchannel(0)
            for band in (red, green, blue)
        )
        return Image.merge(image.mode, (*bands, *alpha))

    @cached_property
    def _is_bright(self) -> list[int]:
        """Whether a level is beyond the linear part of the shoulder, as 0 or 255."""
        white = round(255 * _companded(self._shoulder.mapped(1)))
        return [255 * (level > white) for level in range(256)]

    @cached_property
    def _gains(self) -> Color3DLUT:
        """Maps a band (red) and the brightest band (green) to that band; blue does not matter."""
        nodes = [_linear(node / (_GAIN_NODES - 1)) for node in range(_GAIN_NODES)]
        lights = [self._shoulder.unmapped(shown) for shown in nodes]
        table: list[float] = []
        for shown, most in zip(nodes, lights, strict=True):
            gain = shown / most if most else 0.0
            table.extend(level for light in lights for level in (_companded(light * gain),) * 3)
        return Color3DLUT((_GAIN_NODES, _GAIN_NODES, 2), table * 2)

    @cached_property
    def _to_display(self) -> Color3DLUT:
        """Maps levels to those of light in BT.2020; for HLG by its system gamma, which needs all.

        `levels` has applied the gamma as for grey.
        """
        matrix = _between(self._primaries, BT2020)
        system = _hlg_light if self._is_hlg else _same

        def displayed(colour: Colour) -> Colour:
            light = [max(0.0, band) for band in system(times(matrix, colour))]
            return [self._shoulder.mapped(band) for band in light]

        return _lookup_table(self._scene, displayed)

    def _encoded(self, light: float) -> float:
        """The level, 0 to 1, of grey with a relative light."""
        if self._is_hlg:
            return _hlg((light * _WHITE / _PEAK) ** (1 / _HLG_GAMMA))
        return _pq(light * _WHITE / _BRIGHTEST)

    def _scene(self, shown: float) -> float:
        """For PQ the relative light of a band, for HLG its scene light, by what grey shows."""
        light = self._shoulder.unmapped(shown)
        return (light * _WHITE / _PEAK) ** (1 / _HLG_GAMMA) if self._is_hlg else light


@lru_cache(maxsize=4)
def tone_mapping(primaries: int, transfer: int, peak: int) -> ToneMapping:
    """The conversion from CICP's code points; `peak` is the brightest pixel in cd/m2, 0 if unknown.

    Its table takes a fifth of a second, so it is kept.
    """
    return ToneMapping(primaries, transfer, min(peak, int(_BRIGHTEST)))


def _straightforward(image: Image.Image) -> Image.Image:
    """`image` in `L`, `RGB` or `RGBA`."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in {"L", "RGB"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _brightest_level(image: Image.Image) -> int:
    """The highest 8-bit level of a band that a thousandth of the pixels reach."""
    if image.mode in _OTHERS:
        return 0
    if image.mode.startswith("I"):
        bands: tuple[Image.Image, ...] = (image.convert("I").point(_UPPER, "L"),)
    else:
        bands = _straightforward(image).split()[:3]
    counts = reduce(ImageChops.lighter, bands).histogram()
    few, seen = image.width * image.height / 1000, 0
    for level in range(255, 0, -1):
        seen += counts[level]
        if seen >= few:
            return level
    return 0


@cache
def _narrowing() -> Color3DLUT:
    """Maps BT.2020 to BT.709, both with sRGB's curve."""
    matrix = _between(BT2020, BT709)
    return _lookup_table(_same, lambda colour: _in_gamut(times(matrix, colour)))


def _lookup_table(
    source: Callable[[float], float], convert: Callable[[Colour], Colour]
) -> Color3DLUT:
    """The table of `convert`, from and to light of levels by sRGB's curve; `source` comes first."""
    nodes = [source(_linear(node / (_NODES - 1))) for node in range(_NODES)]
    colours = ((red, green, blue) for blue in nodes for green in nodes for red in nodes)
    return Color3DLUT(_NODES, [_companded(band) for colour in colours for band in convert(colour)])


def _in_gamut(colour: Colour) -> Colour:
    """`colour`, linear, with bands from 0 to 1.

    What is below 0 is removed half by mixing with grey of the same luminance, which keeps the hue,
    and half by cutting it off, which keeps the saturation. What is above 1 dims the whole colour.
    """
    low = min(colour)
    if low < 0:
        grey = max(0.0, sum(a * b for a, b in zip(_LUMA_709, colour, strict=True)))
        share = 1 - 0.5 * -low / (grey - low)
        colour = [max(0.0, grey + share * (band - grey)) for band in colour]
    high = max(colour)
    return [band / high for band in colour] if high > 1 else colour


def _hlg_light(scene: Colour) -> Colour:
    """Relative light by HLG's scene light (BT.2100, table 5)."""
    luminance = sum(a * b for a, b in zip(_LUMA_2020, scene, strict=True))
    gain = luminance ** (_HLG_GAMMA - 1) * _PEAK / _WHITE if luminance > 0 else 0.0
    return [band * gain for band in scene]


def _same(light: Any) -> Any:
    return light


def _between(source: int, target: int) -> Sequence[Colour]:
    """The matrix from linear RGB of one code point's primaries to another's."""
    matrices = [transposed(columns_of(CHROMATICITIES[number])) for number in (source, target)]
    return product(inverted(matrices[1]), matrices[0])


def _pq(light: float) -> float:
    """The level, 0 to 1, of light relative to 10,000 cd/m2 (SMPTE ST 2084)."""
    power = light ** (2610 / 16384)
    return float(((3424 + 2413 * 32 * power) / (4096 + 2392 * 32 * power)) ** (2523 / 32))


def _pq_light(level: float) -> float:
    """Light relative to 10,000 cd/m2, by the level, 0 to 1 (SMPTE ST 2084)."""
    power = level ** (32 / 2523)
    share = max(0.0, power * 4096 - 3424) / (2413 * 32 - 2392 * 32 * power)
    return float(share ** (16384 / 2610))


def _hlg(scene: float) -> float:
    """The level, 0 to 1, of scene light (ARIB STD-B67)."""
    return sqrt(3 * scene) if scene <= 1 / 12 else _HLG_A * log(12 * scene - _HLG_B) + _HLG_C


def _linear(level: float) -> float:
    """Light by its level in sRGB (IEC 61966-2-1)."""
    return level / 12.92 if level <= 0.04045 else float(((level + 0.055) / 1.055) ** 2.4)


def _companded(light: float) -> float:
    """Level in sRGB by its light (IEC 61966-2-1)."""
    return light * 12.92 if light <= 0.0031308 else float(1.055 * light ** (1 / 2.4) - 0.055)


def _at(position: float, start: float, middle: float, end: float) -> float:
    """A quadratic Bezier curve at `position`, 0 to 1."""
    rest = 1 - position
    return rest * rest * start + 2 * rest * position * middle + position * position * end


def _solved(value: float, start: float, middle: float, end: float) -> float:
    """The position at which a rising quadratic Bezier curve has `value`."""
    a, b, c = start - 2 * middle + end, 2 * (middle - start), start - value
    return -2 * c / (b + sqrt(max(0.0, b * b - 4 * a * c)))

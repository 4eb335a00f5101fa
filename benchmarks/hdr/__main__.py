"""`python -m benchmarks.hdr FOLDER`: HDR renditions beside the photos they are made of."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean, median

import click
from msgspec import Struct

from benchmarks.hdr.difference import Difference, difference
from benchmarks.hdr.light import (
    NotComparable,
    by_libultrahdr,
    gain_map_of,
    hdr_of,
    own_hdr_of,
    reduced,
    sdr_of,
)
from chalicelib.errors import Rejection
from chalicelib.imaging import Limits, Rendered, render
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.model.variants import Variant
from darkroom_client.cli.terminal import shown

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_LIMITS = Limits(max_pixels=250_000_000, max_frames=1)
WIDTHS = (1920, 1280, 640)


class Measured(Struct, frozen=True, kw_only=True):
    """A rendition beside its photo, scaled down in linear light.

    `hdr` is its difference on HDR displays, `sdr` that of its picture alone: what JPEG, scaling
    and colours cost without a gain map. `lost` is the difference if HDR displays show that picture.
    `more` is the share of bytes that the gain map adds, `seconds` the CPU time, `deviation` the
    greatest difference of light between libvips' own decoder and the formula used here; None where
    libvips has another.
    """

    file: str
    form: str
    width: int
    hdr: Difference
    sdr: Difference
    lost: Difference
    more: float
    seconds: float
    deviation: float | None


def measured(name: str, data: bytes, widths: Sequence[int] = WIDTHS) -> Iterator[Measured]:
    """Each size of a photo; NotComparable, Rejection or MalformedFile if there is none."""
    form = gain_map_of(data).form
    light, dull = hdr_of(data), sdr_of(data)
    for width in widths:
        box = {"name": "v", "width": width, "height": width, "formats": ("jpeg",)}
        with_map, longer = _rendered(data, Variant(**box, hdr=True))  # type: ignore[arg-type]
        without, usual = _rendered(data, Variant(**box))  # type: ignore[arg-type]
        if not with_map.hdr:
            raise NotComparable("its gain map is not used")
        size = with_map.width, with_map.height
        expected, plain = reduced(light, *size), reduced(dull, *size)
        yield Measured(
            file=name,
            form=form,
            width=with_map.width,
            hdr=difference(expected, hdr_of(with_map.data)),
            sdr=difference(plain, sdr_of(with_map.data)),
            lost=difference(expected, sdr_of(with_map.data)),
            more=len(with_map.data) / len(without.data) - 1,
            seconds=longer - usual,
            deviation=_deviation(with_map.data),
        )


def _rendered(data: bytes, variant: Variant) -> tuple[Rendered, float]:
    """The JPEG of a variant, and the seconds of CPU time that it took."""
    start = time.process_time()
    (made,) = render(data, (variant,), _LIMITS, has_preview=False).renditions
    return made, time.process_time() - start


def _deviation(data: bytes) -> float | None:
    """How far libvips' own decoder is from ours, for gain maps of one channel.

    To those of three channels libvips 8.18.7 applies sRGB's curve, which ISO 21496-1 has not.
    """
    if len(gain_map_of(data).metadata.channels) > 1:
        return None
    return float((by_libultrahdr(data) - own_hdr_of(data)).abs().max())


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=_FOLDER)
def main(folder: Path) -> None:
    """Render the HDR photos below FOLDER and compare their light, as ΔE ITP.

    The HDR error stands beside that of the same picture without its gain map, as SDR displays show
    it, and beside the difference that leaving the gain map out would make.
    """
    found: list[Measured] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = shown(path.relative_to(folder).as_posix())
        try:
            for one in measured(name, path.read_bytes()):
                click.echo(line_of(one))
                found.append(one)
        except (NotComparable, Rejection, MalformedFile) as reason:
            click.echo(f"{name}: left out: {reason or 'it is no JPEG'}")
    if found:
        click.echo(summary(found))


def line_of(one: Measured) -> str:
    """One rendition in a line."""
    deviation = "" if one.deviation is None else f", libvips {one.deviation:.3f} off"
    return (
        f"{one.file} ({one.form}) {one.width}: HDR {one.hdr.mean} (95 %: {one.hdr.p95}), "
        f"picture {one.sdr.mean} ({one.sdr.p95}), without gain map {one.lost.mean}, "
        f"{100 * one.more:+.1f} % bytes, {one.seconds:+.2f} s{deviation}"
    )


def summary(found: Sequence[Measured]) -> str:
    """Medians over all renditions, and the most bytes."""
    more = [one.more for one in found]
    files = len({one.file for one in found})
    return (
        f"{files} photos, {len(found)} renditions, medians: "
        f"HDR {median(one.hdr.mean for one in found):.1f} "
        f"(95 %: {median(one.hdr.p95 for one in found):.1f}), "
        f"picture {median(one.sdr.mean for one in found):.1f} "
        f"({median(one.sdr.p95 for one in found):.1f}), "
        f"without gain map {median(one.lost.mean for one in found):.1f}; "
        f"bytes {100 * mean(more):+.1f} % on average, {100 * max(more):+.1f} % at most; "
        f"CPU time {median(one.seconds for one in found):+.2f} s, "
        f"{max(one.seconds for one in found):+.2f} s at most"
    )


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.hdr")

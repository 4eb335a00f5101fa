"""`python -m benchmarks.facts [FOLDER]`: the cost of facts and provenance, sharpness of blurs."""

import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from itertools import combinations
from pathlib import Path
from statistics import median

import click
from PIL import Image, ImageEnhance, ImageFilter

from chalicelib.imaging import Limits, read_provenance, render
from chalicelib.imaging.cascade import Cascade
from chalicelib.imaging.decoding import decode
from chalicelib.imaging.facts.dominant_colors import dominant_colors
from chalicelib.imaging.facts.perceptual_hash import perceptual_hash
from chalicelib.imaging.facts.sharpness import SIDE, sharpness
from chalicelib.imaging.geometry import Size, place
from chalicelib.imaging.render_tasks import required_size
from chalicelib.model.variants import Variant, load_variants
from tests.photographs import photographs_home

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_LIMITS = Limits(max_pixels=250_000_000, max_frames=1_000)
_BLURS = (0.0, 0.7, 1.0, 1.5, 2.0)  # radius in pixels of a longest side of 1,280
_TIMES = 5


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=_FOLDER, required=False)
def main(folder: Path | None) -> None:
    """Measure facts and provenance of the photographs in FOLDER, by default the tests'.

    Prints the CPU time of each, as a median in milliseconds and in relation to rendering the
    default variants; in how many bits the hashes of copies (smaller, of low quality, darker, with
    more contrast, in grey, cut by 2 % on all sides) and of other photographs differ; and the
    sharpness of the photographs as they are and blurred.
    """
    files = sorted((folder or photographs_home()).glob("*.jpg"))
    if not files:
        raise click.UsageError("There are no photographs: run `make system`, or name a folder.")
    costs = [_costs(path.read_bytes()) for path in files]
    click.echo(f"{len(files)} photographs; the whole job takes {_median(costs, 'job'):.0f} ms")
    for name in ("colors", "perceptual_hash", "sharpness", "provenance"):
        ratio = median(cost[name] / cost["job"] for cost in costs)
        click.echo(f"{name}: {_median(costs, name):.1f} ms, {100 * ratio:.1f} % of the job")
    copies, others = _bits(files)
    click.echo(f"perceptual_hash: copies differ in up to {max(copies)} bits (median "
               f"{median(copies)}), other photographs in {min(others)} or more")  # fmt: skip
    found = [_blurred(path) for path in files]
    for number, radius in enumerate(_BLURS):
        values = sorted(row[number] for row in found)
        click.echo(f"blurred by {radius} px: sharpness {values[0]} to {values[-1]}, "
                   f"median {median(values)}")  # fmt: skip


def _costs(data: bytes) -> dict[str, float]:
    """CPU milliseconds of a photograph's job without facts, and of each fact."""
    variants = load_variants()
    cascade = _cascade(data, variants)
    small, large = cascade.at_least(256), cascade.at_least(SIDE)
    tasks: dict[str, Callable[[], object]] = {
        "job": lambda: render(data, variants, _LIMITS, has_preview=False),
        "colors": lambda: dominant_colors(small),
        "perceptual_hash": lambda: perceptual_hash(small),
        "sharpness": lambda: sharpness(large),
        "provenance": lambda: read_provenance(data),
    }
    return {name: _milliseconds(task) for name, task in tasks.items()}


def _cascade(data: bytes, variants: tuple[Variant, ...]) -> Cascade:
    """The copies that rendering `variants` makes."""

    def needed(size: Size) -> Size:
        return required_size(size, variants)

    decoded = decode(data, _LIMITS, needed)
    cascade = Cascade(decoded.size, decoded.image)
    for variant in variants:
        cascade.picture(place(decoded.size, variant))
    return cascade


def _milliseconds(task: Callable[[], object]) -> float:
    found = []
    for _ in range(_TIMES):
        start = time.process_time()
        task()
        found.append(1000 * (time.process_time() - start))
    return min(found)


def _median(costs: list[dict[str, float]], name: str) -> float:
    return median(cost[name] for cost in costs)


def _bits(files: Sequence[Path]) -> tuple[list[int], list[int]]:
    """In how many bits the hashes of copies differ, and those of other photographs."""
    pictures = [_picture(path) for path in files]
    hashes = [int(perceptual_hash(picture), 16) for picture in pictures]
    copies = [
        (one ^ int(perceptual_hash(copy), 16)).bit_count()
        for one, picture in zip(hashes, pictures, strict=True)
        for copy in _copies(picture)
    ]
    return copies, [(one ^ other).bit_count() for one, other in combinations(hashes, 2)]


def _copies(picture: Image.Image) -> Iterator[Image.Image]:
    width, height = picture.size
    yield picture.resize((width // 8, height // 8))
    file = BytesIO()
    picture.save(file, "jpeg", quality=20)
    yield Image.open(file)
    yield ImageEnhance.Brightness(picture).enhance(0.8)
    yield ImageEnhance.Contrast(picture).enhance(1.3)
    yield picture.convert("L")
    yield picture.crop((width // 50, height // 50, width - width // 50, height - height // 50))


def _picture(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.thumbnail((1_920, 1_920))
        return image.convert("RGB")


def _blurred(path: Path) -> list[float]:
    """The sharpness of a photograph by blur."""
    picture = _picture(path)
    scale = max(picture.size) / SIDE
    return [
        sharpness(picture.filter(ImageFilter.GaussianBlur(radius * scale))) for radius in _BLURS
    ]


if __name__ == "__main__":
    main()

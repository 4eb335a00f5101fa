"""How alike renditions are to what they should show: SSIMULACRA2 against a Lanczos reference."""

import json
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps
from ssimulacra2 import compute_ssimulacra2

from benchmarks.worker.ssimulacra import Reference

Image.MAX_IMAGE_PIXELS = None


def main() -> None:
    """Answer requests, each with a photograph's path, until standard input ends.

    `files` have renditions' paths: `scores` are theirs. `check` has one: its
    `scores` are ours and the package's own.
    """
    for line in sys.stdin:
        asked = json.loads(line)
        full = _opened(Path(asked["photograph"]))
        scores = _checked(full, asked["check"]) if "check" in asked else _all(full, asked["files"])
        print(json.dumps({"scores": scores}), flush=True)


def _opened(path: Path) -> Image.Image:
    """The picture at `path`, whole, upright, in sRGB `RGB`."""
    with Image.open(path) as file:
        profile = file.info.get("icc_profile")
        image = ImageOps.exif_transpose(file)
    if profile:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        mode = image.mode if image.mode in {"L", "CMYK"} else "RGB"
        converted = ImageCms.profileToProfile(image.convert(mode), source, target, outputMode="RGB")
        image = converted or image
    return image.convert("RGB")


def _all(full: Image.Image, files: list[str]) -> list[float]:
    """The scores of `files`; one reference serves all that have its size."""
    references: dict[tuple[int, int], Reference] = {}
    scores = []
    for file in files:
        image = _opened(Path(file))
        if image.size not in references:
            references[image.size] = Reference(_pixels(_reduced(full, image.size)))
        scores.append(references[image.size].score(_pixels(image)))
    return scores


def _checked(full: Image.Image, file: str) -> list[float]:
    image = _opened(Path(file))
    reduced = _reduced(full, image.size)
    one, other = BytesIO(), BytesIO()
    reduced.save(one, "PNG", compress_level=1)
    image.save(other, "PNG", compress_level=1)
    return [
        Reference(_pixels(reduced)).score(_pixels(image)),
        float(compute_ssimulacra2(one, other)),
    ]


def _reduced(full: Image.Image, size: tuple[int, int]) -> Image.Image:
    return full.resize(size, Image.Resampling.LANCZOS)


def _pixels(image: Image.Image) -> Any:
    return np.asarray(image)


if __name__ == "__main__":
    main()

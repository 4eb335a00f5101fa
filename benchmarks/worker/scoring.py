"""Scores renditions: SSIMULACRA2 against a Lanczos reference."""

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
    """Serve requests until standard input ends.

    A request has the path of a `photograph`. With the paths of renditions as `files`,
    `scores` are theirs; with one path as `check`, they are ours and the package's.
    """
    for line in sys.stdin:
        request = json.loads(line)
        file = request.get("check")
        full = _opened(Path(request["photograph"]))
        scores = _checked(full, file) if file else _all(full, request["files"])
        print(json.dumps({"scores": scores}), flush=True)


def _opened(path: Path) -> Image.Image:
    """The picture at `path`, at full size, upright, in sRGB `RGB`."""
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
    """The scores of `files`; those of the same size share a reference."""
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
    reference, rendition = BytesIO(), BytesIO()
    reduced.save(reference, "PNG", compress_level=1)
    image.save(rendition, "PNG", compress_level=1)
    return [
        Reference(_pixels(reduced)).score(_pixels(image)),
        float(compute_ssimulacra2(reference, rendition)),
    ]


def _reduced(full: Image.Image, size: tuple[int, int]) -> Image.Image:
    return full.resize(size, Image.Resampling.LANCZOS)


def _pixels(image: Image.Image) -> Any:
    return np.asarray(image)


if __name__ == "__main__":
    main()

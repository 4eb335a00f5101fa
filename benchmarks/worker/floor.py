"""Lower bound of any pipeline on these libraries: one decode at scale, and the encodes.

Resizing and the conversion to YUV happen outside of the measured time.
"""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageOps

from benchmarks.worker.libjpeg import decode
from benchmarks.worker.libwebp import Planes
from benchmarks.worker.serving import Box, File, Job, Request, options, serve


def main() -> None:
    """Serve JPEGs with the option `method`."""
    method: int = options()["method"]

    def prepare(request: Request) -> Job:
        with Image.open(BytesIO(request.data)) as image:
            denominator = _draft(image, request.boxes)
            pictures = [(box, Planes(small)) for box, small in _pictures(image, request.boxes)]

        def job() -> list[File]:
            decode(request.data, denominator)
            return [
                File(box.name, "webp", planes.encode(request.quality, method))
                for box, planes in pictures
            ]

        return job

    serve(prepare)


def _draft(image: Image.Image, boxes: tuple[Box, ...]) -> int:
    """Have `image` decode at the scale that all boxes need; return its denominator."""
    width, height = image.size
    scale = max(min(1.0, _scale(image, box)) for box in boxes)
    image.draft("RGB", (round(width * scale), round(height * scale)))
    return round(width / image.width)


def _pictures(image: Image.Image, boxes: tuple[Box, ...]) -> Iterator[tuple[Box, Image.Image]]:
    """A picture for each box, in `RGB`; sizes that occur twice are left out."""
    full = ImageOps.exif_transpose(image).convert("RGB")
    sizes: set[tuple[int, int]] = set()
    for box in boxes:
        if box.fit == "cover":
            small = ImageOps.fit(full, (box.width, box.height))
        else:
            scale = min(1.0, _scale(full, box))
            small = full.resize((round(full.width * scale), round(full.height * scale)))
        if small.size not in sizes:
            sizes.add(small.size)
            yield box, small


def _scale(image: Image.Image, box: Box) -> float:
    choose = max if box.fit == "cover" else min
    return choose(box.width / image.width, box.height / image.height)


if __name__ == "__main__":
    main()

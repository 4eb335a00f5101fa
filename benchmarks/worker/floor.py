"""Lower bounds: of any pipeline on these libraries, and of any that uses them through Pillow.

The first is one decode at scale and the encodes; resizing and the conversion to YUV happen outside
of the measured time. The second is Pillow's decode at scale, a cascade of sizes, Pillow's saves.
"""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageOps

from benchmarks.worker.libjpeg import decode
from benchmarks.worker.libwebp import Planes
from benchmarks.worker.serving import Box, File, Job, Request, options, serve
from chalicelib.imaging.scaling import scaled


def main() -> None:
    """Serve JPEGs with the options `method` and `pillow`, which may be missing."""
    settings = options()
    prepare = _through_pillow if settings.get("pillow") else _codecs_alone
    serve(lambda request: prepare(request, settings["method"]))


def _codecs_alone(request: Request, method: int) -> Job:
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


def _through_pillow(request: Request, method: int) -> Job:
    def job() -> list[File]:
        files: list[File] = []
        with Image.open(BytesIO(request.data)) as image:
            _draft(image, request.boxes)
            for box, picture in _cascade(image, request.boxes):
                file = BytesIO()
                picture.save(file, "webp", quality=request.quality, method=method)
                files.append(File(box.name, "webp", file.getvalue()))
        return files

    return job


def _cascade(image: Image.Image, boxes: tuple[Box, ...]) -> Iterator[tuple[Box, Image.Image]]:
    """A picture for each box, in falling size; sizes that occur twice are left out."""
    source: Image.Image = image
    sizes: set[tuple[int, int]] = set()
    for box in boxes:
        scale = min(1.0, _scale(image, box))
        size = (round(image.width * scale), round(image.height * scale))
        if box.fit == "cover":
            scale = _scale(source, box)
            across, down = box.width / scale, box.height / scale
            left, top = (source.width - across) / 2, (source.height - down) / 2
            region = (left, top, left + across, top + down)
            yield box, scaled(source, (box.width, box.height), region)
        elif size not in sizes:
            sizes.add(size)
            source.load()
            source = scaled(source, size) if source.size != size else source
            yield box, source


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

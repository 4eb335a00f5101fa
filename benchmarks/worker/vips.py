"""pyvips: a thumbnail of the file for each size, or each size from the one before."""

import pyvips

from benchmarks.worker.serving import Box, File, Job, Request, options, serve


def main() -> None:
    """Serve with the options `cascade` and `effort`."""
    settings = options()

    def prepare(request: Request) -> Job:
        make = _cascade if settings["cascade"] else _thumbnails
        return lambda: make(request, settings["effort"])

    serve(prepare)


def _thumbnails(request: Request, effort: int) -> list[File]:
    return [
        _file(
            pyvips.Image.thumbnail_buffer(request.data, box.width, **_rule(box)),
            box,
            request.quality,
            effort,
        )
        for box in request.boxes
    ]


def _cascade(request: Request, effort: int) -> list[File]:
    files: list[File] = []
    image: pyvips.Image | None = None
    for box in sorted(request.boxes, key=lambda box: -box.width):
        rule = _rule(box)
        if image is None:
            small = pyvips.Image.thumbnail_buffer(request.data, box.width, **rule)
        else:
            small = image.thumbnail_image(box.width, **rule)
        small = small.copy_memory()
        image = small
        files.append(_file(small, box, request.quality, effort))
    return files


def _rule(box: Box) -> dict[str, object]:
    rule: dict[str, object] = {"height": box.height, "size": "down", "output_profile": "srgb"}
    return rule | ({"crop": "centre"} if box.fit == "cover" else {})


def _file(image: pyvips.Image, box: Box, quality: int, effort: int) -> File:
    data = image.webpsave_buffer(Q=quality, effort=effort, keep="none")
    return File(box.name, "webp", data)


if __name__ == "__main__":
    main()

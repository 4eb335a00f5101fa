"""pyvips: a thumbnail of the file for each size, or each size from the one before."""

from typing import NamedTuple

import pyvips

from benchmarks.worker.serving import Box, File, Job, Request, options, serve


class Encoder(NamedTuple):
    """A format, the pixels' colour profile, and the options that libvips writes the file with."""

    format: str
    profile: str | None
    options: dict[str, object]

    def rule(self, box: Box) -> dict[str, object]:
        """The options of a thumbnail that fits the box, or fills it."""
        rule: dict[str, object] = {"height": box.height, "size": "down"}
        if self.profile:
            rule["output_profile"] = self.profile
        return rule | ({"crop": "centre"} if box.fit == "cover" else {})

    def file(self, image: pyvips.Image, box: Box) -> File:
        """The image as a file without metadata."""
        data = image.write_to_buffer(f".{self.format}", keep="none", **self.options)
        return File(box.name, self.format, data)


def main() -> None:
    """Serve with the option `cascade`, and a `format`, WebP by default, with that format's own.

    Pictures are converted to the colour `profile`, sRGB by default, even if they have none; null
    leaves them as they are.
    """
    settings = options()
    make = _cascade if settings.pop("cascade") else _thumbnails
    output, profile = settings.pop("format", "webp"), settings.pop("profile", "srgb")

    def prepare(request: Request) -> Job:
        return lambda: make(request, Encoder(output, profile, {"Q": request.quality, **settings}))

    serve(prepare)


def _thumbnails(request: Request, encoder: Encoder) -> list[File]:
    files = []
    for box in request.boxes:
        small = pyvips.Image.thumbnail_buffer(request.data, box.width, **encoder.rule(box))
        files.append(encoder.file(small, box))
    return files


def _cascade(request: Request, encoder: Encoder) -> list[File]:
    files: list[File] = []
    image: pyvips.Image | None = None
    for box in sorted(request.boxes, key=lambda box: -box.width):
        rule = encoder.rule(box)
        if image is None:
            small = pyvips.Image.thumbnail_buffer(request.data, box.width, **rule)
        else:
            small = image.thumbnail_image(box.width, **rule)
        small = small.copy_memory()
        image = small
        files.append(encoder.file(small, box))
    return files


if __name__ == "__main__":
    main()

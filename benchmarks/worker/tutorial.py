"""Pillow as tutorials write it: open, turn, convert, then `thumbnail` for each size."""

from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from benchmarks.worker.serving import Box, File, Job, Request, serve


def main() -> None:
    """Serve; there are no options."""
    serve(_prepare)


def _prepare(request: Request) -> Job:
    return lambda: _files(request)


def _files(request: Request) -> list[File]:
    image = _opened(request.data)
    return [_file(image, box, request.quality) for box in request.boxes]


def _opened(data: bytes) -> Image.Image:
    image: Image.Image = Image.open(BytesIO(data))
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if profile:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
        image = converted or image
    return image if image.mode in {"RGB", "RGBA"} else image.convert("RGB")


def _file(image: Image.Image, box: Box, quality: int) -> File:
    size = (box.width, box.height)
    if box.fit == "cover":
        small = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    else:
        small = image.copy()
        small.thumbnail(size, Image.Resampling.LANCZOS)
    file = BytesIO()
    # Pillow would copy the original profile, but the pixels are now in sRGB.
    small.save(file, "WEBP", quality=quality, icc_profile=None)
    return File(box.name, "webp", file.getvalue())


if __name__ == "__main__":
    main()

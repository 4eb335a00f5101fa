"""libvips as a reader: upright, first page, to sRGB by the embedded ICC profile.

Profiles are applied as sharp does: with perceptual intent, and CMYK without one has libvips' own. A
file that ends early is an error, like Darkroom's; other warnings are not.
"""

import resource

import pyvips

from benchmarks.compare.serving import Pixels, serve

_MOST_MEMORY = 8 << 30  # bytes; some files unpack to more than the machine has


def main() -> None:
    """Serve, with limited memory."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    pyvips.cache_set_max(0)  # each file is read once
    serve(read)


def read(data: bytes) -> Pixels:
    """The picture in `data`; pyvips.Error if libvips cannot read it."""
    image = pyvips.Image.new_from_buffer(data, "", access="random", fail_on="truncated")
    image = _in_srgb(image.autorot())
    if not image.hasalpha():
        image = image.bandjoin(255)
    return Pixels(image.width, image.height, image.write_to_memory())


def _in_srgb(image: pyvips.Image) -> pyvips.Image:
    if image.interpretation == "cmyk" or image.get_typeof("icc-profile-data"):
        try:
            # In memory, since an unsuitable profile is only noticed when pixels are computed.
            return image.icc_transform(
                "srgb",
                embedded=True,
                input_profile="cmyk" if image.interpretation == "cmyk" else "srgb",
                intent="perceptual",
                depth=8,
            ).copy_memory()
        except pyvips.Error:
            pass  # a damaged profile: as if there were none
    return image.colourspace("srgb").cast("uchar")


if __name__ == "__main__":
    main()

"""Darkroom as a reader: `decode` at full size, with the limits of the default settings."""

from benchmarks.compare.serving import Pixels, Refused, serve
from chalicelib.errors import Rejection
from chalicelib.imaging.decoding import decode
from chalicelib.imaging.picture import Limits
from chalicelib.imaging.pixel_limits import DEFAULT

# HEIC and JPEG XL are on, because the tests' environment has what they need.
_LIMITS = Limits(max_pixels=DEFAULT, max_frames=1_000, allow_heic=True, allow_jxl=True)


def read(data: bytes) -> Pixels:
    """The picture in `data`; Refused with Darkroom's reason and sentence."""
    try:
        image = decode(data, _LIMITS, lambda size: size).image
    except Rejection as rejection:
        cause = rejection.__cause__
        detail = f"{rejection} ({type(cause).__name__}: {cause})" if cause else str(rejection)
        raise Refused(detail, rejection.reason) from rejection
    return Pixels(*image.size, image.convert("RGBA").tobytes())


if __name__ == "__main__":
    serve(read)

"""The JPEG XL decoder, from an optional package that is needed only if JPEG XL is switched on."""

from functools import cache
from typing import BinaryIO, cast

from PIL import Image
from PIL.ImageFile import ImageFile

from chalicelib.errors import SettingsError

_OLDEST = (0, 3)  # the first version of pyjpegxl with libjxl 0.12
_MODES = ("L", "LA", "RGB", "RGBA")  # by the number of channels


def check_jxl() -> None:
    """SettingsError unless pyjpegxl is installed in a version that is known to be safe."""
    from importlib.metadata import PackageNotFoundError, version  # loads slowly

    try:
        found = version("pyjpegxl")
    except PackageNotFoundError as reason:
        raise SettingsError(_sentence("the package pyjpegxl is not installed")) from reason
    if tuple(map(int, found.split(".")[:2])) < _OLDEST:
        raise SettingsError(_sentence(f"pyjpegxl {found} is too old"))


def _sentence(problem: str) -> str:
    remedy = "`make run JXL=1` or `deploy --jxl` installs what is in requirements-jxl.txt"
    return f"The setting ALLOW_JXL is on, but {problem}. {remedy}."


@cache
def jxl_plugin() -> type[ImageFile]:
    """The class that opens a JPEG XL; the library is imported for the first one, as it is slow.

    It is not registered with Pillow, so that no other format ever reaches it.
    """
    import pyjpegxl

    pyjpegxl.set_num_threads(1)

    class JxlImage(ImageFile):
        format = "JXL"

        def _open(self) -> None:
            data = cast(BinaryIO, self.fp).read()
            found, pixels = pyjpegxl.decode(data, dtype="uint8")
            self._size = (found.width, found.height)
            self._mode = _MODES[len(pixels) // (found.width * found.height) - 1]
            if found.icc_profile:
                self.info["icc_profile"] = found.icc_profile
            self.tile = []
            self.im = Image.frombytes(self._mode, self._size, pixels).im

    return JxlImage

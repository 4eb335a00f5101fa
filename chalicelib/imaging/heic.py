"""The HEIC decoder, from an optional package that is needed only if HEIC is switched on."""

from functools import cache

from PIL.ImageFile import ImageFile

from chalicelib.errors import SettingsError

_SAFE = (1, 23, 3)  # earlier versions of libheif have vulnerabilities that are exploited


def check_heic() -> None:
    """SettingsError unless pillow-heif is installed with a safe version of libheif."""
    try:
        from pillow_heif import libheif_version

        version = libheif_version()
    except ImportError as reason:
        raise SettingsError(_sentence("the package pillow-heif is not installed")) from reason
    if tuple(map(int, version.split("."))) < _SAFE:
        raise SettingsError(_sentence(f"its libheif {version} has known vulnerabilities"))


def _sentence(problem: str) -> str:
    remedy = "`make run HEIC=1` or `deploy --heic` installs what is in requirements-heic.txt"
    return f"The setting ALLOW_HEIC is on, but {problem}. {remedy}."


@cache
def heic_plugin() -> type[ImageFile]:
    """The class that opens a HEIC; imported for the first one, since its libraries load slowly.

    It is not registered with Pillow, so that no other format ever reaches it.
    """
    from pillow_heif import HeifImageFile, options

    # A file's thumbnails and depth maps would be decoded instead of, or besides, its picture.
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    options.DECODE_THREADS = 1
    return HeifImageFile

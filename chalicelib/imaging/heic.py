"""HEIC's decoder, from a package that only those install who switch HEIC on."""

from functools import cache

from PIL.ImageFile import ImageFile

from chalicelib.errors import SettingsError

_SAFE = (1, 23, 3)  # libheif before it has holes that are exploited


def check_heic() -> None:
    """SettingsError unless pillow-heif is installed, with a libheif that is safe."""
    try:
        from pillow_heif import libheif_version

        version = libheif_version()
    except ImportError as reason:
        raise SettingsError(_sentence("the package pillow-heif is not installed")) from reason
    if tuple(map(int, version.split("."))) < _SAFE:
        raise SettingsError(_sentence(f"its libheif {version} has known holes"))


def _sentence(trouble: str) -> str:
    remedy = "Install what it needs with: pip install -r requirements-heic.txt"
    return f"The setting ALLOW_HEIC is on, but {trouble}. {remedy}."


@cache
def heic_plugin() -> type[ImageFile]:
    """The class that opens a HEIC; made at the first one, since its libraries take time to load.

    It is not registered, so that no other kind of file ever reaches it.
    """
    from pillow_heif import HeifImageFile, options

    # A file's previews and depth maps would be decoded in place of, or beside, its picture.
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    options.DECODE_THREADS = 1
    return HeifImageFile

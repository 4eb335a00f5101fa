"""Creator and copyright: read from any metadata, and the only metadata written to renditions.

Pillow never sees the metadata: it is parsed here, within limits, and any of it may be malformed.
"""

from chalicelib.imaging.attribution.exif import exif_of
from chalicelib.imaging.attribution.reader import Attribution, read_attribution

__all__ = ["Attribution", "exif_of", "read_attribution"]

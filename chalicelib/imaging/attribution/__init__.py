"""Creator and copyright: read from any metadata, and written to renditions on request.

With an AI label in XMP they are all the metadata that a rendition may have.

Pillow never sees the metadata: it is parsed here, within limits, and any of it may be malformed.
"""

from chalicelib.imaging.attribution.exif import exif_of
from chalicelib.imaging.attribution.reader import Attribution, read_attribution
from chalicelib.imaging.attribution.xmp import packet_of

__all__ = ["Attribution", "exif_of", "packet_of", "read_attribution"]

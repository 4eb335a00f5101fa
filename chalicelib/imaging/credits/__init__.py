"""Who made a picture and who owns it: read from any metadata, written alone into the renditions.

Nothing of the metadata reaches Pillow: it is read here, with bounds, and any of it may be broken.
"""

from chalicelib.imaging.credits.exif import exif_of
from chalicelib.imaging.credits.reading import Credits, credits_of

__all__ = ["Credits", "credits_of", "exif_of"]

"""The imaging core: a picture's bytes in, its renditions' bytes out; no store, no network."""

from chalicelib.imaging.heic import check_heic
from chalicelib.imaging.picture import Limits, Picture, Preview, Rendered
from chalicelib.imaging.rendering import render
from chalicelib.imaging.watermark import check_watermarks

__all__ = ["Limits", "Picture", "Preview", "Rendered", "check_heic", "check_watermarks", "render"]

"""The imaging core: a picture's bytes in, its renditions' bytes out; no store, no network."""

from chalicelib.imaging.picture import Limits, Picture, Preview, Rendered
from chalicelib.imaging.rendering import render

__all__ = ["Limits", "Picture", "Preview", "Rendered", "render"]

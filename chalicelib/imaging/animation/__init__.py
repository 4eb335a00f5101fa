"""Moving pictures: decoded, scaled and packed frame by frame, so that memory holds few of them."""

from chalicelib.imaging.animation.reel import Reel
from chalicelib.imaging.animation.winding import check, wind

__all__ = ["Reel", "check", "wind"]

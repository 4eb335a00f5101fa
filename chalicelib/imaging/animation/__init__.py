"""Animations: decoded, scaled and encoded frame by frame, so that few frames are in memory."""

from chalicelib.imaging.animation.transcode import check, transcode
from chalicelib.imaging.animation.webp_writer import WebpWriter

__all__ = ["WebpWriter", "check", "transcode"]

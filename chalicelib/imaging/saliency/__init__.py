"""Finds what people look at in a picture, with Pillow alone."""

from chalicelib.imaging.saliency.search import salient_point

__all__ = ["salient_point"]

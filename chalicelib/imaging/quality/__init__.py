"""`quality = "auto"`: the lowest quality at which a picture still reaches the target score."""

from chalicelib.imaging.quality.search import HIGHEST, LOWEST, TARGET, quality_for

__all__ = ["HIGHEST", "LOWEST", "TARGET", "quality_for"]

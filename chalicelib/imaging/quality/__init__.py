"""`quality = "auto"`: the lowest quality at which a picture still looks as good as it should."""

from chalicelib.imaging.quality.choosing import HIGHEST, LOWEST, TARGET, quality_for

__all__ = ["HIGHEST", "LOWEST", "TARGET", "quality_for"]

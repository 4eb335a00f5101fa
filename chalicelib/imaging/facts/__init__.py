"""Facts about a picture, from small copies of it that rendering has made anyway."""

from chalicelib.imaging.cascade import Cascade
from chalicelib.imaging.facts.dominant_colors import dominant_colors
from chalicelib.imaging.facts.perceptual_hash import perceptual_hash
from chalicelib.imaging.facts.sharpness import SIDE, sharpness
from chalicelib.model.facts import ImageFacts

_SMALL = 256  # pixels of the longest side, at least: more than colours and hash need


def facts_of(cascade: Cascade) -> ImageFacts:
    """The facts about the picture in `cascade`."""
    small = cascade.at_least(_SMALL)
    return ImageFacts(
        colors=dominant_colors(small),
        perceptual_hash=perceptual_hash(small),
        sharpness=sharpness(cascade.at_least(SIDE)),
    )

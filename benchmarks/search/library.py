"""A library of one owner, made up from a seed: names, tags and texts as photographers have them."""

import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from chalicelib.model.image import Image, ProcessingState, Rendition, Status, Visibility
from chalicelib.model.keys import ALPHABET, encoded

OWNER = "everyone"

_SEED = 7
_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
_APART = timedelta(minutes=3)  # between two images
_TAGS, _WORDS = 400, 20_000  # different ones
_TEXT = 8  # words of an alternative text
_PRIVATE, _FAILED = 50, 1_000  # one image in so many is
_SYLLABLES = tuple(f"{consonant}{vowel}" for consonant in "bdklmn" for vowel in "aeio")
_VARIANTS = {"1080p": 1920, "720p": 1280, "mobile": 640, "thumbnail": 200}


def vocabulary(number: int) -> list[str]:
    """Different words, the most frequent one first."""
    generator = random.Random(_SEED)  # noqa: S311 - no secret
    words: dict[str, None] = {}
    while len(words) < number:
        words["".join(generator.choices(_SYLLABLES, k=generator.choice((2, 3, 3, 4))))] = None
    return list(words)


class Library:
    """Images by number, oldest first. Words and tags are as frequent as by Zipf's law."""

    def __init__(self, number: int) -> None:
        generator = random.Random(_SEED)  # noqa: S311 - no secret
        self.words = vocabulary(_WORDS)
        frequencies = list(accumulate(1 / rank for rank in range(1, _WORDS + 1)))

        def draw(most: int, k: int) -> list[str]:
            chosen = self.words[:most], frequencies[:most]
            return generator.choices(chosen[0], cum_weights=chosen[1], k=k)

        self._texts = [" ".join(draw(_WORDS, _TEXT)) for _ in range(number)]
        self._tags = [" ".join(draw(_TAGS, generator.randrange(4))) for _ in range(number)]
        self._sizes = [round(generator.lognormvariate(15, 0.5)) for _ in range(number)]

    def __len__(self) -> int:
        return len(self._sizes)

    def image(self, place: int) -> Image:
        """An image by its number."""
        tags = tuple(dict.fromkeys(f"{tag} tag" for tag in self._tags[place].split()))
        return _image(place, tags, self._texts[place], self._sizes[place])


def number_of(image_id: str) -> int:
    """The number of an image, by its id."""
    number = 0
    for letter in image_id:
        number = 32 * number + ALPHABET.index(letter)
    return number


def _image(place: int, tags: tuple[str, ...], text: str, size: int) -> Image:
    at = _FIRST + place * _APART
    image_id = encoded(place.to_bytes(16, "big"))
    return Image(
        id=image_id,
        status=Status.FAILED if place % _FAILED == 0 else Status.READY,
        owner=OWNER,
        filename=f"IMG_{place % 10_000:04}.jpg",
        bucket="uploads",
        original_file=f"uploads/{OWNER}/{image_id}/img.jpg",
        created_at=at,
        updated_at=at,
        content_type="image/jpeg",
        width=4000,
        height=3000,
        bytes=size,
        sha256=f"{place:064x}",
        alt={"en": text},
        tags=tags,
        visibility=Visibility.PRIVATE if place % _PRIVATE == 0 else Visibility.PUBLIC,
        renditions=tuple(
            Rendition(
                variant=variant,
                format="webp",
                width=width,
                height=width * 3 // 4,
                bytes=size // 8 * width // 1920,
                key=f"{image_id}/{place:016x}/{variant}.webp",
            )
            for variant, width in _VARIANTS.items()
        ),
        processing=ProcessingState(
            sequencer="0" * 16,
            etag="0" * 34,
            manifest_etag="0" * 34,
            rules=dict.fromkeys(_VARIANTS, "0" * 16),
            milliseconds=400,
            cost_usd_estimate=0.00007,
        ),
    )

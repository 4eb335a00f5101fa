"""Groups pictures whose perceptual hashes differ in few bits, without comparing all with all."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import TypeVar

from darkroom_client.models import Image

BITS = 64
MOST_BITS = 10  # that duplicates may differ in; other pictures begin at about 20

Key = TypeVar("Key", bound=Hashable)


def duplicates(hashes: Mapping[Key, int], most: int) -> list[list[Key]]:
    """Groups of keys that are linked by hashes of at most `most` different bits, in their order.

    Hashes are cut into `most` + 1 bands: two that differ in `most` bits agree in one band at least,
    so that only those that share a band are compared.
    """
    same: dict[int, list[Key]] = defaultdict(list)
    for key, value in hashes.items():
        same[value].append(key)
    groups = _Groups(same)
    for one, other in _candidates(list(same), most + 1):
        if (one ^ other).bit_count() <= most:
            groups.join(one, other)
    order = {key: number for number, key in enumerate(hashes)}
    found = [
        sorted((key for value in values for key in same[value]), key=order.__getitem__)
        for values in groups.all()
    ]
    return sorted((group for group in found if len(group) > 1), key=lambda group: order[group[0]])


def similar(images: Iterable[Image], most_bits: int) -> list[list[Image]]:
    """Groups of images that look alike, the largest picture of each first."""
    hashed = {image.id: image for image in images if image.facts}
    hashes = {key: hash_of(image) for key, image in hashed.items()}
    groups = [[hashed[key] for key in group] for group in duplicates(hashes, most_bits)]
    return [
        sorted(group, key=lambda image: (image.width or 0) * (image.height or 0), reverse=True)
        for group in groups
    ]


def hash_of(image: Image) -> int:
    """The perceptual hash, 64 bits; 0 of an image without facts."""
    return int(image.facts.perceptual_hash, 16) if image.facts else 0


def _candidates(values: list[int], bands: int) -> Iterator[tuple[int, int]]:
    """Pairs of different values that agree in a band; some more than once."""
    for band in range(bands):
        # Every nth bit: neighbouring frequencies depend on each other, and would share bands.
        mask = sum(1 << bit for bit in range(band, BITS, bands))
        alike: dict[int, list[int]] = defaultdict(list)
        for value in values:
            alike[value & mask].append(value)
        for group in alike.values():
            yield from combinations(group, 2)


class _Groups:
    """Disjoint sets of values."""

    def __init__(self, values: Mapping[int, object]) -> None:
        self._parents = {value: value for value in values}

    def join(self, one: int, other: int) -> None:
        self._parents[self._root(one)] = self._root(other)

    def all(self) -> list[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for value in self._parents:
            found[self._root(value)].append(value)
        return list(found.values())

    def _root(self, value: int) -> int:
        root = value
        while self._parents[root] != root:
            root = self._parents[root]
        while self._parents[value] != root:
            self._parents[value], value = root, self._parents[value]
        return root

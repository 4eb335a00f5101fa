"""Checks which objects exist by listings: one covers hundreds of adjacent keys."""

from collections.abc import Collection

from chalicelib.ports.objects import ObjectStore

_PAGE = 1000
_WORTH = 13  # keys that a listing must cover: on S3 it costs 12.5 times a request for one key


def listed_keys(objects: ObjectStore, bucket: str, wanted: Collection[str]) -> set[str]:
    """Those of `wanted` that listings show; the others still have to be requested one by one.

    It lists only as long as a page covers many keys: keys far apart are left out.
    """
    found: set[str] = set()
    remaining = sorted(wanted, key=str.encode)
    while len(remaining) >= _WORTH:
        page = objects.page(bucket, _just_before(remaining[0]), _PAGE)
        found |= {listed.key for listed in page}.intersection(remaining)
        if len(page) < _PAGE:
            break
        last = page[-1].key.encode()
        following = [key for key in remaining if key.encode() > last]
        if len(remaining) - len(following) < _WORTH:
            break
        remaining = following
    return found


def _just_before(key: str) -> str:
    """A key that sorts before `key`, with hardly any between them: a listing starts after a key."""
    last = ord(key[-1])
    # Without its last character, it would also precede all keys that differ in that one only.
    return f"{key[:-1]}{chr(last - 1)}~" if 0x21 < last < 0xD800 else key[:-1]

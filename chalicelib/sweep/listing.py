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
        # A listing starts after a key: after one just before the first.
        page = objects.page(bucket, remaining[0][:-1], _PAGE)
        found |= {listed.key for listed in page}.intersection(remaining)
        if len(page) < _PAGE:
            break
        last = page[-1].key.encode()
        following = [key for key in remaining if key.encode() > last]
        if len(remaining) - len(following) < _WORTH:
            break
        remaining = following
    return found

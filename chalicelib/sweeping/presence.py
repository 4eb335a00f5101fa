"""Which objects there are, told by listings: one answers for hundreds that stand side by side."""

from collections.abc import Collection

from chalicelib.ports import ObjectStore

_PAGE = 1000
_WORTH = 13  # keys that a listing has to settle: on S3 it costs 12.5 times a question for one


def seen(objects: ObjectStore, bucket: str, wanted: Collection[str]) -> set[str]:
    """Those of `wanted` that listings show; each of the others is still to be asked for.

    It lists for as long as pages settle many: keys that stand far apart are left.
    """
    found: set[str] = set()
    ahead = sorted(wanted, key=str.encode)
    while len(ahead) >= _WORTH:
        # A listing begins behind a key: behind what comes just before the first.
        page = objects.page(bucket, ahead[0][:-1], _PAGE)
        found |= {listed.key for listed in page}.intersection(ahead)
        if len(page) < _PAGE:
            break
        last = page[-1].key.encode()
        behind = [key for key in ahead if key.encode() > last]
        if len(ahead) - len(behind) < _WORTH:
            break
        ahead = behind
    return found

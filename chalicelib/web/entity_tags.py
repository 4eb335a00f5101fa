"""Entity tags (RFC 9110): an image's is the revision of its record."""

import re

_REVISION = re.compile(r'(?:^|,)[ \t]*"([1-9][0-9]{0,14})"[ \t]*(?=,|$)')


def entity_tag(revision: int) -> str:
    """The strong entity tag of a revision: 17 -> `"17"`."""
    return f'"{revision}"'


def revisions_of(if_match: str | None) -> frozenset[int] | None:
    """The revisions that an If-Match header allows; None without one, or for `*`.

    Weak tags (`W/"17"`) and malformed ones allow none: the comparison is strong.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    return frozenset(map(int, _REVISION.findall(if_match)))

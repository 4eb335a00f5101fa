"""Turns a request to the CDN into the key of a file, as the CloudFront Function does in AWS.

`infrastructure/delivery.yaml` has the same in JavaScript; tests/edge_requests.py is what both do.
"""

import re
from http import HTTPStatus

from chalicelib.model import delivery, keys
from chalicelib.model.delivery import EdgeTable

_IMAGE = re.compile(rf"/i/({keys.ULID_PATTERN})")
_VARIANT = re.compile(
    rf"/i/({keys.ULID_PATTERN})/([a-z0-9][a-z0-9_-]{{0,31}})(?:\.(avif|webp|jpe?g|png))?"
)
_OPTIONS = {
    "f": re.compile("avif|webp|jpeg|png"),
    "fit": re.compile("inside|cover|contain"),
    "h": re.compile("[1-9][0-9]{0,3}"),
    "q": re.compile("[1-9][0-9]?|100"),
    "s": re.compile("[0-9a-f]{64}"),
    "w": re.compile("[1-9][0-9]{0,3}"),
}
_ANY_FORMAT = "w"  # of a variant that is no longer in the table
_REFUSED = re.compile(r";\s*q=0(?:\.0*)?\s*(?:[,;]|$)", re.IGNORECASE)


class Refused(Exception):
    """The CDN answers the request itself, with an error status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def key_of(path: str, query: str, accept: str, table: EdgeTable) -> str:
    """The key of the file that the request wants; Refused if it can be that of none.

    `path` and `query` are as they were sent. `accept` is the header's value, empty without one.
    Whether a path below `/private/` may be served was checked before.
    """
    if path.startswith("/private/"):
        return keys.PRIVATE + _public_key(path.removeprefix("/private"), query, accept, table)
    return _public_key(path, query, accept, table)


def _public_key(path: str, query: str, accept: str, table: EdgeTable) -> str:
    rendition = path.removeprefix("/images/")
    if rendition != path and keys.is_rendition_key(rendition):
        return rendition
    published = path.removeprefix("/i/")
    if published != path and delivery.is_published(published):
        return published
    if found := _VARIANT.fullmatch(path):
        image_id, variant, extension = found.groups()
        letters = table.variants.get(variant, _ANY_FORMAT)
        extension = (extension or best_extension(letters, accept)).replace("jpeg", "jpg")
        return f"{image_id}/{delivery.STABLE}/{variant}.{extension}"
    if found := _IMAGE.fullmatch(path):
        return f"{found[1]}/{_size(query, accept, table)}"
    raise Refused(HTTPStatus.NOT_FOUND)


def best_extension(letters: str, accept: str) -> str:
    """The suffix of the best of the formats offered that the client shows."""
    for letter, name in (("a", "avif"), ("w", "webp")):
        if letter in letters and _accepts(accept, name):
            return name
    return "png" if "p" in letters else "jpg"


def _accepts(accept: str, name: str) -> bool:
    ranges = [part.strip().lower() for part in accept.split(",")]
    own = [part for part in ranges if part.split(";")[0].strip() == f"image/{name}"]
    return any(not _REFUSED.search(part) for part in own)


def _size(query: str, accept: str, table: EdgeTable) -> str:
    """The rest of the key of a size on demand."""
    options = _options(query)
    extension = best_extension(table.formats, accept)
    if options.keys() == {"w"}:
        if not _OPTIONS["w"].fullmatch(options["w"]):
            raise Refused(HTTPStatus.NOT_FOUND)
        wanted = int(options["w"])
        width = next((w for w in table.widths if w >= wanted), table.widths[-1])
        return f"{delivery.WIDTHS}/{width}-{table.generation}.{extension}"
    if not options:
        raise Refused(HTTPStatus.NOT_FOUND)
    if "s" not in options or not options.keys() & {"w", "h"}:
        raise Refused(HTTPStatus.FORBIDDEN)
    if any(not _OPTIONS[name].fullmatch(value) for name, value in options.items()):
        raise Refused(HTTPStatus.FORBIDDEN)
    signature = options.pop("s")
    name = "_".join(f"{name}{options[name]}" for name in sorted(options))
    extension = options.get("f", extension).replace("jpeg", "jpg")
    return f"{delivery.SIGNED}/{name}-{table.generation}-{signature}.{extension}"


def _options(query: str) -> dict[str, str]:
    """The options in a query; those with other names are ignored. Refused if one is repeated."""
    options: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name in options:
            raise Refused(HTTPStatus.FORBIDDEN)
        if name in _OPTIONS:
            options[name] = value
    return options

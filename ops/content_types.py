"""Content types by file name: the same on every machine, unlike the system's own table."""

import mimetypes

_TYPES = mimetypes.MimeTypes(filenames=())
_TYPES.add_type("text/javascript", ".js")
_TYPES.add_type("text/javascript", ".mjs")
_TYPES.add_type("image/webp", ".webp")
_TYPES.add_type("image/avif", ".avif")
_TYPES.add_type("font/woff2", ".woff2")
_TEXT = ("text/", "application/json", "image/svg+xml")


def is_text(kind: str) -> bool:
    """Whether content of this type is text, which compresses well."""
    return kind.startswith(_TEXT)


def content_type(name: str) -> str:
    """The Content-Type of a file, by the end of its name."""
    kind = _TYPES.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if is_text(kind) else kind

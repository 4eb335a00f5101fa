"""AVIF: boxes in boxes; the decoder reads them all."""

from chalicelib.imaging.containers.survey import Survey


def survey(data: bytes) -> Survey:
    """The survey of an AVIF; its body hides the EXIF item.

    The format's own rotation and mirror rule and EXIF's do not count, but a
    broken EXIF item would fail the decoder.
    """
    start, end = _meta(data)
    if b"Exif" not in data[start:end]:
        return Survey(data)
    hidden = data[start:end].replace(b"Exif", b"skip")
    return Survey(b"".join((data[:start], hidden, data[end:])))


def _meta(data: bytes) -> tuple[int, int]:
    """Where the `meta` box starts and ends; both 0 if there is none."""
    position = 0
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4])
        if length == 1:
            length = int.from_bytes(data[position + 8 : position + 16])
        if length < 8:
            break
        if data[position + 4 : position + 8] == b"meta":
            return position, min(position + length, len(data))
        position += length
    return 0, 0

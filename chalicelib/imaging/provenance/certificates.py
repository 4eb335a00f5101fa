"""The subject of an X.509 certificate: enough of DER to read it, and nothing else."""

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.imaging.formats.file_info import MalformedFile

_SEQUENCE, _SET, _VERSION, _OBJECT_ID = 0x30, 0x31, 0xA0, 0x06
_BEFORE_SUBJECT = 4  # serial number, algorithm, issuer, validity
_ORGANIZATION, _COMMON_NAME = b"\x55\x04\x0a", b"\x55\x04\x03"
_ENCODINGS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be"}
_MOST_VALUES = 100  # of one sequence


class _Value(NamedTuple):
    tag: int
    content: bytes


def subject_of(certificate: bytes) -> str:
    """Organization and common name of the subject; MalformedFile if it is malformed."""
    whole = _first(certificate, _SEQUENCE)
    fields = list(_values(_first(whole, _SEQUENCE)))
    has_version = bool(fields) and fields[0].tag == _VERSION
    position = _BEFORE_SUBJECT + has_version
    if len(fields) <= position:
        raise MalformedFile
    names = dict(_names(fields[position].content))
    found = [names[kind] for kind in (_ORGANIZATION, _COMMON_NAME) if names.get(kind)]
    return ", ".join(dict.fromkeys(found))


def _names(subject: bytes) -> Iterator[tuple[bytes, str]]:
    for group in _values(subject):
        for pair in _values(group.content) if group.tag == _SET else ():
            name, *rest = _values(pair.content)
            if name.tag == _OBJECT_ID and rest:
                encoding = _ENCODINGS.get(rest[0].tag, "latin-1")
                yield name.content, rest[0].content.decode(encoding, "replace")


def _first(data: bytes, tag: int) -> bytes:
    found = next(_values(data), None)
    if found is None or found.tag != tag:
        raise MalformedFile
    return found.content


def _values(data: bytes) -> Iterator[_Value]:
    position = 0
    for _ in range(_MOST_VALUES):
        if position + 2 > len(data):
            return
        tag, length = data[position], data[position + 1]
        position += 2
        if length & 0x80:
            width = length & 0x7F
            if not 0 < width <= 4:
                raise MalformedFile
            length = int.from_bytes(data[position : position + width])
            position += width
        if position + length > len(data):
            raise MalformedFile
        yield _Value(tag, data[position : position + length])
        position += length

"""XMP about gain maps: Adobe's and Google's (`hdrgm`, `Container`), and what Apple writes."""

from collections.abc import Sequence
from typing import NamedTuple

# Expat fetches no file and no URL; a document type, which could declare entities, is refused.
from xml.parsers.expat import ExpatError, ParserCreate

from chalicelib.imaging.gain_map.metadata import Channel, GainMapFault, Metadata, checked

PREFIX = b"http://ns.adobe.com/xap/1.0/\x00"

_HDRGM = "http://ns.adobe.com/hdr-gain-map/1.0/"
_CONTAINER = "http://ns.google.com/photos/1.0/container/"
_ITEM = f"{_CONTAINER}item/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_APPLE = "http://ns.apple.com/HDRGainMap/1.0/"
_APPLE_PIXELS = "http://ns.apple.com/pixeldatainfo/1.0/"
_APPLE_MAP = "urn:com:apple:photo:2020:aux:hdrgainmap"
_READ = (f"{_HDRGM} ", f"{_APPLE} ", f"{_APPLE_PIXELS} ")

_MOST_VALUES, _MOST_ITEMS, _LONGEST = 100, 20, 100  # characters


class Item(NamedTuple):
    """A picture or video in a file, in their order: what it is, and its bytes."""

    semantic: str
    length: int


class Packet(NamedTuple):
    """The values of properties about gain maps, and the items of the file."""

    values: dict[str, list[str]]
    items: list[Item]

    @property
    def announces(self) -> bool:
        """Whether it is of a picture with a gain map."""
        return f"{_HDRGM} Version" in self.values

    @property
    def describes(self) -> bool:
        """Whether it is that of a gain map, with what its levels mean."""
        return f"{_HDRGM} GainMapMax" in self.values

    @property
    def is_apple(self) -> bool:
        """Whether it is that of a gain map by Apple."""
        return self.values.get(f"{_APPLE_PIXELS} AuxiliaryImageType") == [_APPLE_MAP]

    @property
    def apple_headroom(self) -> float:
        """How many times white Apple's gain map reaches; 0 if the packet does not say it."""
        return self._numbers(_APPLE, "HDRGainMapHeadroom", 0.0)[0]

    def metadata(self) -> Metadata:
        """What the levels of the gain map mean; GainMapFault if that makes no sense."""
        if self.values.get(f"{_HDRGM} BaseRenditionIsHDR", ["False"])[0].lower() == "true":
            raise GainMapFault("unsupported")
        fields = [
            self._numbers(_HDRGM, name, default)
            for name, default in (
                ("GainMapMin", 0.0),
                ("GainMapMax", 1.0),
                ("Gamma", 1.0),
                ("OffsetSDR", 1 / 64),
                ("OffsetHDR", 1 / 64),
            )
        ]
        count = max(map(len, fields))
        if any(len(numbers) not in {1, count} for numbers in fields) or count not in {1, 3}:
            raise GainMapFault("malformed")
        rows = [numbers * (count // len(numbers)) for numbers in fields]
        channels = tuple(Channel(*column) for column in zip(*rows, strict=True))
        lowest = self._numbers(_HDRGM, "HDRCapacityMin", 0.0)[0]
        highest = self._numbers(_HDRGM, "HDRCapacityMax", max(c.high for c in channels))[0]
        return checked(Metadata(channels, lowest, highest))

    def _numbers(self, namespace: str, name: str, default: float) -> list[float]:
        try:
            return [float(text) for text in self.values.get(f"{namespace} {name}", [])] or [default]
        except ValueError as reason:
            raise GainMapFault("malformed") from reason


def read(block: bytes) -> Packet:
    """What an XMP segment, with or without its prefix, says; nothing if it is malformed."""
    reader = _Reader()
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(block.removeprefix(PREFIX).strip(b"\x00"), True)
    except (ExpatError, LookupError, ValueError):
        return Packet({}, [])
    return Packet(reader.values, reader.items)


def _refuse(*_: object) -> None:
    raise ValueError("a document type")


class _Reader:
    """Collects properties, given as attributes, text or lists, and items of a container."""

    def __init__(self) -> None:
        self.values: dict[str, list[str]] = {}
        self.items: list[Item] = []
        self._property = self._text = ""
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            self._keep(key, value)
        semantic = attributes.get(f"{_ITEM} Semantic")
        if semantic and len(self.items) < _MOST_ITEMS:
            length = attributes.get(f"{_ITEM} Length", "")
            is_number = length.isascii() and length.isdigit() and len(length) <= 12
            self.items.append(Item(semantic, int(length) if is_number else 0))
        if name.startswith(_READ):
            self._property = name
        self._text = ""

    def end(self, name: str) -> None:
        if name in {self._property, f"{_RDF} li"}:
            self._keep(self._property, self._text)
        if name == self._property:
            self._property = ""
        self._text = ""

    def text(self, text: str) -> None:
        if self._property and len(self._text) < _LONGEST:
            self._text += text

    def _keep(self, key: str, text: str) -> None:
        if key.startswith(_READ) and text.strip() and self._count < _MOST_VALUES:
            self.values.setdefault(key, []).append(text.strip()[:_LONGEST])
            self._count += 1


def of_picture(length: int, attributes: str = "") -> bytes:
    """The segment of a picture that a gain map of `length` bytes follows.

    `attributes` are further ones of its description.
    """
    return _packet(
        f'xmlns:hdrgm="{_HDRGM}" xmlns:Container="{_CONTAINER}" xmlns:Item="{_ITEM}"'
        f' hdrgm:Version="1.0" {attributes}',
        '<Container:Directory><rdf:Seq><rdf:li rdf:parseType="Resource"><Container:Item'
        ' Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li><rdf:li'
        ' rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap"'
        f' Item:Mime="image/jpeg" Item:Length="{length}"/></rdf:li></rdf:Seq>'
        "</Container:Directory>",
    )


def of_gain_map(metadata: Metadata) -> bytes:
    """The segment of a gain map with this meaning."""
    fields = {
        "GainMapMin": [channel.low for channel in metadata.channels],
        "GainMapMax": [channel.high for channel in metadata.channels],
        "Gamma": [channel.gamma for channel in metadata.channels],
        "OffsetSDR": [channel.sdr_offset for channel in metadata.channels],
        "OffsetHDR": [channel.hdr_offset for channel in metadata.channels],
        "HDRCapacityMin": [metadata.sdr_headroom],
        "HDRCapacityMax": [metadata.hdr_headroom],
    }
    equal = {name: numbers[0] for name, numbers in fields.items() if len(set(numbers)) == 1}
    attributes = "".join(f' hdrgm:{name}="{_text(number)}"' for name, number in equal.items())
    lists = "".join(_list(name, fields[name]) for name in fields if name not in equal)
    return _packet(
        f'xmlns:hdrgm="{_HDRGM}" hdrgm:Version="1.0" hdrgm:BaseRenditionIsHDR="False"{attributes}',
        lists,
    )


def _list(name: str, numbers: Sequence[float]) -> str:
    items = "".join(f"<rdf:li>{_text(number)}</rdf:li>" for number in numbers)
    return f"<hdrgm:{name}><rdf:Seq>{items}</rdf:Seq></hdrgm:{name}>"


def _text(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _packet(attributes: str, content: str) -> bytes:
    return (
        PREFIX
        + (
            f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
            f'<rdf:Description rdf:about="" {attributes}>{content}</rdf:Description>'
            "</rdf:RDF></x:xmpmeta>"
        ).encode()
    )

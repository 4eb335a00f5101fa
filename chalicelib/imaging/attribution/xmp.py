"""XMP: RDF in XML, of which creator, rights and IPTC's digital source type are read."""

# Expat fetches no file and no URL; a document type, which could declare entities, is refused.
from xml.parsers.expat import ParserCreate

from chalicelib.model.provenance import VOCABULARY

_DC = "http://purl.org/dc/elements/1.1/"
_CREATOR, _RIGHTS = f"{_DC} creator", f"{_DC} rights"
_IPTC_EXTENSION = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_SOURCE_TYPE = f"{_IPTC_EXTENSION} DigitalSourceType"
_PROPERTIES = (_CREATOR, _RIGHTS, _SOURCE_TYPE)
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_ITEM, _DESCRIPTION, _RESOURCE = f"{_RDF} li", f"{_RDF} Description", f"{_RDF} resource"
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    f'<rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about="" {{}}/></rdf:RDF></x:xmpmeta>'
)
_LONGEST = 1 << 20  # bytes
_MOST_ITEMS = 100
_MOST_TEXT = 8_000  # characters


def read(packet: bytes) -> tuple[str, str]:
    """Creators and rights in `packet`; ExpatError, LookupError or ValueError if it is malformed."""
    reader = _parsed(packet)
    return "; ".join(reader.creators), reader.rights.get("x-default") or next(
        iter(reader.rights.values()), ""
    )


def source_types(packet: bytes) -> list[str]:
    """The digital source types in `packet`, as they are written; raises as `read` does."""
    return _parsed(packet).source_types


def packet_of(source_type: str) -> bytes:
    """A packet with a term of IPTC's digital source types and nothing else; empty without one."""
    return _PACKET.format(attributes_of(source_type)).encode() if source_type else b""


def attributes_of(source_type: str) -> str:
    """The attributes of a description that say this term; empty without one."""
    if not source_type:
        return ""
    return (
        f'xmlns:Iptc4xmpExt="{_IPTC_EXTENSION}"'
        f' Iptc4xmpExt:DigitalSourceType="{VOCABULARY}{source_type}"'
    )


def _parsed(packet: bytes) -> "_Reader":
    reader = _Reader()
    if not packet or len(packet) > _LONGEST:
        return reader
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.Parse(packet.strip(b"\x00"), True)
    return reader


def _refuse(*_: object) -> None:
    raise ValueError("a document type")


class _Reader:
    """Collects the properties, given as text, list items, attributes or resources."""

    def __init__(self) -> None:
        self.creators: list[str] = []
        self.rights: dict[str, str] = {}
        self.source_types: list[str] = []
        self._property = ""
        self._language = ""
        self._text = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _DESCRIPTION:
            for key in _PROPERTIES:
                self._keep(key, attributes.get(key, ""), "")
        if name in _PROPERTIES:
            self._property = name
            self._keep(name, attributes.get(_RESOURCE, ""), "")
        if name in (*_PROPERTIES, _ITEM):
            self._language, self._text = attributes.get(_LANGUAGE, ""), ""

    def end(self, name: str) -> None:
        if name in (self._property, _ITEM):
            self._keep(self._property, self._text, self._language)
            self._text = ""
        if name == self._property:
            self._property = ""

    def text(self, text: str) -> None:
        if self._property and len(self._text) < _MOST_TEXT:
            self._text += text

    def _keep(self, key: str, text: str, language: str) -> None:
        if not text.strip():
            return
        if key == _CREATOR and len(self.creators) < _MOST_ITEMS:
            self.creators.append(text.strip())
        elif key == _RIGHTS and len(self.rights) < _MOST_ITEMS:
            self.rights.setdefault(language, text.strip())
        elif key == _SOURCE_TYPE and len(self.source_types) < _MOST_ITEMS:
            self.source_types.append(text.strip())

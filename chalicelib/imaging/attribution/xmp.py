"""XMP: RDF in XML, of which two Dublin Core properties are read."""

# Expat fetches no file and no URL; a document type, which could declare entities, is refused.
from xml.parsers.expat import ParserCreate

_DC = "http://purl.org/dc/elements/1.1/"
_CREATOR, _RIGHTS = f"{_DC} creator", f"{_DC} rights"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_ITEM, _DESCRIPTION = f"{_RDF} li", f"{_RDF} Description"
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_LONGEST = 1 << 20  # bytes
_MOST_ITEMS = 100
_MOST_TEXT = 8_000  # characters


def read(packet: bytes) -> tuple[str, str]:
    """Creators and rights in `packet`; ExpatError, LookupError or ValueError if it is malformed."""
    if not packet or len(packet) > _LONGEST:
        return "", ""
    reader = _Reader()
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.Parse(packet.strip(b"\x00"), True)
    return "; ".join(reader.creators), reader.rights.get("x-default") or next(
        iter(reader.rights.values()), ""
    )


def _refuse(*_: object) -> None:
    raise ValueError("a document type")


class _Reader:
    """Collects the two properties, given as text, list items or attributes."""

    def __init__(self) -> None:
        self.creators: list[str] = []
        self.rights: dict[str, str] = {}
        self._property = ""
        self._language = ""
        self._text = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _DESCRIPTION:
            for key in (_CREATOR, _RIGHTS):
                self._keep(key, attributes.get(key, ""), "")
        if name in (_CREATOR, _RIGHTS):
            self._property = name
        if name in (_CREATOR, _RIGHTS, _ITEM):
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

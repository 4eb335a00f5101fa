"""Published files: their keys, URLs and signatures, and which rendition each of them shows.

Besides its renditions, whose keys change with their bytes, an image has files whose keys do not:

    {id}/i/{variant}.{ext}                        the current rendition of a variant
    {id}/w/{width}-{generation}.{ext}             a width of the ladder, rendered on demand
    {id}/s/{options}-{generation}-{signature}.{ext}   a signed transformation, likewise

All files of a private image are below `private/`, and so are the paths of their URLs.

The CDN turns requests into these keys (`ops/local/http/edge.py` locally, a CloudFront Function in
AWS), so that equal requests share one cached copy whatever their spelling.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal, get_args
from urllib.parse import urlencode

import msgspec
from msgspec import Meta, Struct

from chalicelib.errors import NotFound
from chalicelib.model.formats import FORMATS, PREFERENCE, OutputFormat
from chalicelib.model.image import Rendition
from chalicelib.model.keys import (
    ULID_PATTERN,
    files_prefix,
    public_address,
    without_private,
)
from chalicelib.model.variants import Format, Sizes, Variant, VariantsTable

STABLE, WIDTHS, SIGNED = "i", "w", "s"  # the folders
FALLBACK = ("jpg", "png")  # suffixes of formats that every client shows
LONGEST_SIDE = 8_192  # pixels, of a signed transformation

_FORMAT_OF_EXTENSION: dict[str, OutputFormat] = {
    FORMATS[output].extension: output for output in PREFERENCE
}
EXTENSIONS = tuple(_FORMAT_OF_EXTENSION)
_EXTENSION = "|".join(EXTENSIONS)
_NAME = "[a-z0-9][a-z0-9_-]{0,31}"
_OPTIONS = {
    "f": "avif|webp|jpeg|png",
    "fit": "inside|cover|contain",
    "h": "[1-9][0-9]{0,3}",
    "q": "[1-9][0-9]?|100",
    "w": "[1-9][0-9]{0,3}",
}
_STABLE_FILE = re.compile(rf"({_NAME})\.({_EXTENSION})")
_WIDTH_FILE = re.compile(rf"([1-9][0-9]{{0,4}})-([0-9a-f]{{8}})\.({_EXTENSION})")
_SIGNED_FILE = re.compile(rf"([a-z0-9_]+)-([0-9a-f]{{8}})-([0-9a-f]{{64}})\.({_EXTENSION})")
_WRITTEN_OPTIONS = re.compile(
    "".join(f"(?:{name}(?P<{name}>{pattern})(?:_|$))?" for name, pattern in _OPTIONS.items())
)

FILE_PATTERN = (
    rf"{STABLE}/{_NAME}\.(?:{_EXTENSION})"
    rf"|{WIDTHS}/[1-9][0-9]{{0,4}}-[0-9a-f]{{8}}\.(?:{_EXTENSION})"
    rf"|{SIGNED}/[a-z0-9_]{{2,64}}-[0-9a-f]{{8}}-[0-9a-f]{{64}}\.(?:{_EXTENSION})"
)
PUBLISHED_PATTERN = rf"{ULID_PATTERN}/(?:{FILE_PATTERN})"

_Side = Annotated[int, Meta(ge=1, le=LONGEST_SIDE)]


class StableFile(Struct, frozen=True):
    """The file `{variant}.{extension}` that always shows the current rendition."""

    variant: str
    extension: str


class WidthFile(Struct, frozen=True):
    """A size on demand of `width` pixels, made by the rules of `generation`."""

    width: int
    generation: str
    extension: str


class Transformation(Struct, frozen=True, kw_only=True):
    """What a signature allows; `f`, `fit`, `h`, `q` and `w` of the query.

    Sides in pixels; at least one of them is set. `format` is None if the client's `Accept` decides.
    """

    width: _Side | None = None
    height: _Side | None = None
    fit: Literal["inside", "cover", "contain"] | None = None
    quality: Annotated[int, Meta(ge=1, le=100)] | None = None
    format: Literal["avif", "webp", "jpeg", "png"] | None = None

    @property
    def query(self) -> str:
        """The query that is signed: sorted, without the signature."""
        return urlencode(self._options())

    @property
    def name(self) -> str:
        """The query as part of a key."""
        return "_".join(f"{name}{value}" for name, value in self._options().items())

    def _options(self) -> dict[str, str]:
        values = {
            "f": self.format,
            "fit": self.fit,
            "h": self.height,
            "q": self.quality,
            "w": self.width,
        }
        return {name: str(value) for name, value in values.items() if value is not None}


class SignedFile(Struct, frozen=True):
    """A transformation on demand, made by the rules of `generation`."""

    transformation: Transformation
    generation: str
    signature: str
    extension: str


File = StableFile | WidthFile | SignedFile


def parse_file(folder: str, name: str) -> File:
    """The file with this key, without the image's id; NotFound if it has no file's form."""
    match folder:
        case "i" if found := _STABLE_FILE.fullmatch(name):
            return StableFile(*found.groups())
        case "w" if found := _WIDTH_FILE.fullmatch(name):
            return WidthFile(int(found[1]), found[2], found[3])
        case "s" if found := _SIGNED_FILE.fullmatch(name):
            return SignedFile(_transformation(found[1]), found[2], found[3], found[4])
    raise NotFound("There is no such file.")


def file_key(image_id: str, file: File, *, private: bool = False) -> str:
    """The file's key in the images bucket."""
    prefix = files_prefix(image_id, private=private)
    match file:
        case StableFile():
            return f"{prefix}{STABLE}/{file.variant}.{file.extension}"
        case WidthFile():
            return f"{prefix}{WIDTHS}/{file.width}-{file.generation}.{file.extension}"
        case SignedFile():
            name = f"{file.transformation.name}-{file.generation}-{file.signature}"
            return f"{prefix}{SIGNED}/{name}.{file.extension}"


def is_on_demand(key: str) -> bool:
    """Whether the key is that of a file that is rendered on demand."""
    _, _, rest = without_private(key).partition("/")
    return rest.startswith((f"{WIDTHS}/", f"{SIGNED}/"))


def is_of(key: str, generation: str) -> bool:
    """Whether a file was rendered by the rules of this generation; a stable one always is."""
    return not is_on_demand(key) or f"-{generation}" in key.rpartition("/")[2]


def stable_file_of(key: str) -> StableFile | None:
    """The stable file with this key; None for all other keys."""
    _, _, path = without_private(key).partition("/")
    folder, _, name = path.partition("/")
    found = _STABLE_FILE.fullmatch(name) if folder == STABLE else None
    return StableFile(*found.groups()) if found else None


def is_published(key: str) -> bool:
    """Whether the key has the form of one of these files of a public image."""
    return re.fullmatch(PUBLISHED_PATTERN, key) is not None


def site_address(public_url: str) -> str:
    """The base of stable URLs: PUBLIC_URL without the folder of the renditions."""
    return public_url.rstrip("/").removesuffix("/images")


class Urls(Struct, frozen=True):
    """The URLs of one image's files, public or private.

    The CDN serves private ones only with its own signature: `stable_signature` is the query with
    which it serves everything below `/private/i/{id}`, `file_signature` that for
    `/private/images/{id}/`. Both are empty for a public image, and where nothing may be signed.
    """

    public_url: str
    image_id: str
    private: bool = False
    stable_signature: str = ""
    file_signature: str = ""

    def stable(self, variant: str, extension: str = "") -> str:
        """That of a variant's current rendition; without an extension `Accept` decides."""
        suffix = f".{extension}" if extension else ""
        return self._signed(f"{self._stable_base()}/{variant}{suffix}", self.stable_signature)

    def width(self, width: int) -> str:
        """That of a width of the ladder, in the best format that `Accept` allows."""
        return self._signed(f"{self._stable_base()}?w={width}", self.stable_signature)

    def published(self, key: str) -> str:
        """That of one of these files by its key: exactly this file, whatever `Accept` says."""
        name = without_private(key).partition("/")[2]
        return self._signed(f"{self._stable_base()}/{name}", self.stable_signature)

    def rendition(self, key: str) -> str:
        """That of exactly this rendition."""
        if not self.private:
            return public_address(self.public_url, key)
        address = public_address(f"{self._site()}/images", without_private(key))
        return self._signed(address, self.file_signature)

    @property
    def stable_resource(self) -> str:
        """What a signature for all stable URLs allows, as the resource of CloudFront's policy.

        The id is not behind a wildcard: `*` matches any text, and a policy's resource is compared
        with the URL and its query, so `/private/*/{id}*` would allow `/private/i/OTHER?/{id}`.
        """
        return f"{self._stable_base()}*"

    @property
    def file_resource(self) -> str:
        """The same for all renditions by their keys."""
        return f"{self._site()}/images/{self.image_id}/*"

    def _stable_base(self) -> str:
        return f"{self._site()}/i/{self.image_id}"

    def _site(self) -> str:
        return site_address(self.public_url) + ("/private" if self.private else "")

    def _signed(self, url: str, signature: str) -> str:
        if not signature:
            return url
        return f"{url}{'&' if '?' in url else '?'}{signature}"


def signature_of(key: bytes, image_id: str, transformation: Transformation) -> str:
    """HMAC-SHA256 (hex) over the path and the sorted query, such as `/i/{id}?h=200&w=300`."""
    text = f"/i/{image_id}?{transformation.query}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def signed_url(public_url: str, key: bytes, image_id: str, transformation: Transformation) -> str:
    """The URL of a transformation of a public image."""
    signature = signature_of(key, image_id, transformation)
    query = f"{transformation.query}&s={signature}"
    return f"{site_address(public_url)}/i/{image_id}?{query}"


def extensions_of(formats: Iterable[Format | Literal["fallback"]]) -> tuple[str, ...]:
    """The suffixes that a variant of these formats is published under.

    Which format "original" becomes depends on the image, so it has one for each kind of client.
    """
    found: dict[str, None] = {}
    for name in formats:
        if name == "original":
            found |= dict.fromkeys(("avif", "webp", "jpg"))
        elif name != "fallback":
            found[FORMATS[name].extension] = None
    return tuple(found)


def stand_in(renditions: Iterable[Rendition], extension: str) -> Rendition | None:
    """The rendition to show under a suffix: in that format, or in one with wider support.

    The best of them, and among equals the largest. None if clients that asked for this suffix may
    show none of them.
    """
    wanted = _FORMAT_OF_EXTENSION[extension]
    ranks = {output: rank for rank, output in enumerate(PREFERENCE)}
    lowest = ranks["jpeg"] if extension in FALLBACK else ranks[wanted]
    usable = [r for r in renditions if ranks[_output(r)] >= lowest]
    return min(
        usable,
        key=lambda r: (r.format != wanted, ranks[_output(r)], -r.width * r.height),
        default=None,
    )


def stable_files(
    variants: Sequence[Variant], renditions: Sequence[Rendition]
) -> dict[StableFile, Rendition]:
    """The files that are published with an image, and the rendition that each shows."""
    files: dict[StableFile, Rendition] = {}
    for variant in variants:
        own = [rendition for rendition in renditions if rendition.variant == variant.name]
        extensions = dict.fromkeys(extensions_of(variant.formats))
        if any(rendition.hdr for rendition in own):
            extensions[FORMATS["jpeg"].extension] = None
        for extension in extensions:
            shown = stand_in(own, extension)
            if shown:
                files[StableFile(variant.name, extension)] = shown
    return files


def nearest(renditions: Sequence[Rendition], width: int, extension: str) -> Rendition | None:
    """The rendition that comes closest to a size: the smallest that is at least so wide."""
    widths = sorted({rendition.width for rendition in renditions})
    for candidate in [*(w for w in widths if w >= width), *reversed(widths)]:
        found = stand_in([r for r in renditions if r.width == candidate], extension)
        if found:
            return found
    return None


def size_rule(sizes: Sizes, file: WidthFile | SignedFile) -> Variant:
    """The rule by which a size on demand is rendered."""
    output: Format | Literal["fallback"] = "fallback"
    if file.extension not in FALLBACK:
        output = _FORMAT_OF_EXTENSION[file.extension]
    width: int | None
    height = fit = quality = None
    if isinstance(file, WidthFile):
        width = file.width
    else:
        wanted = file.transformation
        width, height, fit, quality = wanted.width, wanted.height, wanted.fit, wanted.quality
        output = wanted.format or output
    return msgspec.structs.replace(
        sizes.rule,
        width=width,
        height=height,
        fit=fit or "inside",
        formats=(output,),
        quality=quality or sizes.quality,
    )


class EdgeTable(Struct, frozen=True, kw_only=True):
    """What the CDN must know to turn a request into a key.

    `formats` are a letter for each format that is offered, the best first: "a" for AVIF, "w" for
    WebP, "p" if the fallback is a PNG.
    """

    variants: dict[str, str]
    widths: tuple[int, ...]
    formats: str
    generation: str


def edge_table(table: VariantsTable, generation: str) -> EdgeTable:
    """The table of the CDN for a variants table."""
    return EdgeTable(
        variants={v.name: _letters(extensions_of(v.formats)) for v in table.variants},
        widths=table.sizes.widths,
        formats=_letters(extensions_of(table.sizes.formats)),
        generation=generation,
    )


def _letters(extensions: Sequence[str]) -> str:
    letters = "".join(letter for letter, name in _LETTERS.items() if name in extensions)
    return letters + ("p" if "png" in extensions and "jpg" not in extensions else "")


_LETTERS: Mapping[str, str] = {"a": "avif", "w": "webp"}


def _output(rendition: Rendition) -> OutputFormat:
    return next(output for output in get_args(OutputFormat) if output == rendition.format)


def _transformation(text: str) -> Transformation:
    found = _WRITTEN_OPTIONS.fullmatch(text)
    options = found.groupdict() if found else {}
    names = {"w": "width", "h": "height", "q": "quality", "fit": "fit", "f": "format"}
    given = {names[name]: value for name, value in options.items() if value is not None}
    try:
        wanted = msgspec.convert(given, Transformation, strict=False)
    except msgspec.ValidationError as reason:
        raise NotFound("There is no such file.") from reason
    is_boxed = wanted.fit in (None, "inside") or (wanted.width and wanted.height)
    if wanted.name != text or not (wanted.width or wanted.height) or not is_boxed:
        raise NotFound("There is no such file.")
    return wanted

"""The variants table: named rendering rules and sizes on demand, read from TOML and validated."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from chalicelib.errors import SettingsError
from chalicelib.model.edits import Edit
from chalicelib.model.focal_point import FocalPoint

DEFAULT_TABLE = Path(__file__).parents[1] / "variants.toml"

MOST_RENDITIONS = 250  # an image's record and events name each, within 400 KB and 256 KB
SIZES = "sizes"  # the section of the table that is not a variant

_ROOT = Path(__file__).parents[2]
FOLDERS = (_ROOT / "vendor", _ROOT)  # Chalice packages the files of vendor/ beside app.py

Marks = Mapping[str, bytes]

Side = Annotated[int, Meta(ge=1, le=16383)]  # 16383 is WebP's longest side
Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")]
Format = Literal["webp", "avif", "jpeg", "png", "original"]
Fallback = Literal["fallback"]  # PNG if the image has transparency, else JPEG; not for tables
Quality = Annotated[int, Meta(ge=1, le=100)] | Literal["auto"]

# CSS: a media condition, and the lengths of a `sizes` attribute. Neither may end its attribute.
Media = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9 ().:,/<>=%*+_-]+$", max_length=200)]

Share = Annotated[float, Meta(gt=0, le=1)]
Position = Literal[
    "top-left", "top", "top-right",
    "left", "center", "right",
    "bottom-left", "bottom", "bottom-right",
]  # fmt: skip


class Watermark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A PNG laid over a rendition; `width` and `margin` are shares of the rendition's width.

    It is a `file` in the package or an `object` in the images bucket.
    """

    file: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*\.png$")] | None = None
    object: (
        Annotated[str, Meta(pattern=r"^watermarks/[A-Za-z0-9_-][A-Za-z0-9._-]*\.png$")] | None
    ) = None
    position: Position = "bottom-right"
    opacity: Share = 1.0
    width: Share = 0.2
    margin: Annotated[float, Meta(ge=0, le=0.5)] = 0.02

    @property
    def source(self) -> str:
        """The file's name or the object's key."""
        return self.file or self.object or ""


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rendering rule. `width` and `height` in pixels; at least one of them is set.

    `sharpen` is the strength of an unsharp mask over reduced images, 0 for none. `media` is the
    CSS condition under which the markup shows this variant instead of the whole image. With `hdr`
    the JPEG of an HDR photo has a gain map; there is one whatever the formats.
    """

    name: Name
    width: Side | None = None
    height: Side | None = None
    fit: Literal["inside", "cover", "contain"] = "inside"
    formats: Annotated[tuple[Format | Fallback, ...], Meta(min_length=1)] = ("webp",)
    quality: Quality = 82
    upscale: bool = False
    background: Colour = "#ffffff"
    sharpen: Annotated[float, Meta(ge=0, le=1)] = 0.0
    watermark: Watermark | None = None
    media: Media | None = None
    hdr: bool = False

    @property
    def most_renditions(self) -> int:
        """How many renditions an image may have of it."""
        return len(self.formats) + (self.hdr and "jpeg" not in self.formats)


class Sizes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How sizes on demand are rendered: the section `[sizes]` of the variants table.

    `widths` in pixels, ascending; other widths are rounded up to the next of them. A request with
    a signature may have any width and height, and a `quality` of its own. `layout` is how wide
    pages show images: the `sizes` attribute of the markup.
    """

    widths: Annotated[tuple[Side, ...], Meta(min_length=1, max_length=32)] = (
        320,
        480,
        640,
        960,
        1280,
        1920,
        2560,
        3840,
    )
    formats: tuple[Literal["avif", "webp"], ...] = ("webp",)
    quality: Quality = 82
    sharpen: Annotated[float, Meta(ge=0, le=1)] = 0.0
    watermark: Watermark | None = None
    layout: Media = "100vw"

    def width(self, wanted: int) -> int:
        """The smallest of the widths that is at least `wanted`, or the largest."""
        return next((width for width in self.widths if width >= wanted), self.widths[-1])

    @property
    def rule(self) -> Variant:
        """What all sizes have in common, as a variant; its width is arbitrary."""
        return Variant(
            name=SIZES,
            width=self.widths[0],
            formats=self.formats,
            quality=self.quality,
            sharpen=self.sharpen,
            watermark=self.watermark,
        )

    def generation(self, watermarks: Marks, *, keep_credits: bool, smart_crop: bool = True) -> str:
        """A hash (8 hex digits) that changes whenever the same request might be rendered anew.

        A watermark in the bucket counts by its name.
        """
        mark = self.watermark
        files = {mark.object: b""} if mark and mark.object else watermarks
        centred = () if smart_crop else ("centred",)
        return _hash_of(self.rule, files, (keep_credits, *centred))[:8]


class VariantsTable(Struct, frozen=True, kw_only=True):
    """A variants table: its variants, in order, and its sizes on demand."""

    variants: tuple[Variant, ...]
    sizes: Sizes = Sizes()

    @property
    def layout(self) -> str:
        """The `sizes` attribute of the markup."""
        return self.sizes.layout

    @property
    def rules(self) -> tuple[Variant, ...]:
        """The variants, and the rule of the sizes: all that may name a watermark."""
        return (*self.variants, self.sizes.rule)


def load_variants(path: Path = DEFAULT_TABLE) -> tuple[Variant, ...]:
    """The variants in the table at `path`, in order; SettingsError names the invalid field."""
    return load_table(path).variants


def load_table(path: Path = DEFAULT_TABLE) -> VariantsTable:
    """The table at `path`; SettingsError names the invalid field."""
    try:
        table = msgspec.toml.decode(path.read_bytes(), type=dict[str, object])
    except OSError as reason:
        raise SettingsError(f"The variants table {path.name} cannot be read.") from reason
    except UnicodeDecodeError as reason:
        raise SettingsError(f"The variants table {path.name} is not UTF-8 text.") from reason
    except msgspec.MsgspecError as reason:
        raise SettingsError(f"The variants table {path.name} is wrong: {reason}.") from reason
    sizes = _sizes(path, table.pop(SIZES, {}))
    if not table:
        raise SettingsError(f"The variants table {path.name} has no variant.")
    variants = tuple(_variant(path, name, rule) for name, rule in table.items())
    if sum(variant.most_renditions for variant in variants) > MOST_RENDITIONS:
        raise SettingsError(
            f"The variants table {path.name} makes more than {MOST_RENDITIONS} renditions."
        )
    return VariantsTable(variants=variants, sizes=sizes)


def _sizes(path: Path, rule: object) -> Sizes:
    try:
        sizes = msgspec.convert(rule, Sizes)
    except msgspec.ValidationError as reason:
        sentence = f"The section {SIZES} in {path.name} is wrong: {reason}."
        raise SettingsError(sentence) from reason
    if any(left >= right for left, right in pairwise(sizes.widths)):
        raise SettingsError(f"The widths of {SIZES} in {path.name} must ascend.")
    if len(set(sizes.formats)) != len(sizes.formats):
        raise SettingsError(f"The section {SIZES} in {path.name} names a format twice.")
    _check_watermark(SIZES, sizes.watermark)
    return sizes


def _variant(path: Path, name: str, rule: object) -> Variant:
    try:
        options = msgspec.convert(rule, dict[str, object])
        variant = msgspec.convert({**options, "name": name}, Variant)
    except msgspec.ValidationError as reason:
        sentence = f"The variant {name} in {path.name} is wrong: {reason}."
        raise SettingsError(sentence) from reason
    _check(variant)
    return variant


def _check(variant: Variant) -> None:
    if variant.width is None and variant.height is None:
        raise SettingsError(f"The variant {variant.name} needs a width or a height.")
    if variant.fit != "inside" and (variant.width is None or variant.height is None):
        raise SettingsError(
            f"The variant {variant.name} needs a width and a height for {variant.fit}."
        )
    _check_watermark(variant.name, variant.watermark)
    if "fallback" in variant.formats:
        raise SettingsError(f"The variant {variant.name} names the format fallback.")
    if len(set(variant.formats)) != len(variant.formats):
        raise SettingsError(f"The variant {variant.name} names a format twice.")


def _check_watermark(name: str, mark: Watermark | None) -> None:
    if mark and bool(mark.file) == bool(mark.object):
        raise SettingsError(f"The watermark of {name} needs either a file or an object.")


def watermark_folders(path: Path) -> tuple[Path, ...]:
    """Where the watermarks of the table at `path` may be: beside it, or in the package."""
    return (path.parent, *FOLDERS)


def load_watermarks(variants: tuple[Variant, ...], folders: Sequence[Path] = FOLDERS) -> Marks:
    """The watermark files of `variants`, by name.

    SettingsError names a missing one, and the first variant that needs it.
    """
    marks = [(v.watermark.file, v.name) for v in variants if v.watermark and v.watermark.file]
    needed = dict(reversed(marks))
    return {file: _first_of(file, needed[file], folders) for file in sorted(needed)}


def watermark_objects(variants: tuple[Variant, ...]) -> list[str]:
    """The keys of the watermarks of `variants` that are objects in the images bucket."""
    marks = [variant.watermark for variant in variants if variant.watermark]
    return sorted({mark.object for mark in marks if mark.object})


def rules_of(
    variants: tuple[Variant, ...],
    watermarks: Marks,
    focal_point: FocalPoint | None,
    edits: Sequence[Edit] = (),
    *,
    keep_credits: bool,
    ai_label: str = "",
    signer: str = "",
) -> dict[str, str]:
    """A hash (16 hex digits) for each variant, which changes whenever its renditions might.

    `signer` identifies the certificate that they are signed with; empty if they are not.
    """
    # Images without edits, and without a label, keep the hashes they have.
    recipe = (tuple(edits),) if edits or ai_label else ()
    label = (ai_label,) if ai_label else ()
    signature = (("signer", signer),) if signer else ()
    return {
        variant.name: _hash_of(
            variant,
            watermarks,
            (
                keep_credits,
                focal_point if variant.fit == "cover" else None,
                *recipe,
                *label,
                *signature,
            ),
        )
        for variant in variants
    }


def _hash_of(variant: Variant, watermarks: Marks, options: tuple[object, ...]) -> str:
    import hashlib  # loads OpenSSL: 3 MB that rendering alone does not need

    # Lists around both: any change to these bytes would make every image render again. That is
    # why a field that was added later is left out where it changes no pixel.
    fields = msgspec.to_builtins(variant)
    del fields["media"]
    if not variant.hdr:
        del fields["hdr"]
    digest = hashlib.sha256(msgspec.json.encode([fields], order="deterministic"))
    if variant.watermark:
        digest.update(hashlib.sha256(watermarks[variant.watermark.source]).digest())
    digest.update(msgspec.json.encode([options]))
    return digest.hexdigest()[:16]


def _first_of(name: str, variant: str, folders: Sequence[Path]) -> bytes:
    path = next((f / name for f in folders if (f / name).is_file()), None)
    if path is None:
        raise SettingsError(f"The watermark {name} of the variant {variant} is missing.")
    return path.read_bytes()

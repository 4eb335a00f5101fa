"""The variants table: named rendering rules, read from TOML and checked whole."""

import hashlib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from chalicelib.errors import SettingsError

DEFAULT_TABLE = Path(__file__).with_name("variants.toml")

Side = Annotated[int, Meta(ge=1, le=16383)]  # 16383 is the longest side that WebP can hold
Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")]
Format = Literal["webp", "avif", "jpeg", "png", "original"]


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rendering rule. `width` and `height` in pixels; at least one of them is set."""

    name: Name
    width: Side | None = None
    height: Side | None = None
    fit: Literal["inside", "cover", "contain"] = "inside"
    formats: Annotated[tuple[Format, ...], Meta(min_length=1)] = ("webp",)
    quality: Annotated[int, Meta(ge=1, le=100)] = 82
    upscale: bool = False
    background: Colour = "#ffffff"


def load_variants(path: Path = DEFAULT_TABLE) -> tuple[Variant, ...]:
    """The table at `path`, in its own order; SettingsError names the field at fault."""
    try:
        table = msgspec.toml.decode(path.read_bytes(), type=dict[str, dict[str, object]])
        variants = tuple(
            msgspec.convert({**rule, "name": name}, Variant) for name, rule in table.items()
        )
    except OSError as reason:
        raise SettingsError(f"The variants table {path.name} cannot be read.") from reason
    except msgspec.MsgspecError as reason:
        raise SettingsError(f"The variants table {path.name} is wrong: {reason}.") from reason
    if not variants:
        raise SettingsError(f"The variants table {path.name} has no variant.")
    for variant in variants:
        _check(variant)
    return variants


def _check(variant: Variant) -> None:
    if variant.width is None and variant.height is None:
        raise SettingsError(f"The variant {variant.name} needs a width or a height.")
    if variant.fit != "inside" and (variant.width is None or variant.height is None):
        raise SettingsError(
            f"The variant {variant.name} needs a width and a height for {variant.fit}."
        )
    if len(set(variant.formats)) != len(variant.formats):
        raise SettingsError(f"The variant {variant.name} names a format twice.")


def hash_of(variants: tuple[Variant, ...]) -> str:
    """16 hex digits that change whenever a rule does."""
    return hashlib.sha256(msgspec.json.encode(variants, order="deterministic")).hexdigest()[:16]

"""The contenders: Darkroom, its rivals, and the floor under both."""

import json
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import toolchain
from chalicelib.model.variants import Variant


class Contender(NamedTuple):
    """A program that does the standard job on `cpus` processors.

    Its quality is searched, starting at its own default `quality`, unless that
    is `fixed`. Contenders of one `family` write the same files. The floor reads
    only JPEGs, and its files are not scored: they show nothing new.
    """

    name: str
    title: str
    command: tuple[str, ...]
    family: str
    quality: int
    fixed: bool = False
    cpus: int = 1
    output: str = "webp"
    is_floor: bool = False

    def reads(self, photograph: Path) -> bool:
        """Whether the contender can read `photograph`."""
        return not self.is_floor or photograph.suffix.lower() in {".jpg", ".jpeg"}


def contenders() -> list[Contender]:
    """All contenders, Darkroom first: the others' quality is matched to its default."""
    return [*_darkroom(), *_sharp(), *_others(), *_floor()]


def _darkroom() -> list[Contender]:
    def ours(name: str, title: str, family: str, cpus: int = 1, **options: object) -> Contender:
        command = (*toolchain.ours("darkroom"), json.dumps(options))
        output = "avif" if "avif" in options else "webp"
        fixed = output == "webp" and "method" not in options
        return Contender(name, title, command, family, default_quality(), fixed, cpus, output)

    return [
        ours("darkroom", "Darkroom", "darkroom"),
        ours("darkroom-2", "Darkroom, two CPUs", "darkroom", 2),
        ours("darkroom-method-4", "Darkroom at WebP method 4", "darkroom-method-4", method=4),
        ours("darkroom-avif", "Darkroom, AVIF beside WebP", "darkroom-avif", avif=True),
        ours("darkroom-auto", 'Darkroom, quality "auto"', "darkroom-auto", auto=True),
    ]


def default_quality() -> int:
    """The quality of a variant that sets none."""
    fields = {field.name: field.default for field in msgspec.structs.fields(Variant)}
    quality: int = fields["quality"]
    return quality


def _sharp() -> list[Contender]:
    def sharp(mode: str, effort: int, cpus: int, title: str) -> Contender:
        family = f"sharp-{mode}-{effort}"
        command = (*toolchain.in_node("sharp.mjs"), json.dumps({"mode": mode, "effort": effort}))
        name = family if cpus == 1 else f"{family}-2"
        return Contender(name, title, command, family, 80, cpus=cpus)

    return [
        sharp("clones", 4, 1, "sharp as documented: clones, effort 4"),
        sharp("clones", 4, 2, "sharp as documented, two CPUs"),
        sharp("cascade", 4, 1, "sharp by an expert: cascade, effort 4"),
        sharp("cascade", 2, 1, "sharp by an expert: cascade, effort 2"),
        sharp("cascade", 2, 2, "sharp by an expert, effort 2, two CPUs"),
    ]


def _others() -> list[Contender]:
    def vips(cascade: bool, title: str) -> Contender:
        name = "pyvips-cascade" if cascade else "pyvips-thumbnail"
        options = json.dumps({"cascade": cascade, "effort": 4})
        return Contender(name, title, (*toolchain.theirs("vips"), options), name, 80)

    thumbor, tutorial = toolchain.theirs("thumbor_engine"), toolchain.ours("tutorial")
    return [
        vips(False, "pyvips: a thumbnail for each size"),
        vips(True, "pyvips: cascade"),
        Contender("thumbor", "thumbor's engine", tuple(thumbor), "thumbor", 80),
        Contender("pillow", "Pillow as tutorials write it", tuple(tutorial), "pillow", 80),
    ]


def _floor() -> list[Contender]:
    def floor(name: str, title: str, **options: object) -> Contender:
        command = (*toolchain.ours("floor"), json.dumps(options))
        return Contender(name, title, command, name, default_quality(), True, is_floor=True)

    return [
        floor("floor-2", "Floor: one decode and the encodes alone, method 2", method=2),
        floor("floor-4", "Floor, method 4", method=4),
        floor("pillow-floor-2", "Floor through Pillow, method 2", method=2, pillow=True),
        floor("pillow-floor-4", "Floor through Pillow, method 4", method=4, pillow=True),
    ]

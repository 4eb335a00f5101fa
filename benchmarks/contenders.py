"""Who takes part: one line each, data and no code."""

import json
from typing import NamedTuple

import msgspec

from benchmarks import toolchain
from chalicelib.variants import Variant


class Contender(NamedTuple):
    """One way of doing the standard job.

    It runs on `cpus` processors. Its quality is looked for, starting at its
    own default `quality`, unless that is `fixed`; contenders of one `family`
    write the same files.
    """

    name: str
    title: str
    command: tuple[str, ...]
    family: str
    quality: int
    fixed: bool = False
    cpus: int = 1
    output: str = "webp"


def contenders() -> list[Contender]:
    """All of them, Darkroom first: the others' quality is matched to its default."""
    return [*_darkroom(), *_sharp(), *_others(), *_floor()]


def absent() -> dict[str, str]:
    """Contenders that this Darkroom does not have, each with the reason."""
    return {} if _knows_auto() else {"darkroom-auto": 'no variant may say quality = "auto"'}


def anchor() -> Contender:
    """Darkroom as it is shipped: what all others are matched to and compared with."""
    return contenders()[0]


def _darkroom() -> list[Contender]:
    def ours(name: str, title: str, family: str, cpus: int = 1, **options: object) -> Contender:
        command = (*toolchain.ours("darkroom"), json.dumps(options))
        output = "avif" if "avif" in options else "webp"
        fixed = output == "webp" and "method" not in options
        return Contender(name, title, command, family, default_quality(), fixed, cpus, output)

    found = [
        ours("darkroom", "Darkroom", "darkroom"),
        ours("darkroom-2", "Darkroom, two CPUs", "darkroom", 2),
        ours("darkroom-method-4", "Darkroom at WebP method 4", "darkroom-method-4", method=4),
        ours("darkroom-avif", "Darkroom, AVIF beside WebP", "darkroom-avif", avif=True),
    ]
    if _knows_auto():
        found.append(ours("darkroom-auto", 'Darkroom, quality "auto"', "darkroom-auto", auto=True))
    return found


def default_quality() -> int:
    """The quality of a variant that names none."""
    fields = {field.name: field.default for field in msgspec.structs.fields(Variant)}
    quality: int = fields["quality"]
    return quality


def _knows_auto() -> bool:
    rule = {"name": "any", "width": 1, "quality": "auto"}
    try:
        msgspec.convert(rule, Variant)
    except msgspec.ValidationError:
        return False
    return True


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
    def floor(method: int, title: str) -> Contender:
        name = f"floor-{method}"
        command = (*toolchain.ours("floor"), json.dumps({"method": method}))
        return Contender(name, title, command, name, default_quality(), True)

    return [
        floor(2, "Floor: one decode and the encodes alone, method 2"),
        floor(4, "Floor, method 4"),
    ]

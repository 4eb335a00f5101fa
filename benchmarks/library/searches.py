"""`python -m benchmarks.library.searches`: time searches in a local stack with 10,000 images.

The images are those of the simulation (benchmarks/search), written into the table directly: no
search depends on their files.
"""

import json
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
import msgspec
import requests

from benchmarks import toolchain
from benchmarks.library.results import SEARCHES, Searches, Timed
from benchmarks.load.running import spread
from benchmarks.records import save
from benchmarks.search.library import Library
from benchmarks.search.queries import queries
from benchmarks.stack import Stack, running_stack
from chalicelib.aws import items
from chalicelib.aws.search_entries import entries_of
from chalicelib.model.image import Event, Image
from chalicelib.model.search import Query
from ops.local import names

PAGE = 100  # images of a page

_DATA_HELP = "Folder of the stack's data: kept, and not written again if it exists."
_BATCH = 100  # rows, the most that DynamoDB takes in a transaction
_THREADS = 2
_WARM = 3  # requests of each kind that are not counted
_SETTLING = 10.0  # seconds until a stack is idle after so many writes


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--images", type=click.IntRange(PAGE), default=10_000)
@click.option("--requests", "number", type=click.IntRange(1), default=40, help="Of each kind.")
@click.option("--data", type=click.Path(path_type=Path), help=_DATA_HELP)
def main(images: int, number: int, data: Path | None) -> None:
    """Time lists, searches and single images.

    Takes about ten minutes. Writes benchmarks/library_searches.json; then
    `python -m benchmarks.library --draw` rewrites docs/local-performance.md.
    """
    library = Library(images)
    with tempfile.TemporaryDirectory(prefix="darkroom-searches-") as scratch:
        data = data or Path(scratch) / "data"
        if not data.exists():
            with running_stack(data, 1) as stack:
                click.echo(f"  writing {images:,} images")
                _seed(stack, library)
        with running_stack(data, 1) as stack:
            time.sleep(_SETTLING)
            before = os.getloadavg()[0]
            timed = _timed(stack, library, number)
            after = os.getloadavg()[0]
    results = Searches(
        command="python -m benchmarks.library.searches",
        commit=toolchain.commit(),
        date=datetime.now(UTC).date().isoformat(),
        machine=toolchain.machine(),
        load=(round(before, 1), round(after, 1)),
        images=images,
        requests=number,
        timed=tuple(timed),
    )
    save(results, SEARCHES)


def _seed(stack: Stack, library: Library) -> None:
    dynamodb = stack.client("dynamodb")
    with ThreadPoolExecutor(_THREADS) as threads:
        pending: list[dict[str, Any]] = []
        for number in range(len(library)):
            pending += _rows(library.image(number))
            if len(pending) >= 40 * _BATCH or number == len(library) - 1:
                batches = [pending[i : i + _BATCH] for i in range(0, len(pending), _BATCH)]
                list(threads.map(partial(_write, dynamodb), batches))
                pending = []


def _rows(image: Image) -> list[dict[str, Any]]:
    line = Event(at=image.created_at, event=image.status.value)
    return [
        items.record_item(msgspec.structs.replace(image, revision=1)),
        items.history_item(image, line, 1),
        *entries_of(image).values(),
    ]


def _write(dynamodb: Any, rows: Sequence[dict[str, Any]]) -> None:
    # One commit for all, where a batch has one for each row.
    dynamodb.transact_write_items(
        TransactItems=[{"Put": {"TableName": names.IMAGES_TABLE, "Item": row}} for row in rows]
    )


def _timed(stack: Stack, library: Library, number: int) -> list[Timed]:
    images = f"{stack.options.api_url}/images"
    kinds = {"newest first": images + f"?limit={PAGE}"}
    kinds |= {title: _url(images, query) for title, query in queries(library.words).items()}
    kinds["one image"] = f"{images}/{library.image(len(library) // 2).id}"
    seconds: dict[str, list[float]] = {title: [] for title in kinds}
    found: dict[str, int] = {}
    with requests.Session() as session:
        # In turn, so that a busy moment of the machine does not fall on one kind.
        for place in range(_WARM + number):
            for title, url in kinds.items():
                started = time.perf_counter()
                response = session.get(url, timeout=60)
                taken = time.perf_counter() - started
                response.raise_for_status()
                found[title] = len(json.loads(response.content).get("images", "x"))
                if place >= _WARM:
                    seconds[title].append(taken)
    return [
        Timed(
            title=title,
            images=found[title],
            p50=round(spread(times).p50, 4),
            p95=round(spread(times).p95, 4),
        )
        for title, times in seconds.items()
    ]


def _url(images: str, query: Query) -> str:
    given = {
        "q": " ".join(query.words),
        "tag": query.tags,
        "status": query.status,
        "visibility": query.visibility,
        "from": query.created_from and query.created_from.isoformat(),
        "to": query.created_before and query.created_before.isoformat(),
        "sort": f"{'-' if query.descending else ''}{query.order}",
        "limit": PAGE,
    }
    kept = {name: value for name, value in given.items() if value}
    return f"{images}?{urlencode(kept, doseq=True)}"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.library.searches")

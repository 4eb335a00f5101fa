"""`python -m benchmarks.uploads`: kill browsers and cut networks; write docs/upload-recovery.md."""

import itertools
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from benchmarks import toolchain
from benchmarks.records import save
from benchmarks.stack import Stack, running_stack
from benchmarks.uploads import browsers, pages
from benchmarks.uploads.disturbances import planned
from benchmarks.uploads.files import MEGABYTE, sizes_between, write_files
from benchmarks.uploads.page import PAGE, page
from benchmarks.uploads.proxy import Proxy
from benchmarks.uploads.results import LATEST, Figures, Results, load, merged
from benchmarks.uploads.run import Run

_SMALLEST, _LARGEST = 1 * MEGABYTE, 40 * MEGABYTE
_RATE = 20 * MEGABYTE  # bytes a second
_LOAD = os.getloadavg()[0]
_WORKERS = os.cpu_count() or 1

_BROWSERS: dict[str, Callable[[int], AbstractContextManager[browsers.Session]]] = {
    "chromium": browsers.chromium,
    "firefox": browsers.firefox,
}
_UPLOADERS: dict[str, Callable[[str, Stack], pages.Uploader]] = {
    "darkroom": lambda _, stack: pages.darkroom(stack.options.site_url),
    "uppy": lambda site, stack: pages.uppy(site, stack.options.api_url, raised=False),
    "uppy-raised": lambda site, stack: pages.uppy(site, stack.options.api_url, raised=True),
}


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--files", type=int, default=50, help="Files of 1 to 40 MB.")
@click.option(
    "--large", type=click.IntRange(0), default=500, help="Size of the one large file, MB."
)
@click.option("--browser", "chosen", type=click.Choice(list(_BROWSERS)), multiple=True)
@click.option("--uploader", "names", type=click.Choice(list(_UPLOADERS)), multiple=True)
@click.option("--seed", type=int, help="Of sizes and disturbances; by default another each time.")
@click.option("--draw", is_flag=True, help="Measure nothing; rewrite the page.")
def main(
    files: int,
    large: int,
    chosen: Sequence[str],
    names: Sequence[str],
    seed: int | None,
    draw: bool,
) -> None:
    """Upload files while browsers are killed and networks cut, with Darkroom's uploader and Uppy.

    Writes benchmarks/uploads.json and docs/upload-recovery.md. With --browser, --uploader,
    --files 0 or --large 0, other rows keep their figures.
    """
    if not draw:
        seed = random.SystemRandom().randrange(10_000) if seed is None else seed
        click.echo(f"seed {seed}")
        for figures in _measured(
            files, large, chosen or list(_BROWSERS), names or list(_UPLOADERS), seed
        ):
            click.echo(f"  {figures}")
            _keep(figures, seed)
    PAGE.write_text(page(load()), encoding="utf-8")
    click.echo(f"{PAGE.read_text()}\nAll figures are in {LATEST}")


def _measured(
    count: int, large: int, chosen: Sequence[str], names: Sequence[str], seed: int
) -> Iterator[Figures]:
    """Each uploader in each browser, first with many files, then with one."""
    loads = [sizes_between(count, _SMALLEST, _LARGEST, seed)] if count else []
    loads += [[large * MEGABYTE]] if large else []
    for sizes in loads:
        with _scratch() as folder:
            files = write_files(folder, sizes, seed)
            for browser, name in itertools.product(chosen, names):
                click.echo(f"  {name} in {browser}: {len(files)} files")
                yield _sent(browser, name, files, seed)


def _keep(figures: Figures, seed: int) -> None:
    """Store a row at once: a run takes half an hour."""
    later = Results(
        date=datetime.now(UTC).date().isoformat(),
        machine=toolchain.machine(),
        load=round(_LOAD, 1),
        seed=seed,
        rate=_RATE,
        versions=pages.uppy_versions(),
        figures=(figures,),
    )
    save(merged(load(), later) if LATEST.exists() else later, LATEST)


def _sent(browser: str, name: str, files: Sequence[Path], seed: int) -> Figures:
    """Figures of one uploader in one browser, with a new stack and a new profile."""
    most = max(file.stat().st_size for file in files)
    with _scratch() as folder, ExitStack() as stack:
        site = stack.enter_context(pages.serving_uppy(folder))
        settings = {"ALLOWED_ORIGINS": site, "MAX_UPLOAD_BYTES": str(most)}
        running = stack.enter_context(running_stack(folder / "data", _WORKERS, settings=settings))
        uploader = _UPLOADERS[name](site, running)
        proxy = stack.enter_context(Proxy(running.options.s3_port, _RATE).running())
        session = stack.enter_context(_BROWSERS[browser](proxy.port))
        plan = planned(seed, session.kills)
        return Run(session, uploader, running.options.api_url, proxy, files, plan).measure()


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="stack-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.uploads")

"""`python -m benchmarks.page`: Lighthouse on a fresh stack's page, empty and filled."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import click
import requests

from benchmarks.toolchain import ROOT, commit, machine
from ops.local.options import PORTS
from ops.local.ports import free_ports
from ops.photographs import photographs

_LIGHTHOUSE = "lighthouse@12.8.2"  # Apache-2.0
_CATEGORIES = ("performance", "accessibility", "best-practices")
_PAINTS = ("first-contentful-paint", "largest-contentful-paint")
_DOCUMENT = ROOT / "docs" / "page-speed.md"
_TEMPLATE = Path(__file__).with_name("page.template.md")
_PATIENCE = 120  # seconds for one photograph


def _applied(kilobits: float, milliseconds: float) -> list[str]:
    return [
        "--throttling-method=devtools",
        f"--throttling.requestLatencyMs={milliseconds}",
        f"--throttling.downloadThroughputKbps={kilobits}",
        "--throttling.cpuSlowdownMultiplier=4",
    ]


_PROFILES: dict[str, list[str]] = {
    "simulated slow 4G": [],
    "applied, 150 ms and 1.6 Mbit/s": _applied(1638.4, 150),
    "applied, DevTools' Fast 4G": _applied(8294.4, 165),
}


@click.command()
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True)
@click.option("--pictures", type=click.IntRange(1), default=12, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=_DOCUMENT, show_default=False)
def main(runs: int, pictures: int, out: Path) -> None:
    """Measure the page on a phone as Lighthouse has it, and write docs/page-speed.md."""
    lines = []
    with _stack() as (site, api):
        for gallery in ("empty", f"{pictures} pictures"):
            if gallery != "empty":
                _upload(api, photographs()[:pictures])
            for profile, options in _PROFILES.items():
                line = _row(gallery, profile, [_audited(site, options) for _ in range(runs)])
                click.echo(line)
                lines.append(line)
    text = _TEMPLATE.read_text()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    facts = {"machine": machine(), "commit": commit(), "load": load, "runs": str(runs)}
    for name, value in {**facts, "rows": "\n".join(lines), "lighthouse": _LIGHTHOUSE}.items():
        text = text.replace(f"{{{name}}}", value)
    out.write_text(text)


@contextmanager
def _stack() -> Iterator[tuple[str, str]]:
    """The addresses of page and API of what `make run` starts, over an empty folder."""
    ports = {name: str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    command = [sys.executable, "-m", "ops", "run"]
    with tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, **ports, "DATA_DIR": data}
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                said = dict(_addresses(process))
                yield said["Page"], said["API"]
            finally:
                process.terminate()


def _addresses(process: subprocess.Popen[str]) -> Iterator[tuple[str, str]]:
    for line in process.stdout or ():
        if "http://" in line:
            name, _, address = line.strip().partition("  ")
            yield name, address.strip()
        if line.startswith("Darkroom is ready"):
            return
    raise click.ClickException("The stack did not start.")


def _upload(api: str, files: Sequence[Path]) -> None:
    for file in files:
        size = file.stat().st_size
        order: dict[str, str | int] = {
            "filename": file.name,
            "content_type": "image/jpeg",
            "size": size,
        }
        ticket = requests.post(f"{api}/uploads", json=order, timeout=30).json()
        with file.open("rb") as content:
            form = {"data": ticket["fields"], "files": {"file": content}}
            requests.post(ticket["url"], timeout=_PATIENCE, **form).raise_for_status()
        deadline = time.monotonic() + _PATIENCE
        while requests.get(ticket["status_url"], timeout=30).json()["status"] != "ready":
            if time.monotonic() > deadline:
                raise click.ClickException(f"{file.name} did not become ready.")
            time.sleep(0.2)


def _audited(site: str, options: Sequence[str]) -> dict[str, Any]:
    """Lighthouse's report; an environment variable CHROME_PATH names another browser."""
    command = ["npx", "--yes", _LIGHTHOUSE, site, "--quiet", "--output=json"]
    chosen = f"--only-categories={','.join(_CATEGORIES)}"
    flags = "--chrome-flags=--headless=new --no-sandbox"
    environment = {"CHROME_PATH": "/usr/bin/chromium", **os.environ}
    said = subprocess.run(
        [*command, chosen, flags, *options], env=environment, check=True, stdout=subprocess.PIPE
    )
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def _row(gallery: str, profile: str, reports: Sequence[dict[str, Any]]) -> str:
    scores = [
        f"{100 * min(report['categories'][name]['score'] for report in reports):.0f}"
        for name in _CATEGORIES
    ]
    paints = [
        f"{median(report['audits'][name]['numericValue'] for report in reports) / 1000:.2f} s"
        for name in _PAINTS
    ]
    return f"| {gallery} | {profile} | {' | '.join(paints)} | {' / '.join(scores)} |"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.page")

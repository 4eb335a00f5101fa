"""`python -m benchmarks.page`: Lighthouse on a new stack's page, empty and with pictures."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import click
import requests
from playwright.sync_api import ViewportSize, sync_playwright

from benchmarks import scrolling
from benchmarks.stack import running_stack
from benchmarks.toolchain import ROOT, commit, machine
from ops.local.stack.options import Options
from tests.photographs import photographs

_LIGHTHOUSE = "lighthouse@12.8.2"  # Apache-2.0
_CATEGORIES = ("performance", "accessibility", "best-practices")
_PAINTS = ("first-contentful-paint", "largest-contentful-paint")
_DOCUMENT = ROOT / "docs" / "page-speed.md"
_TEMPLATE = Path(__file__).with_name("page.template.md")
_TIMEOUT = 120  # seconds for one photograph
_CHROMIUM = os.environ.get("CHROME_PATH", shutil.which("chromium") or "chromium")


# Chromium's own throttling of each request: milliseconds, bytes a second.
_PROFILES = {
    "slow 4G, applied": (150, 1.6e6 / 8),
    "Fast 4G of DevTools, applied": (165, 8.1e6 / 8),
}
_PHONE: ViewportSize = {"width": 412, "height": 823}  # CSS pixels, as in Lighthouse
_PIXEL_RATIO = 1.75
_SLOWDOWN = 4  # of the processor
_READ_PAINTS = """() => new Promise((resolve) => {
    new PerformanceObserver((list) => resolve([
        performance.getEntriesByName("first-contentful-paint")[0].startTime,
        list.getEntries().at(-1).startTime,
    ])).observe({ type: "largest-contentful-paint", buffered: true });
})"""


@click.command()
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True)
@click.option("--pictures", type=click.IntRange(1), default=12, show_default=True)
@click.option("--images", type=click.IntRange(1), default=10_000, show_default=True)
def main(runs: int, pictures: int, images: int) -> None:
    """Measure the page on Lighthouse's emulated phone, and write docs/page-speed.md."""
    rows = []
    with tempfile.TemporaryDirectory() as data, running_stack(Path(data), workers=2) as stack:
        for gallery in ("empty", f"{pictures} pictures"):
            if gallery != "empty":
                _upload(stack.options.api_url, photographs()[:pictures])
            for row in _rows(gallery, stack.options.site_url, runs):
                click.echo(row)
                rows.append(row)
        found = _scrolled(stack.options, images)
        click.echo(found)
    values = {
        "images": f"{found.images:,}",
        "tasks": _long(found.tasks),
        "control": _long(found.control),
        "height": f"{found.height:,}",
        "most": str(found.most),
        "window": " x ".join(map(str, scrolling.WINDOW)),
        "machine": machine(),
        "commit": commit(),
        "load": ", ".join(f"{average:.1f}" for average in os.getloadavg()),
        "runs": str(runs),
        "rows": "\n".join(rows),
        "lighthouse": _LIGHTHOUSE,
    }
    text = _TEMPLATE.read_text()
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    _DOCUMENT.write_text(text)


def _long(tasks: Sequence[float]) -> str:
    return f"{len(tasks)}, the longest of {max(tasks):.0f} ms" if tasks else "none"


def _scrolled(options: Options, images: int) -> scrolling.Scrolling:
    query = {"status": "ready", "limit": "100"}
    views = requests.get(f"{options.api_url}/images", params=query, timeout=30).json()["images"]
    return scrolling.scrolled(options.site_url, _CHROMIUM, views, images)


def _upload(api: str, files: Sequence[Path]) -> None:
    for file in files:
        body: dict[str, str | int] = {
            "filename": file.name,
            "content_type": "image/jpeg",
            "size": file.stat().st_size,
        }
        ticket = requests.post(f"{api}/uploads", json=body, timeout=30).json()
        with file.open("rb") as content:
            form = {"data": ticket["fields"], "files": {"file": content}}
            requests.post(ticket["url"], timeout=_TIMEOUT, **form).raise_for_status()
        deadline = time.monotonic() + _TIMEOUT
        while requests.get(ticket["status_url"], timeout=30).json()["status"] != "ready":
            if time.monotonic() > deadline:
                raise click.ClickException(f"{file.name} did not become ready.")
            time.sleep(0.2)


def _rows(gallery: str, site: str, runs: int) -> Iterator[str]:
    reports = [_audited(site) for _ in range(runs)]
    scores = [
        f"{100 * min(report['categories'][name]['score'] for report in reports):.0f}"
        for name in _CATEGORIES
    ]
    paints = [[report["audits"][name]["numericValue"] for name in _PAINTS] for report in reports]
    yield _row(gallery, "slow 4G, simulated by Lighthouse", paints, " / ".join(scores))
    for profile, network in _PROFILES.items():
        yield _row(gallery, profile, [_painted(site, *network) for _ in range(runs)], "")


def _audited(site: str) -> dict[str, Any]:
    """Lighthouse's report; the environment variable CHROME_PATH selects another browser."""
    command = ["npx", "--yes", _LIGHTHOUSE, site, "--quiet", "--output=json"]
    categories = f"--only-categories={','.join(_CATEGORIES)}"
    flags = "--chrome-flags=--headless=new --no-sandbox"
    environment = {**os.environ, "CHROME_PATH": _CHROMIUM}
    done = subprocess.run(
        [*command, categories, flags], env=environment, check=True, stdout=subprocess.PIPE
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _painted(site: str, milliseconds: float, bytes_per_second: float) -> list[float]:
    """The first and the largest paint, in milliseconds.

    Does not use Lighthouse's own applied throttling: with it the first paint came after 2.4 s
    however fast the processor was.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(
            viewport=_PHONE, device_scale_factor=_PIXEL_RATIO, is_mobile=True, has_touch=True
        )
        session = page.context.new_cdp_session(page)
        network = {
            "offline": False,
            "latency": milliseconds,
            "downloadThroughput": bytes_per_second,
            "uploadThroughput": bytes_per_second / 2,
        }
        session.send("Network.emulateNetworkConditions", network)
        session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWDOWN})
        page.goto(site)
        page.wait_for_load_state("networkidle")
        paints: list[float] = page.evaluate(_READ_PAINTS)
        browser.close()
    return paints


def _row(gallery: str, profile: str, paints: Sequence[Sequence[float]], scores: str) -> str:
    first, largest = (f"{median(ms) / 1000:.2f} s" for ms in zip(*paints, strict=True))
    return f"| {gallery} | {profile} | {first} | {largest} | {scores} |"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.page")

"""`python -m benchmarks.page`: Lighthouse on a fresh stack's page, empty and filled."""

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

from benchmarks.stack import running_stack
from benchmarks.toolchain import ROOT, commit, machine
from ops.photographs import photographs

_LIGHTHOUSE = "lighthouse@12.8.2"  # Apache-2.0
_CATEGORIES = ("performance", "accessibility", "best-practices")
_PAINTS = ("first-contentful-paint", "largest-contentful-paint")
_DOCUMENT = ROOT / "docs" / "page-speed.md"
_TEMPLATE = Path(__file__).with_name("page.template.md")
_PATIENCE = 120  # seconds for one photograph
_CHROMIUM = os.environ.get("CHROME_PATH", shutil.which("chromium") or "chromium")


# Chromium's own throttling of each request: milliseconds, bytes a second.
_PROFILES = {
    "slow 4G, applied": (150, 1.6e6 / 8),
    "Fast 4G of DevTools, applied": (165, 8.1e6 / 8),
}
_PHONE: ViewportSize = {"width": 412, "height": 823}  # points, as Lighthouse has it
_PIXELS = 1.75  # to a point
_SLOWER = 4  # times, the phone's processor
_SEEN = """() => new Promise((resolve) => {
    new PerformanceObserver((list) => resolve([
        performance.getEntriesByName("first-contentful-paint")[0].startTime,
        list.getEntries().at(-1).startTime,
    ])).observe({ type: "largest-contentful-paint", buffered: true });
})"""


@click.command()
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True)
@click.option("--pictures", type=click.IntRange(1), default=12, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=_DOCUMENT, show_default=False)
def main(runs: int, pictures: int, out: Path) -> None:
    """Measure the page on a phone as Lighthouse has it, and write docs/page-speed.md."""
    lines = []
    with tempfile.TemporaryDirectory() as data, running_stack(Path(data), workers=2) as stack:
        for gallery in ("empty", f"{pictures} pictures"):
            if gallery != "empty":
                _upload(stack.options.api_url, photographs()[:pictures])
            for line in _rows(gallery, stack.options.site_url, runs):
                click.echo(line)
                lines.append(line)
    text = _TEMPLATE.read_text()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    facts = {"machine": machine(), "commit": commit(), "load": load, "runs": str(runs)}
    for name, value in {**facts, "rows": "\n".join(lines), "lighthouse": _LIGHTHOUSE}.items():
        text = text.replace(f"{{{name}}}", value)
    out.write_text(text)


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


def _rows(gallery: str, site: str, runs: int) -> Iterator[str]:
    reports = [_audited(site) for _ in range(runs)]
    scores = [
        f"{100 * min(report['categories'][name]['score'] for report in reports):.0f}"
        for name in _CATEGORIES
    ]
    seen = [[report["audits"][name]["numericValue"] for name in _PAINTS] for report in reports]
    yield _row(gallery, "slow 4G, simulated by Lighthouse", seen, " / ".join(scores))
    for profile, network in _PROFILES.items():
        yield _row(gallery, profile, [_painted(site, *network) for _ in range(runs)], "")


def _audited(site: str) -> dict[str, Any]:
    """Lighthouse's report; an environment variable CHROME_PATH names another browser."""
    command = ["npx", "--yes", _LIGHTHOUSE, site, "--quiet", "--output=json"]
    chosen = f"--only-categories={','.join(_CATEGORIES)}"
    flags = "--chrome-flags=--headless=new --no-sandbox"
    environment = {**os.environ, "CHROME_PATH": _CHROMIUM}
    said = subprocess.run(
        [*command, chosen, flags], env=environment, check=True, stdout=subprocess.PIPE
    )
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def _painted(site: str, milliseconds: float, bytes_per_second: float) -> list[float]:
    """The first and the largest paint, in milliseconds.

    Lighthouse's own applied throttling is not used: the first paint came after 2.4 s however fast
    the processor was.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(
            viewport=_PHONE, device_scale_factor=_PIXELS, is_mobile=True, has_touch=True
        )
        session = page.context.new_cdp_session(page)
        network = {
            "offline": False,
            "latency": milliseconds,
            "downloadThroughput": bytes_per_second,
            "uploadThroughput": bytes_per_second / 2,
        }
        session.send("Network.emulateNetworkConditions", network)
        session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        page.goto(site)
        page.wait_for_load_state("networkidle")
        paints: list[float] = page.evaluate(_SEEN)
        browser.close()
    return paints


def _row(gallery: str, profile: str, paints: Sequence[Sequence[float]], scores: str) -> str:
    first, largest = (f"{median(ms) / 1000:.2f} s" for ms in zip(*paints, strict=True))
    return f"| {gallery} | {profile} | {first} | {largest} | {scores} |"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.page")

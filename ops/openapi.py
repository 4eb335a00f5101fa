"""`python -m ops openapi`: the API's documents, for programs and for people."""

import json
import sys
from pathlib import Path

import click

from chalicelib.web.openapi import Terms, document
from ops.local.names import PROJECT
from ops.reference import reference

DOCS = PROJECT / "docs"


@click.command()
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 where they are out of date."
)
def openapi(*, check: bool) -> None:
    """Write docs/openapi.json and docs/api.md from the code that answers.

        python -m ops openapi --check

    A test holds them against it.
    """
    texts = documents()
    stale = [path for path, text in texts.items() if not _holds(path, text)]
    for path in stale:
        if not check:
            path.write_text(texts[path], "utf-8")
        click.echo(f"{path.relative_to(PROJECT)} {'is out of date' if check else 'written'}")
    sys.exit(1 if check and stale else 0)


def documents() -> dict[Path, str]:
    """What each file is to hold."""
    described = document(Terms())
    return {
        DOCS / "openapi.json": json.dumps(described, indent=2, ensure_ascii=False) + "\n",
        DOCS / "api.md": reference(described),
    }


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text

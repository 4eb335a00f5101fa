"""`python -m ops openapi`: generates docs/openapi.json and docs/api.md."""

import json
import sys
from pathlib import Path

import click

from chalicelib.web.openapi import document
from darkroom_client.cli.exit_codes import DONE, FAILED
from ops.docs.api_reference import reference
from ops.project import PROJECT

DOCS = PROJECT / "docs"


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if they are out of date.")
def openapi(*, check: bool) -> None:
    """Generate docs/openapi.json and docs/api.md from the API's code.

        python -m ops openapi --check

    A test checks that they are up to date.
    """
    texts = documents()
    stale = [path for path, text in texts.items() if not _holds(path, text)]
    for path in stale:
        if not check:
            path.write_text(texts[path], "utf-8")
        click.echo(f"{path.relative_to(PROJECT)} {'is out of date' if check else 'written'}")
    sys.exit(FAILED if check and stale else DONE)


def documents() -> dict[Path, str]:
    """The text of each file."""
    described = document.build(document.Terms())
    return {
        DOCS / "openapi.json": json.dumps(described, indent=2, ensure_ascii=False) + "\n",
        DOCS / "api.md": reference(described),
    }


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text

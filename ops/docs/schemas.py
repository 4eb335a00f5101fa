"""`python -m ops schemas`: generates the JSON Schema of events."""

import json
from typing import Any

import click
import msgspec

from chalicelib.events.schemas import SCHEMAS
from ops.project import PROJECT

FILE = PROJECT / "docs/events.schema.json"


@click.command()
def schemas() -> None:
    """Generate docs/events.schema.json from the events' structs.

        python -m ops schemas

    A test checks that the file is up to date.
    """
    FILE.write_text(text(), encoding="utf-8")


def text() -> str:
    """The schema of an event's `detail`."""
    references, definitions = msgspec.json.schema_components(
        SCHEMAS.values(), ref_template="#/$defs/{name}"
    )
    document: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Darkroom image event",
        # Not oneOf: a change of a ready image also has all fields of image.ready.
        "anyOf": list(references),
        "$defs": definitions,
    }
    return json.dumps(document, indent=2) + "\n"

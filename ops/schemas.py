"""`python -m ops schemas`: the JSON Schema of what is told, made from its forms."""

import json
from typing import Any

import click
import msgspec

from chalicelib.telling.forms import FORMS
from ops.local.names import PROJECT

FILE = PROJECT / "docs/events.schema.json"


@click.command()
def schemas() -> None:
    """Write docs/events.schema.json from the forms of events.

        python -m ops schemas

    A test holds the file against them.
    """
    FILE.write_text(text(), encoding="utf-8")


def text() -> str:
    """The schema of an event's `detail`."""
    references, forms = msgspec.json.schema_components(
        FORMS.values(), ref_template="#/$defs/{name}"
    )
    document: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What Darkroom tells of an image",
        "oneOf": list(references),
        "$defs": forms,
    }
    return json.dumps(document, indent=2) + "\n"

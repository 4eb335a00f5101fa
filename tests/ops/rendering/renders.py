"""Pictures to render, and parsers for the output of `render --json`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

from tests.pictures import jpeg

SMALL = "[small]\nwidth = 40\nheight = 40\n"
Render = Callable[..., Result]


def picture(path: str, data: bytes = b"") -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(data or jpeg(120, 80))
    return path


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def paths(result: Result) -> list[str]:
    return [made["path"] for line in lines(result) for made in line["renditions"]]

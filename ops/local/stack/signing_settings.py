"""How the running stack signs renditions: verbs that open its stores need the same settings."""

import json
from collections.abc import Mapping
from pathlib import Path

from ops.local.stack.private_files import write_private

_NAMES = ("SIGN_RENDITIONS", "C2PA_KEY", "C2PA_CERTIFICATES")


def record(data: Path, environment: Mapping[str, str]) -> None:
    """Keep what the stack is started with, as `C2PA=1` is known to `make run` only."""
    chosen = {name: environment[name] for name in _NAMES if name in environment}
    write_private(_file(data), json.dumps(chosen))


def recorded(data: Path) -> dict[str, str]:
    """What the stack was last started with; nothing for one of an earlier version."""
    try:
        found: dict[str, str] = json.loads(_file(data).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found


def _file(data: Path) -> Path:
    return data / "signing.json"

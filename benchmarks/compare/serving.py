"""A reader's worker process: one file a line in, one outcome a line out.

Standard library only: libvips runs in an environment of its own.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_LONGEST_DETAIL = 300  # characters of a library's message


class Pixels(NamedTuple):
    """A picture as 8-bit sRGB: `data` has four bytes for each pixel, alpha not multiplied."""

    width: int
    height: int
    data: bytes


class Refused(Exception):
    """A reader says that it cannot read a file. `reason` is a code or empty."""

    def __init__(self, detail: str, reason: str = "") -> None:
        super().__init__(detail)
        self.reason = reason


def serve(read: Callable[[bytes], Pixels]) -> None:
    """Serve until standard input ends.

    A request names the `file` to read and the file `out` for its pixels. Whatever `read` raises is
    the file's refusal.
    """
    # A library may print; only responses go to the real standard output.
    output, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        output.write(json.dumps(_response(request["file"], request["out"], read)) + "\n")
        output.flush()


def _response(file: str, out: str, read: Callable[[bytes], Pixels]) -> dict[str, object]:
    try:
        pixels = read(Path(file).read_bytes())
    except Refused as refused:
        return {"status": "refused", "reason": refused.reason, "detail": _shortened(refused)}
    except Exception as error:
        detail = f"{type(error).__name__}: {_shortened(error)}"
        return {"status": "refused", "reason": "", "detail": detail}
    Path(out).write_bytes(pixels.data)
    return {"status": "ready", "width": pixels.width, "height": pixels.height}


def _shortened(error: Exception) -> str:
    return " ".join(str(error).split())[:_LONGEST_DETAIL]

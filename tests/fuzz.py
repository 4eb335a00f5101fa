"""Fuzzes `imaging.render` with corrupted images.

    nice .venv/bin/python -m tests.fuzz --minutes 10 --seed 7

prints a line for each image that did harm and keeps it in .fuzz/ under the number in that line; the
same seed makes the same images. If the process itself dies or hangs, the image that caused it is
.fuzz/current. `tests/hostile/test_fuzz.py` runs it for a short time.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from itertools import count
from pathlib import Path
from random import Random

from chalicelib.imaging import Limits
from tests.hostile.mutations import spoilt
from tests.hostile.seeds import seeds
from tests.hostile.worker import faults, reported

# A corrupted size is either plausible or huge: low limits keep the runs short.
LIMITS = Limits(max_pixels=1_000_000, max_frames=20, allow_heic=True, allow_jxl=True)


def main() -> int:
    """The number of images that did harm."""
    given = _arguments()
    given.keep.mkdir(exist_ok=True)
    end = time.monotonic() + given.minutes * 60
    draw, sound, outcomes = Random(given.seed), seeds(), Counter[str]()
    harmful = 0
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), 2)
        for number in count():
            if number == given.count or time.monotonic() > end:
                break
            data = spoilt(draw, draw.choice(sound), draw.choice(sound))
            (given.keep / "current").write_bytes(data)
            report = reported(data, LIMITS, printed.fileno())
            outcomes[str(report["outcome"])] += 1
            if fault := faults(report):
                harmful += 1
                (given.keep / f"{given.seed}-{number}").write_bytes(data)
                _say(f"{given.seed}-{number}: {fault}")
    _say(f"{outcomes.total()} images, {harmful} harmful: {dict(outcomes.most_common(9))}")
    return harmful


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Render corrupted images.")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument(
        "--count", type=int, default=-1, help="number of images; no limit if negative"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--keep", type=Path, default=Path(".fuzz"), help="folder for harmful images"
    )
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(bool(main()))

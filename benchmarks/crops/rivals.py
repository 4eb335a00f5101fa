"""Runs the other tools, each in a process of its own."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import toolchain
from benchmarks.crops.judging import Crop, Place

Places = dict[str, list[Place]]  # of each crop, by tool


class Rivals:
    """The workers, while they run."""

    def __init__(self, processes: Sequence["subprocess.Popen[str]"]) -> None:
        self._processes = processes

    def places(self, path: Path, crops: Sequence[Crop]) -> Places:
        """Where each tool crops the picture at `path`, which is a whole PNG."""
        job = json.dumps({"path": str(path), "crops": [crop[1:] for crop in crops]})
        answers = [_answer(process, job) for process in self._processes]
        return {tool: places for answer in answers for tool, places in answer.items()}


@contextmanager
def rivals() -> Iterator[Rivals]:
    """Start the workers, and end them."""
    commands = toolchain.theirs("crops"), toolchain.in_node("smartcrop.mjs")
    processes = [
        subprocess.Popen(
            command,
            cwd=toolchain.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    try:
        yield Rivals(processes)
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _answer(process: "subprocess.Popen[str]", job: str) -> Places:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("A worker has no pipes.")
    process.stdin.write(f"{job}\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("A worker has ended; its message is above.")
    answer: Places = json.loads(line)
    return answer

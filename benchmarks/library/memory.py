"""The memory of a stack's servers, by what they are rather than by the programs that do it."""

import re
import time

from benchmarks.library.results import Memory
from benchmarks.load.watching import Watch, watching
from benchmarks.stack import Stack

DATABASE = "database, queues, bus"
# The Python modules of the stack's processes; others are shown by their own names.
_MODULES = {
    "clouds": DATABASE,  # until 5f300cc
    "aws": DATABASE,
    "api": "API",
    "worker": "workers",
    "eventloop": "event loop",
    "site": "site",
}
_MODULE = re.compile(r" -m ops\.local\.(\w+)")
_SUPERVISOR = " -m ops run"
_STORE = " mini -dir="
_SETTLING = 3.0  # seconds until a stack that is ready has come to rest


def part(command: str) -> str | None:
    """The part of the stack whose command line this is; None where that is for its parent to say.

    So a database's JVM counts as the database, wherever it runs.
    """
    if found := _MODULE.search(command):
        return _MODULES.get(found.group(1), found.group(1))
    if _SUPERVISOR in command:
        return "supervisor"
    return "object store" if _STORE in command else None


def peaks(watch: Watch) -> Memory:
    """The most that each part of the stack held while it was watched."""
    return {one.name: one.memory[1] for one in watch.parts() if _is_server(one.name)}


def resting(stack: Stack) -> Memory:
    """What each part holds when nothing is asked of it."""
    time.sleep(_SETTLING)
    with watching(stack, part) as watch:
        pass
    return peaks(watch)


def _is_server(name: str) -> bool:
    return name != "supervisor and this program"

"""Terminal output of a verb, and how signals stop it."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

from darkroom_client.errors import Stopped


def say(line: str) -> None:
    """Print a line on standard error, apart from output for programs."""
    click.echo(line, err=True)


def shown(name: str) -> str:
    """A file's name, safe for a terminal: control characters are replaced."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name
    )


def files_in_words(number: int) -> str:
    """A number of files, such as "1 file"."""
    return "1 file" if number == 1 else f"{number:,} files"


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C, SIGTERM or an error sets; a second signal ends the process."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in before:
            signal.signal(number, signal.SIG_DFL)
        # In a thread: the frame that the signal interrupts may hold the lock of the event.
        threading.Thread(target=stopping.set).start()

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, stop)
    try:
        yield stopping
    except BaseException:
        stopping.set()  # other threads end what they do, too
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def pause_until(stopping: threading.Event) -> Callable[[float], None]:
    """Something that waits for seconds; Stopped as soon as the user asks to stop."""

    def pause(seconds: float) -> None:
        if stopping.wait(seconds):
            raise Stopped("Stopped.")

    return pause

"""Threads that all decode at once what no thread has decoded before, in a process of their own."""

import sys
import threading
from contextlib import suppress

import msgspec

from chalicelib.aws import items
from chalicelib.manifests import Manifest
from chalicelib.records import Event
from tests.builders import NOON, image

_THREADS = 8


def main() -> None:
    """End with 0 once all have decoded; an error or a signal ends it otherwise."""
    sys.setswitchinterval(1e-6)
    record = items.record_item(image())
    line = items.history_item(image(), Event(at=NOON, event="ticket"), 1)
    together = threading.Barrier(_THREADS)

    def decode() -> None:
        together.wait()
        items.image_of(record)
        items.event_of(line)
        with suppress(msgspec.ValidationError):
            msgspec.json.decode(b"{}", type=Manifest)

    threads = [threading.Thread(target=decode) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()

"""Threads that decode the same types for the first time at once, in their own process."""

import sys
import threading
from contextlib import suppress

import msgspec

from chalicelib.aws import items
from chalicelib.model.image import Event
from chalicelib.views.manifests import Manifest
from tests.builders import NOON, image

_THREADS = 8


def main() -> None:
    """Exit with 0 once all have decoded; an error or a signal ends it otherwise."""
    sys.setswitchinterval(1e-6)
    record = items.record_item(image())
    line = items.history_item(image(), Event(at=NOON, event="ticket"), 1)
    barrier = threading.Barrier(_THREADS)

    def decode() -> None:
        barrier.wait()
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

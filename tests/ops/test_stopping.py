import sys
import threading
from types import FrameType
from typing import Any

from ops.local.stack.options import read_options
from ops.local.stack.supervisor import Stack
from tests.waiting import GENEROUS


def test_a_signal_during_another_signals_handler_stops_the_stack_too() -> None:
    stack = Stack(read_options({}), lambda _part, _seconds: None, lambda _line: None)
    within = threading.local()

    def interrupt(_frame: FrameType, event: str, _argument: object) -> Any:
        """Call it again at every line of it, as a second signal might."""
        if event == "line" and not getattr(within, "handler", False):
            within.handler = True
            stack.stop()
            within.handler = False
        return interrupt

    def stop() -> None:
        sys.settrace(interrupt)
        stack.stop()

    stopping = threading.Thread(target=stop, daemon=True)
    stopping.start()
    stopping.join(GENEROUS)
    assert not stopping.is_alive()

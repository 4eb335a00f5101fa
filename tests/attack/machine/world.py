"""The application between its stores: its calls, each in a process of its own, and their ends."""

import functools
import json
from collections.abc import Callable
from typing import Any

from chalice.test import Client

import app
from chalicelib import wiring as production
from chalicelib.aws.faults import passing_faults_renamed
from chalicelib.settings import read_settings
from chalicelib.wiring import Wiring
from ops.local import names
from tests.attack.machine.calls import Call, Fault, PresentWiring, present_call
from tests.attack.machine.clock import Clock
from tests.attack.machine.deliveries import AGAIN, Delivery, Post
from tests.attack.machine.model import Model
from tests.attack.machine.pictures import MOST_BYTES, MOST_PIXELS, TABLES
from tests.attack.machine.reader import Reader
from tests.attack.machine.stores import Stores
from tests.environment import SETTINGS

TO_THE_END = float("inf")

_CHANGED = {
    "UPLOADS_BUCKET": names.UPLOADS_BUCKET,
    "IMAGES_BUCKET": names.IMAGES_BUCKET,
    "IMAGES_TABLE": names.IMAGES_TABLE,
    "MAX_UPLOAD_BYTES": str(MOST_BYTES),
    "MAX_PIXELS": str(MOST_PIXELS),
}
_SETTINGS = read_settings(SETTINGS | _CHANGED)
_CLIENT = Client(app.app, stage_name="none")


class WorkQueue:
    """The work queue, whose messages are ours to deliver."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def send(self, body: str) -> None:
        call = present_call()
        assert call
        with passing_faults_renamed("SQS"):
            call.before("SendMessage")
            self._post.message(AGAIN, body)
            call.after("SendMessage")


class World:
    """Empty stores, a clock, calls that may be held, what waits for a call, and the model."""

    def __init__(self, stores: Stores) -> None:
        stores.clear()
        self.stores = stores
        self.clock = Clock()
        self.post = Post()
        self.model = Model()
        self.calls: list[Call] = []
        self.table = "plain"
        self.reader = Reader(stores, self.model, self.clock, self.post)
        app.wiring = PresentWiring()  # type: ignore[assignment]
        production.utc_now = self.clock
        stores.seen = self.reader.see

    def request(
        self, method: str, path: str, body: Any, ended: Callable[[Any], None], cut: float
    ) -> None:
        """Send the API a request; `ended` gets its answer, None where the process was killed."""
        raw = b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        send = functools.partial(_CLIENT.http.request, method, path, headers, raw)
        call = self._call(f"{method} {path.split('/')[1]}", send)
        call.ended = lambda: ended(call.answer)
        self.resume(call, cut)

    def deliver(self, delivery: Delivery, cut: float = TO_THE_END) -> None:
        """Call the function that something is waiting for; it is tried again where it fails."""
        self.post.waiting.remove(delivery)
        work = functools.partial(
            _CLIENT.lambda_.invoke, delivery.function, delivery.payload
        )
        call = self._call(delivery.function, work)
        call.ended = lambda: self._delivered(call, delivery)
        self.resume(call, cut)

    def resume(self, call: Call, cut: float = TO_THE_END) -> None:
        """Let a held call make `cut` more calls to stores."""
        call.go(cut)
        self._look_after(call)

    def hit(self, call: Call, fault: Fault) -> None:
        """Let the next call to a store of a held call fail."""
        call.hit(fault)
        self._look_after(call)

    def _call(self, name: str, body: Callable[[], Any]) -> Call:
        wiring = Wiring(_SETTINGS)
        wiring.variants = TABLES[self.table]
        wiring.work = WorkQueue(self.post)
        call = Call(name, wiring, body)
        self.calls.append(call)
        return call

    def _delivered(self, call: Call, delivery: Delivery) -> None:
        if call.error:
            self.reader.raised(delivery.function, call.error)
            self.post.failed(delivery, call.error)

    def _look_after(self, call: Call) -> None:
        if call.dead:
            self.calls.remove(call)
            call.ended()

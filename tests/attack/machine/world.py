"""The application and its stores; each call runs as in a separate process."""

import functools
import itertools
import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from chalice.test import Client

import app
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.ports.clock import TimeLeft
from chalicelib.settings import read_settings
from chalicelib.sweep import Report
from chalicelib.wiring import Wiring
from ops.local import names
from ops.local.runtime.functions import limits_of
from tests.attack.machine.calls import WHOLE, Call, Cut, Fault, present_call
from tests.attack.machine.clock import Clock
from tests.attack.machine.deliveries import AGAIN, Delivery, Post
from tests.attack.machine.model import Model
from tests.attack.machine.pictures import MOST_BYTES, MOST_PIXELS, TABLES
from tests.attack.machine.reader import Reader
from tests.attack.machine.stores import Stores
from tests.environment import SETTINGS
from tests.fakes.others import FakeCdnSigner

_API = "api_handler"

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
    """The work queue, whose messages the machine delivers."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def send(self, body: str, group: str = "") -> None:
        assert group
        call = present_call()
        assert call
        with translate_transient_errors("SQS"):
            call.before("SendMessage")
            self._post.message(AGAIN, body)
            call.after("SendMessage")


class Copies:
    """The CDN; records when copies of an image were invalidated."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.forgotten: dict[str, datetime] = {}

    def forget(self, image_id: str, _files: Collection[str]) -> str:
        call = present_call()
        assert call
        with translate_transient_errors("CloudFront"):
            call.before("CreateInvalidation")
            self.forgotten[image_id] = self._clock()
            call.after("CreateInvalidation")
        return "invalidation"


class World:
    """Empty stores, a clock, calls that may be held, waiting deliveries, and the model."""

    def __init__(self, stores: Stores) -> None:
        stores.clear()
        self.stores = stores
        self.clock = Clock()
        self.post = Post(self.clock)
        self.model = Model()
        self.calls: list[Call] = []
        self.table = "plain"
        self.faults = Counter[str]()  # the faults that calls have met
        self.copies = Copies(self.clock)
        self.reader = Reader(stores, self.model, self.clock, self.post)
        stores.seen = self.reader.see

    def request(
        self,
        method: str,
        path: str,
        body: Any,
        ended: Callable[[Any], None],
        cut: Cut,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Send the API a request; `ended` gets the response, None if the process was killed."""
        raw = b"" if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **headers}
        send = functools.partial(_CLIENT.http.request, method, path, sent, raw)
        call = self._call(f"{method} {path.split('/')[1]}", _API, send)
        call.ended = lambda: ended(call.answer)
        self.resume(call, cut)

    def deliver(self, delivery: Delivery, cut: Cut = WHOLE) -> None:
        """Call the function of a delivery, not before it is due."""
        self.pass_time((delivery.due - self.clock.peek()).total_seconds())
        self.post.waiting.remove(delivery)
        work = functools.partial(_CLIENT.lambda_.invoke, delivery.function, delivery.payload)
        call = self._call(delivery.function, delivery.function, work)
        call.ended = lambda: self._delivered(call, delivery)
        self.resume(call, cut)

    def sweep(self, checks: float, cut: Cut = WHOLE, *, at_once: bool = True) -> Call:
        """Run the sweep until it has checked its time `checks` times."""
        left = itertools.count()
        work = functools.partial(_sweep, lambda: max(0, checks - next(left)), at_once=at_once)
        call = self._call("sweep", "sweep", work)
        call.ended = lambda: self._swept(call)
        self.resume(call, cut)
        return call

    def pass_time(self, seconds: float) -> None:
        """Advance the clock; calls over their time limit are killed."""
        self.clock.forward(max(0, seconds))
        for call in [call for call in self.calls if call.ends_by < self.clock.peek()]:
            self.hit(call, Fault.KILLED_BEFORE)

    def resume(self, call: Call, cut: Cut = WHOLE) -> None:
        """Let a held call make `cut` more calls to stores."""
        call.go(cut)
        self._finish_if_dead(call)

    def hit(self, call: Call, fault: Fault) -> None:
        """Let the next call to a store of a held call fail."""
        call.hit(fault)
        self._finish_if_dead(call)

    def _call(self, name: str, function: str, body: Callable[[], Any]) -> Call:
        wiring = Wiring(_SETTINGS, self.clock)
        wiring.table = TABLES[self.table]
        wiring.work = WorkQueue(self.post)
        wiring.cdn = self.copies
        wiring.cdn_signer = FakeCdnSigner()
        wiring.delivery._sleep = lambda _: None
        limit = timedelta(seconds=limits_of(function).seconds)
        call = Call(name, wiring, body, self.clock.peek() + limit)
        self.calls.append(call)
        return call

    def _delivered(self, call: Call, delivery: Delivery) -> None:
        if call.error:
            self.reader.raised(delivery.function, call.error)
            self.post.failed(delivery, call.error)

    def _swept(self, call: Call) -> None:
        if call.error:
            self.reader.raised("sweep", call.error)

    def _finish_if_dead(self, call: Call) -> None:
        if call.dead:
            self.calls.remove(call)
            self.faults.update(call.hits)
            call.ended()


def _sweep(time_left: TimeLeft, *, at_once: bool) -> Report:
    """What `app.sweep` and `python -m ops sweep` (at once) do, with a given time."""
    report: Report = app.wiring.sweeper.run(time_left, at_once=at_once)
    return report

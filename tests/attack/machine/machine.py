"""The rules: what may happen to a world, in any order and at any moment."""

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.attack.machine.account import Account
from tests.attack.machine.calls import WHOLE, Call, Cut, Fault
from tests.attack.machine.checks import differences, ends
from tests.attack.machine.clients import WAYS, Clients
from tests.attack.machine.deliveries import EVENTS, Delivery
from tests.attack.machine.model import Original
from tests.attack.machine.pictures import CONTENTS, TABLES, Content
from tests.attack.machine.rest import come_to_rest, redrive
from tests.attack.machine.stores import Stores
from tests.attack.machine.world import World

Thing = TypeVar("Thing")

_MOST_ORIGINALS = 3
_MOST_WAITING = 9

LATE = Cut(-1)  # the event is not delivered yet
_PLACES = ("photos/a.png", "photos/b c+d.png")

files = st.sampled_from([c for c in CONTENTS.values() if not c.reason]) | st.sampled_from(
    list(CONTENTS.values())
)
which = st.integers(0, 9)
cuts = st.just(WHOLE) | st.builds(
    Cut, st.integers(0, 13), st.sampled_from([None, None, None, None, *Fault])
)
prompts = st.just(LATE) | cuts  # of the event of what was done


class Machine(RuleBasedStateMachine):
    """A world that anything may happen to. `stores` and `account` are set by who runs it."""

    stores: Stores
    account: Account

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.stores)
        self.clients = Clients(self.world)
        self.sound = True
        self.has_moved = False  # since time has passed, or an operator has done something

    # What clients, owners and other tools do

    @rule(content=files, way=st.sampled_from(WAYS), cut=cuts, sent=st.booleans(), prompt=prompts)
    @precondition(lambda self: len(self.originals) < _MOST_ORIGINALS and self.has_room)
    def ticket(self, content: Content, way: str, cut: Cut, sent: bool, prompt: Cut) -> None:
        self.count("ticket")
        known = len(self.tickets)
        self.clients.ask_for_ticket(content, way, cut)
        if sent and len(self.tickets) > known:
            self.account.done["upload"] += 1
            self.clients.upload(self.tickets[-1], content)
            self.deliver_newest(prompt)

    @rule(n=which, content=files, prompt=prompts)
    @precondition(lambda self: self.tickets)
    def upload(self, n: int, content: Content, prompt: Cut) -> None:
        self.count("upload")
        self.clients.upload(pick(self.tickets, n), content)
        self.deliver_newest(prompt)

    @rule(n=which, content=files, prompt=prompts)
    def put(self, n: int, content: Content, prompt: Cut) -> None:
        self.count("put")
        self.clients.put(pick([*_PLACES, *(o.key for o in self.originals)], n), content)
        self.deliver_newest(prompt)

    @rule(n=which, place=st.sampled_from(_PLACES), beside=st.booleans(), prompt=prompts)
    @precondition(lambda self: self.originals)
    def copy(self, n: int, place: str, beside: bool, prompt: Cut) -> None:
        original = pick(self.originals, n)
        self.count("copy")
        # Beside a ticket's upload a key looks as if it were of the same ticket.
        folder = original.key.rpartition("/")[0]
        self.clients.copy(original, f"{folder}/copy.png" if beside else place)
        self.deliver_newest(prompt)

    @rule(n=which, cut=cuts)
    @precondition(lambda self: self.originals and self.has_room)
    def delete_object_or_bring_it_back(self, n: int, cut: Cut) -> None:
        original = pick(self.originals, n)
        if self.stores.present_version(original.key):
            self.count("delete object")
            self.clients.delete_object(original)
        else:
            self.count("bring object back")
            self.clients.bring_back(original)
        self.deliver_newest(cut)

    @rule(n=which, cut=cuts)
    @precondition(lambda self: self.originals and self.has_room)
    def delete_image(self, n: int, cut: Cut) -> None:
        self.count("delete image")
        self.clients.delete_image(pick(self.originals, n), cut)

    @rule(n=which, now=st.booleans(), cut=cuts)
    @precondition(lambda self: self.originals and self.has_room)
    def process(self, n: int, now: bool, cut: Cut) -> None:
        self.count("process now" if now else "reprocess")
        ask = self.clients.process if now else self.clients.reprocess
        ask(pick(self.originals, n), cut)

    # What S3, Lambda and the queues do

    @rule(n=which, cut=cuts)
    @precondition(lambda self: self.waiting and self.has_room)
    def deliver(self, n: int, cut: Cut) -> None:
        self.count()
        self.deliver_one(pick(self.waiting, n), cut)

    @rule(n=which, cut=cuts)
    @precondition(lambda self: self.calls)
    def go_on(self, n: int, cut: Cut) -> None:
        self.count("go on")
        self.world.resume(pick(self.calls, n), cut)

    @rule(n=st.integers(0, 99), lost=st.booleans())
    @precondition(lambda self: self.world.post.sent and len(self.waiting) < _MOST_WAITING)
    def repeat_or_lose(self, n: int, lost: bool) -> None:
        if lost and self.events:
            self.count("lose an event")
            self.waiting.remove(pick(self.events, n))
        else:
            self.count("repeat")
            self.world.post.repeat(pick(self.world.post.sent, n))

    # What operators and time do

    @rule(seconds=st.sampled_from((1, 20, 50, 400, 1_000, 700_000)))
    @precondition(lambda self: self.has_moved)
    def pass_time(self, seconds: int) -> None:
        self.count("pass time")
        self.world.pass_time(seconds)
        self.has_moved = False

    @rule(table=st.sampled_from([None, *TABLES]))
    @precondition(lambda self: self.originals and self.has_moved)
    def change_table_or_redrive(self, table: str | None) -> None:
        self.count("change table" if table else "redrive")
        if table:
            self.world.table = table
        else:
            redrive(self.world)
        self.has_moved = False

    @rule(looks=st.just(1_000) | st.integers(1, 9), cut=cuts)
    @precondition(lambda self: self.originals and self.has_moved and self.has_room)
    def sweep(self, looks: int, cut: Cut) -> None:
        self.count("sweep")
        self.world.sweep(looks, cut)
        self.has_moved = False

    # What must be true

    @invariant()
    def nobody_has_seen_what_must_not_be(self) -> None:
        self.hold(not self.world.reader.violations, self.world.reader.violations)

    def teardown(self) -> None:
        if self.sound:
            come_to_rest(self.world)
            self.nobody_has_seen_what_must_not_be()
            found = differences(self.world)
            self.hold(not found, found)
            self.account.worlds += 1
            self.account.faults += self.world.faults
            self.account.ends += ends(self.world)

    def hold(self, fact: bool, otherwise: Sequence[str]) -> None:
        self.sound = self.sound and fact
        assert fact, "\n".join(otherwise)

    def deliver_newest(self, cut: Cut) -> None:
        """Unless it is to come late."""
        if cut is not LATE and self.has_room and self.waiting:
            self.deliver_one(self.waiting[-1], cut)

    def deliver_one(self, delivery: Delivery, cut: Cut) -> None:
        self.account.done[f"deliver to {delivery.function}"] += 1
        self.world.deliver(delivery, cut)

    def count(self, *done: str) -> None:
        """A step."""
        self.account.steps += 1
        self.account.done.update(done)
        self.has_moved = True

    @property
    def originals(self) -> list[Original]:
        return list(self.world.model.originals.values())

    @property
    def tickets(self) -> list[Original]:
        return [original for original in self.originals if original.ticket]

    @property
    def waiting(self) -> list[Delivery]:
        return self.world.post.waiting

    @property
    def events(self) -> list[Delivery]:
        return [delivery for delivery in self.waiting if delivery.function in EVENTS]

    @property
    def calls(self) -> list[Call]:
        return self.world.calls

    @property
    def has_room(self) -> bool:
        return len(self.calls) < 3


def pick(things: Sequence[Thing], n: int) -> Thing:
    """One of them."""
    return things[n % len(things)]

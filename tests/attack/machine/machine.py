"""What may happen to a world, in any order and at any moment, and its invariants."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chalicelib.model.image import Visibility
from tests.attack.machine.account import Account
from tests.attack.machine.actions import ACTIONS, LATE, PLACES, pick
from tests.attack.machine.calls import Call, Cut
from tests.attack.machine.checks import differences, ends
from tests.attack.machine.clients import Clients
from tests.attack.machine.deliveries import EVENTS, Delivery
from tests.attack.machine.model import Original
from tests.attack.machine.pictures import Content
from tests.attack.machine.rest import come_to_rest, redrive
from tests.attack.machine.stores import Stores
from tests.attack.machine.world import World

_MOST_ORIGINALS = _MOST_CALLS = 3
_MOST_WAITING = 9


class Machine(RuleBasedStateMachine):
    """A world that anything may happen to; an action that is impossible now is not a step."""

    stores: Stores  # set by who runs it
    account: Account

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.stores)
        self.clients = Clients(self.world)
        self.sound = True

    # One rule for all actions: of several, Hypothesis would leave out most in each world.
    @rule(action=st.one_of(ACTIONS))
    def step(self, action: dict[str, Any]) -> None:
        arguments = {name: value for name, value in action.items() if name != "do"}
        done = getattr(self, action["do"])(**arguments)
        if done:
            self.account.count(done)

    # What clients, owners and other tools do

    def ticket(self, content: Content, way: str, cut: Cut, sent: bool, prompt: Cut) -> str | None:
        if len(self.originals) == _MOST_ORIGINALS or not self.has_room:
            return None
        before = len(self.tickets)
        self.clients.request_ticket(content, way, cut)
        if sent and len(self.tickets) > before:
            self.clients.upload(self.tickets[-1], content)
            self.deliver_newest(prompt)
        return "ticket"

    def upload(self, n: int, content: Content, prompt: Cut) -> str | None:
        if not self.tickets:
            return None
        self.clients.upload(pick(self.tickets, n), content)
        self.deliver_newest(prompt)
        return "upload"

    def put(self, n: int, content: Content, prompt: Cut) -> str:
        keys = [original.key for original in self.originals]
        self.clients.put(pick([*keys, PLACES[len(keys) % 2]], n), content)
        self.deliver_newest(prompt)
        return "put"

    def copy(self, n: int, place: str, beside: bool, prompt: Cut) -> str | None:
        if not self.originals:
            return None
        original = pick(self.originals, n)
        # Next to a ticket's upload, a key looks as if it belonged to the same ticket.
        folder = original.key.rpartition("/")[0]
        self.clients.copy(original, f"{folder}/copy.png" if beside else place)
        self.deliver_newest(prompt)
        return "copy"

    def delete_object(self, n: int, prompt: Cut) -> str | None:
        if not self.originals:
            return None
        original = pick(self.originals, n)
        present = self.stores.present_version(original.key)
        act = self.clients.delete_object if present else self.clients.bring_back
        act(original)
        self.deliver_newest(prompt)
        return "delete object" if present else "bring object back"

    def delete_image(self, n: int, cut: Cut) -> str | None:
        if not self.originals or not self.has_room:
            return None
        self.clients.delete_image(pick(self.originals, n), cut)
        return "delete image"

    def process(self, n: int, now: bool, cut: Cut) -> str | None:
        if not self.originals or not self.has_room:
            return None
        send = self.clients.process if now else self.clients.reprocess
        send(pick(self.originals, n), cut)
        return "process now" if now else "reprocess"

    def change(self, n: int, tag: str, cut: Cut) -> str | None:
        if not self.originals or not self.has_room:
            return None
        self.clients.change(pick(self.originals, n), tag, cut)
        return "change"

    def edit(self, n: int, recipe: str, cut: Cut) -> str | None:
        if not self.originals or not self.has_room:
            return None
        self.clients.edit(pick(self.originals, n), recipe, cut)
        return f"edit: {recipe}"

    def set_visibility(self, n: int, private: bool, cut: Cut) -> str | None:
        if not self.originals or not self.has_room:
            return None
        visibility = Visibility.PRIVATE if private else Visibility.PUBLIC
        self.clients.set_visibility(pick(self.originals, n), visibility, cut)
        return f"make {visibility}"

    def view(self, n: int, file: str, private: bool, cut: Cut) -> str | None:
        if not self.originals or not self.has_room:
            return None
        self.clients.view(pick(self.originals, n), file, private, cut)
        return "view, as private" if private else "view"

    def search(self, query: str) -> str:
        self.clients.search(query)
        return "search"

    # What S3, Lambda and the queues do

    def work(self, n: int, cut: Cut) -> str | None:
        things = [*self.calls, *(self.due if self.has_room else ())]
        if not things:
            return None
        chosen = pick(things, n)
        if isinstance(chosen, Delivery):
            self.world.deliver(chosen, cut)
            return f"deliver to {chosen.function}"
        self.world.resume(chosen, cut)
        return "go on"

    def deliver_newest(self, cut: Cut) -> None:
        if cut is not LATE and self.has_room and self.due:
            self.world.deliver(self.due[-1], cut)

    def repeat(self, n: int) -> str | None:
        if not self.world.post.sent or len(self.waiting) == _MOST_WAITING:
            return None
        self.world.post.repeat(pick(self.world.post.sent, n))
        return "repeat"

    def lose(self, n: int) -> str | None:
        events = [delivery for delivery in self.waiting if delivery.function in EVENTS]
        if not events:
            return None
        self.waiting.remove(pick(events, n))
        return "lose an event"

    # What operators and time do

    def pass_time(self, seconds: int) -> str:
        self.world.pass_time(seconds)
        return "pass time"

    def change_table(self, table: str) -> str | None:
        if table == self.world.table:
            return None
        self.world.table = table
        return "change table"

    def redrive(self) -> str | None:
        return "redrive" if redrive(self.world) else None

    def sweep(self, checks: int, at_once: bool, cut: Cut) -> str | None:
        if not self.originals or not self.has_room:
            return None
        self.world.sweep(checks, cut, at_once=at_once)
        return "sweep"

    def forget_index(self) -> str:
        self.world.stores.forget_index()
        return "forget index"

    # What must be true

    @invariant()
    def no_violation_was_seen(self) -> None:
        self.hold(self.world.reader.violations)

    def teardown(self) -> None:
        if not self.sound:
            return
        come_to_rest(self.world)
        self.no_violation_was_seen()
        self.hold(differences(self.world))
        self.account.worlds += 1
        self.account.faults += self.world.faults
        self.account.ends += ends(self.world)

    def hold(self, violations: Sequence[str]) -> None:
        self.sound = self.sound and not violations
        assert not violations, "\n".join(violations)

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
    def due(self) -> list[Delivery]:
        now = self.world.clock.peek()
        return [delivery for delivery in self.waiting if delivery.due <= now]

    @property
    def calls(self) -> list[Call]:
        return self.world.calls

    @property
    def has_room(self) -> bool:
        return len(self.calls) < _MOST_CALLS

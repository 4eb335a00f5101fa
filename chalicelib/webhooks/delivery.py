"""The delivery of webhooks: signed anew at each try, put off longer and longer."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from msgspec import Raw, Struct

from chalicelib import __version__
from chalicelib.errors import AddressRefused, PassingFault
from chalicelib.facts import Sent, Unchanged
from chalicelib.ports import Clock, Telemetry
from chalicelib.settings import Settings
from chalicelib.webhooks.signing import read_secrets, sign

# Seconds between one try and the next: about 21 hours in all, then the queue gives the message up.
WAITS = (5, 60, 300, 900, 3600, 7200, 14_400, 21_600, 28_800)
_SECRETS_KEPT = timedelta(minutes=5)


class Webhook(Struct, frozen=True, kw_only=True):
    """A message of the webhooks' queue: what was told, and how often it was taken from there."""

    id: str
    image_id: str
    name: str
    at: datetime
    detail: Raw
    receipt: str
    tries: int

    @property
    def body(self) -> bytes:
        """What is posted: the same at each try."""
        told = {"type": self.name, "timestamp": self.at, "data": self.detail}
        return msgspec.json.encode(told)


class PatientQueue(Protocol):
    """A queue whose messages can wait."""

    def put_off(self, receipt: str, seconds: int) -> None:
        """Give a message out again after so many seconds, at most 12 hours."""


class Parameters(Protocol):
    """Secrets that operators chose, by their parameters' names."""

    def read(self, name: str) -> str:
        """The secret; SettingsError where there is no such parameter."""


class Webhooks:
    """Delivers them to the address of the settings."""

    def __init__(
        self,
        queue: PatientQueue,
        parameters: Parameters,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._queue = queue
        self._parameters = parameters
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry
        self._known: tuple[datetime, tuple[bytes, ...]] | None = None

    def deliver(self, webhook: Webhook) -> None:
        """Send one. PassingFault where it was not taken, AddressRefused where it may not go."""
        self._telemetry.about(webhook.image_id)
        if not self._settings.webhook_url:
            self._telemetry.say(Unchanged(why="There is no address for webhooks."))
            return
        try:
            status = self._post(webhook)
            if not 200 <= status < 300:
                raise PassingFault(f"The receiver answered {status}.")
        except (PassingFault, AddressRefused):
            self._put_off(webhook)
            raise
        self._telemetry.say(Sent(name=webhook.name, status=status, tries=webhook.tries))

    def _post(self, webhook: Webhook) -> int:
        from chalicelib.webhooks.posting import post  # no other start pays for TLS

        now = self._clock()
        body = webhook.body
        headers = sign(self._signing_secrets(now), webhook.id, int(now.timestamp()), body)
        headers |= {"Content-Type": "application/json", "User-Agent": f"Darkroom/{__version__}"}
        loopback = self._settings.webhook_loopback
        return post(self._settings.webhook_url, headers, body, loopback=loopback)

    def _put_off(self, webhook: Webhook) -> None:
        seconds = WAITS[webhook.tries - 1] if webhook.tries <= len(WAITS) else 0
        with suppress(PassingFault):  # then the queue's own time counts
            self._queue.put_off(webhook.receipt, seconds)

    def _signing_secrets(self, now: datetime) -> tuple[bytes, ...]:
        if self._known is None or now - self._known[0] > _SECRETS_KEPT:
            text = self._parameters.read(self._settings.webhook_secret_parameter)
            self._known = now, read_secrets(text)
        return self._known[1]

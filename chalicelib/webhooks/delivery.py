"""Delivers webhooks: signed anew for each attempt, retried with growing delays."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from msgspec import Raw, Struct

from chalicelib import __version__
from chalicelib.errors import AddressRefused, TransientError
from chalicelib.ports.clock import Clock
from chalicelib.ports.telemetry import NothingToDo, Telemetry, WebhookSent
from chalicelib.settings import Settings
from chalicelib.webhooks.signing import read_secrets, sign

# Seconds between attempts: about 21 hours in all, then the queue gives up the message.
WAITS = (5, 60, 300, 900, 3600, 7200, 14_400, 21_600, 28_800)
_SECRETS_KEPT = timedelta(minutes=5)


class Webhook(Struct, frozen=True, kw_only=True):
    """A message of the webhooks' queue: an event; `tries` is how often it was received."""

    id: str
    image_id: str
    name: str
    at: datetime
    detail: Raw
    receipt: str
    tries: int

    @property
    def body(self) -> bytes:
        """The request body: the same for each attempt."""
        message = {"type": self.name, "timestamp": self.at, "data": self.detail}
        return msgspec.json.encode(message)


class DelayedQueue(Protocol):
    """A queue whose messages can be delayed."""

    def put_off(self, receipt: str, seconds: int) -> None:
        """Deliver a message again after `seconds`, at most 12 hours."""


class Parameters(Protocol):
    """Secrets of the operator, by parameter name."""

    def read(self, name: str) -> str:
        """The secret; SettingsError if there is no such parameter."""


class Webhooks:
    """Delivers webhooks to the URL in the settings."""

    def __init__(
        self,
        queue: DelayedQueue,
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
        self._cached_secrets: tuple[datetime, tuple[bytes, ...]] | None = None

    def deliver(self, webhook: Webhook) -> None:
        """Send a webhook. TransientError if it was not accepted, AddressRefused if not allowed."""
        self._telemetry.bind_image(webhook.image_id)
        if not self._settings.webhook_url:
            self._telemetry.record(NothingToDo(why="No webhook URL is set."))
            return
        try:
            status = self._post(webhook)
            if not 200 <= status < 300:
                raise TransientError(f"The receiver responded with {status}.")
        except (TransientError, AddressRefused):
            self._put_off(webhook)
            raise
        self._telemetry.record(WebhookSent(name=webhook.name, status=status, tries=webhook.tries))

    def _post(self, webhook: Webhook) -> int:
        from chalicelib.webhooks.http_post import (
            post,
        )  # imports TLS, which other cold starts do not need

        now = self._clock()
        body = webhook.body
        headers = sign(self._signing_secrets(now), webhook.id, int(now.timestamp()), body)
        headers |= {"Content-Type": "application/json", "User-Agent": f"Darkroom/{__version__}"}
        loopback = self._settings.webhook_loopback
        return post(self._settings.webhook_url, headers, body, loopback=loopback)

    def _put_off(self, webhook: Webhook) -> None:
        seconds = WAITS[webhook.tries - 1] if webhook.tries <= len(WAITS) else 0
        with suppress(TransientError):  # then the queue's own timeout applies
            self._queue.put_off(webhook.receipt, seconds)

    def _signing_secrets(self, now: datetime) -> tuple[bytes, ...]:
        if self._cached_secrets is None or abs(now - self._cached_secrets[0]) > _SECRETS_KEPT:
            text = self._parameters.read(self._settings.webhook_secret_parameter)
            self._cached_secrets = now, read_secrets(text)
        return self._cached_secrets[1]

"""What a receiver gets, checked with the standard's own library, and retries."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from chalicelib.errors import SettingsError, TransientError
from chalicelib.ports.telemetry import WebhookSent
from chalicelib.telemetry import CloudWatch
from chalicelib.webhooks import http_post
from chalicelib.webhooks.delivery import WAITS
from tests.webhooks.conftest import EVENT_ID, OTHER, SECRET, Sender, envelope
from tests.webhooks.receivers import HANG_UP, Receiver, dripping_port, silent_port

HALF_A_DAY, DAY = 43_200, 86_400


def test_the_standards_library_accepts_the_signature(aimed: Sender, receiver: Receiver) -> None:
    aimed.send()
    (request,) = receiver.requests
    assert Webhook(SECRET).verify(request.body, request.headers)


def test_it_rejects_a_body_with_one_byte_changed(aimed: Sender, receiver: Receiver) -> None:
    aimed.send()
    (request,) = receiver.requests
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body.replace(b"deleted", b"Deleted"), request.headers)


def test_it_rejects_a_request_replayed_after_five_minutes(
    aimed: Sender, receiver: Receiver
) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=6)
    aimed.wiring.clock = lambda: long_ago
    aimed.send()
    (request,) = receiver.requests
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body, request.headers)


def test_the_body_is_type_timestamp_and_the_event_as_on_the_bus(
    aimed: Sender, receiver: Receiver
) -> None:
    aimed.send()
    (request,) = receiver.requests
    assert json.loads(request.body) == {
        "type": "image.deleted",
        "timestamp": "2026-05-01T12:00:00Z",
        "data": envelope()["detail"],
    }
    assert request.headers["content-type"] == "application/json"
    assert request.path == "/hook?from=darkroom"


def test_every_attempt_has_the_same_id_and_body_and_its_own_timestamp(
    aimed: Sender, receiver: Receiver
) -> None:
    begin = datetime.now(UTC)
    for number in (1, 2):
        aimed.wiring.clock = lambda n=number: begin + timedelta(seconds=n)
        aimed.wiring.__dict__.pop("webhooks", None)
        aimed.send(number)
    first, second = receiver.requests
    assert (first.body, first.headers["webhook-id"]) == (second.body, EVENT_ID)
    stamps = [int(request.headers["webhook-timestamp"]) for request in (first, second)]
    assert stamps[1] - stamps[0] == 1


def test_while_two_secrets_are_valid_a_receiver_may_have_either(
    aimed: Sender, receiver: Receiver
) -> None:
    aimed.parameters.text = f"{OTHER} {SECRET}"
    aimed.send()
    (request,) = receiver.requests
    assert all(Webhook(secret).verify(request.body, request.headers) for secret in (SECRET, OTHER))


def test_the_secret_is_read_again_after_five_minutes(aimed: Sender) -> None:
    now = datetime.now(UTC)
    aimed.wiring.clock = lambda: now
    for minutes in (0, 4, 6):
        aimed.wiring.webhooks._clock = lambda m=minutes: now + timedelta(minutes=m)
        aimed.send()
    assert aimed.parameters.requested == ["/test/secret"] * 2


@pytest.mark.parametrize(
    "text", ["", "a secret", "whsec_c2hvcnQ=", "whsec_*", f"{SECRET} nonsense", SECRET[6:]]
)
def test_an_invalid_secret_is_reported_but_not_shown(aimed: Sender, text: str) -> None:
    aimed.parameters.text = text
    with pytest.raises(SettingsError) as error:
        aimed.send()
    assert "webhook secret" in str(error.value)
    assert not text or text not in str(error.value)


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_any_2xx_status_is_a_success(aimed: Sender, receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    aimed.send(3)
    sent = [event for _, event in aimed.wiring.telemetry.recorded if isinstance(event, WebhookSent)]
    assert sent == [WebhookSent(name="image.deleted", status=status, tries=3)]
    assert aimed.queue.put_offs == []


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503, HANG_UP])
def test_any_other_response_delays_the_message(
    aimed: Sender, receiver: Receiver, status: int
) -> None:
    receiver.statuses = [status]
    with pytest.raises(TransientError):
        aimed.send()
    assert aimed.queue.put_offs == [("receipt", WAITS[0])]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(aimed: Sender, receiver: Receiver, status: int) -> None:
    receiver.statuses = [status, 200]
    receiver.headers = {"Location": receiver.url}
    with pytest.raises(TransientError):
        aimed.send()
    assert len(receiver.requests) == 1


def test_a_webhook_that_was_refused_is_sent_again(aimed: Sender, receiver: Receiver) -> None:
    receiver.statuses = [500, HANG_UP, 200]
    for tries in (1, 2):
        with pytest.raises(TransientError):
            aimed.send(tries)
    aimed.send(3)
    assert len({request.body for request in receiver.requests}) == 1


def test_a_receiver_that_does_not_respond_times_out(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_post, "_STEP", 0.1)
    with silent_port() as port:
        sender.aim(f"http://127.0.0.1:{port}/")
        with pytest.raises(TransientError):
            sender.send()
    assert sender.queue.put_offs


def test_a_response_without_an_end_is_cut_off(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_post, "_LONGEST", 0.3)
    with dripping_port() as port:
        sender.aim(f"http://127.0.0.1:{port}/")
        with pytest.raises(TransientError):
            sender.send()


def test_each_delay_is_longer_than_the_one_before(aimed: Sender, receiver: Receiver) -> None:
    receiver.statuses = [500]
    for tries in range(1, 11):
        with pytest.raises(TransientError):
            aimed.send(tries)
    waits = [seconds for _, seconds in aimed.queue.put_offs]
    assert waits[:9] == sorted(set(waits[:9]))
    assert waits[9] == 0  # then the queue gives it up
    assert HALF_A_DAY < sum(waits) < DAY
    assert max(waits) <= HALF_A_DAY  # SQS hides a message no longer


def test_without_a_webhook_url_nothing_is_sent(sender: Sender) -> None:
    sender.send()
    assert (sender.queue.put_offs, sender.parameters.requested) == ([], [])


@pytest.mark.parametrize("status", [200, 500])
def test_the_log_contains_neither_secret_nor_signature_nor_url(
    aimed: Sender, receiver: Receiver, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    aimed.wiring.telemetry = CloudWatch(tracing=False)
    aimed.aim(f"{receiver.url}&token=of-the-receiver")
    receiver.statuses = [status]
    with suppress(TransientError):
        aimed.send()
    written = capsys.readouterr().out
    assert "webhook sent" in written or "The receiver responded with 500." in written
    signature = receiver.requests[0].headers["webhook-signature"].removeprefix("v1,")
    for secret in (SECRET, SECRET.removeprefix("whsec_"), signature, "of-the-receiver"):
        assert secret not in written

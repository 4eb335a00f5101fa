"""What a receiver gets, checked by the standard's own library; and what becomes of refusals."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from chalicelib.errors import PassingFault, SettingsError
from chalicelib.facts import Sent
from chalicelib.telemetry import CloudWatch
from chalicelib.webhooks import posting
from chalicelib.webhooks.delivery import WAITS
from tests.webhooks.conftest import EVENT_ID, OTHER, SECRET, Sender, envelope
from tests.webhooks.receivers import HANG_UP, Receiver, dripping_port, silent_port

HALF_A_DAY, DAY = 43_200, 86_400


def test_the_standards_library_finds_the_signature_right(aimed: Sender, receiver: Receiver) -> None:
    aimed.send()
    (request,) = receiver.requests
    assert Webhook(SECRET).verify(request.body, request.headers)


def test_it_finds_a_body_wrong_in_which_one_byte_was_changed(
    aimed: Sender, receiver: Receiver
) -> None:
    aimed.send()
    (request,) = receiver.requests
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body.replace(b"deleted", b"Deleted"), request.headers)


def test_it_finds_a_request_too_old_that_is_replayed_after_five_minutes(
    aimed: Sender, receiver: Receiver
) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=6)
    aimed.wiring.clock = lambda: long_ago
    aimed.send()
    (request,) = receiver.requests
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body, request.headers)


def test_the_body_is_type_time_stamp_and_the_event_as_the_bus_has_it(
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


def test_every_try_has_the_same_id_and_body_and_the_time_of_its_own(
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


def test_while_two_secrets_count_a_receiver_may_know_either(
    aimed: Sender, receiver: Receiver
) -> None:
    aimed.parameters.text = f"{OTHER} {SECRET}"
    aimed.send()
    (request,) = receiver.requests
    assert all(Webhook(known).verify(request.body, request.headers) for known in (SECRET, OTHER))


def test_the_secret_is_read_again_after_five_minutes(aimed: Sender) -> None:
    now = datetime.now(UTC)
    aimed.wiring.clock = lambda: now
    for minutes in (0, 4, 6):
        aimed.wiring.webhooks._clock = lambda m=minutes: now + timedelta(minutes=m)
        aimed.send()
    assert aimed.parameters.asked == ["/test/secret"] * 2


@pytest.mark.parametrize(
    "text", ["", "a secret", "whsec_c2hvcnQ=", "whsec_*", f"{SECRET} nonsense", SECRET[6:]]
)
def test_a_wrong_secret_is_named_and_not_shown(aimed: Sender, text: str) -> None:
    aimed.parameters.text = text
    with pytest.raises(SettingsError) as error:
        aimed.send()
    assert "secret of the webhooks" in str(error.value)
    assert not text or text not in str(error.value)


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_any_success_is_one(aimed: Sender, receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    aimed.send(3)
    sent = [fact for _, fact in aimed.wiring.telemetry.said if isinstance(fact, Sent)]
    assert sent == [Sent(name="image.deleted", status=status, tries=3)]
    assert aimed.queue.put_offs == []


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503, HANG_UP])
def test_any_other_answer_puts_the_message_off(
    aimed: Sender, receiver: Receiver, status: int
) -> None:
    receiver.answers = [status]
    with pytest.raises(PassingFault):
        aimed.send()
    assert aimed.queue.put_offs == [("receipt", WAITS[0])]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(aimed: Sender, receiver: Receiver, status: int) -> None:
    receiver.answers = [status, 200]
    receiver.headers = {"Location": receiver.url}
    with pytest.raises(PassingFault):
        aimed.send()
    assert len(receiver.requests) == 1


def test_a_receiver_that_refused_gets_it_again(aimed: Sender, receiver: Receiver) -> None:
    receiver.answers = [500, HANG_UP, 200]
    for tries in (1, 2):
        with pytest.raises(PassingFault):
            aimed.send(tries)
    aimed.send(3)
    assert len({request.body for request in receiver.requests}) == 1


def test_a_receiver_that_says_nothing_is_given_up(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "_STEP", 0.1)
    with silent_port() as port:
        sender.aim(f"http://127.0.0.1:{port}/")
        with pytest.raises(PassingFault):
            sender.send()
    assert sender.queue.put_offs


def test_one_whose_answer_has_no_end_is_cut(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "_LONGEST", 0.3)
    with dripping_port() as port:
        sender.aim(f"http://127.0.0.1:{port}/")
        with pytest.raises(PassingFault):
            sender.send()


def test_each_wait_is_longer_than_the_one_before(aimed: Sender, receiver: Receiver) -> None:
    receiver.answers = [500]
    for tries in range(1, 11):
        with pytest.raises(PassingFault):
            aimed.send(tries)
    waits = [seconds for _, seconds in aimed.queue.put_offs]
    assert waits[:9] == sorted(set(waits[:9]))
    assert waits[9] == 0  # then the queue gives it up
    assert HALF_A_DAY < sum(waits) < DAY
    assert max(waits) <= HALF_A_DAY  # SQS hides a message no longer


def test_where_there_is_no_address_a_message_goes_nowhere(sender: Sender) -> None:
    sender.send()
    assert (sender.queue.put_offs, sender.parameters.asked) == ([], [])


@pytest.mark.parametrize("status", [200, 500])
def test_the_log_tells_neither_secret_nor_signature_nor_address(
    aimed: Sender, receiver: Receiver, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    aimed.wiring.telemetry = CloudWatch(tracing=False)
    aimed.aim(f"{receiver.url}&token=of-the-receiver")
    receiver.answers = [status]
    with suppress(PassingFault):
        aimed.send()
    written = capsys.readouterr().out
    assert "webhook sent" in written or "The receiver answered 500." in written
    signature = receiver.requests[0].headers["webhook-signature"].removeprefix("v1,")
    for secret in (SECRET, SECRET.removeprefix("whsec_"), signature, "of-the-receiver"):
        assert secret not in written

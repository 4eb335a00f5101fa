"""Publishing image events, also while the bus is unavailable."""

import json
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.aws.outbox import outbox_item
from chalicelib.errors import Reason, TransientError
from chalicelib.events.schemas import SCHEMAS, outbox_event_of
from chalicelib.model.image import CHANGED, Image, Status
from chalicelib.model.variants import load_table
from chalicelib.ports.telemetry import EventDeferred, SweepFinished
from chalicelib.processing.failures import Failure
from tests.builders import NOON, caller, put, version
from tests.fakes.others import MemoryBus
from tests.pictures import jpeg


class Publishing:
    """The application, with a bus that can be unavailable."""

    def __init__(self, wiring: Any) -> None:
        self.wiring = wiring
        self.bus: MemoryBus = wiring.bus

    @property
    def names(self) -> list[str]:
        return [outbox_event.name for outbox_event in self.bus.outbox_events]

    @property
    def details(self) -> list[dict[str, Any]]:
        return [json.loads(outbox_event.detail) for outbox_event in self.bus.outbox_events]

    def upload(self, data: bytes, key: str = "photos/cat.jpg", sequencer: str = "A1") -> Image:
        put(self.wiring, data, key)
        done: Image = self.wiring.processor.process(version(key, sequencer))
        return done

    def sweep(self) -> Any:
        self.wiring.clock = lambda: NOON + timedelta(days=9999)
        self.wiring.__dict__.pop("sweeper", None)
        return self.wiring.sweeper.run(lambda: 60.0)

    def pending(self) -> list[str]:
        pages = self.wiring.outbox.pending(NOON + timedelta(days=9999))
        return [outbox_event.name for page in pages for outbox_event in page]


@pytest.fixture
def publishing(application: ModuleType) -> Publishing:
    wiring = application.wiring
    wiring.settings = replace(wiring.settings, event_bus="darkroom-test")
    wiring.bus = MemoryBus()
    return Publishing(wiring)


def test_the_event_of_a_ready_image_has_its_renditions_as_in_the_api(
    publishing: Publishing,
) -> None:
    done = publishing.upload(jpeg())
    shown = publishing.wiring.library.show(done.id, caller()).view
    (detail,) = publishing.details
    assert publishing.names == ["image.ready"]
    assert detail["id"] == done.id
    assert [r["url"] for r in detail["renditions"]] == [r.url for r in shown.renditions]
    assert {"width", "height", "bytes", "variant", "format"} <= detail["renditions"][0].keys()


def test_an_event_has_the_revision_and_the_time_of_its_record(
    publishing: Publishing,
) -> None:
    done = publishing.upload(jpeg())
    (detail,) = publishing.details
    assert detail["revision"] == done.revision
    assert detail["event_id"] == f"{done.id}-{done.revision}"
    assert detail["at"] == done.updated_at.isoformat().replace("+00:00", "Z")


def test_the_event_of_a_rejected_image_has_a_code_and_a_sentence(publishing: Publishing) -> None:
    publishing.upload(b"")
    (detail,) = publishing.details
    assert publishing.names == ["image.rejected"]
    assert detail["reason"] == Reason.EMPTY_FILE
    assert detail["detail"].endswith(".")


def test_the_event_of_a_failed_image_has_its_cause(publishing: Publishing) -> None:
    publishing.wiring.failures.record(Failure(cause="Too slow.", event="{}", versions=(version(),)))
    assert (publishing.names, publishing.details[0]["detail"]) == (["image.failed"], "Too slow.")


def test_a_deleted_image_has_one_event(publishing: Publishing) -> None:
    done = publishing.upload(jpeg())
    publishing.wiring.library.delete(done.id, caller())
    assert publishing.names == ["image.ready", "image.deleted"]
    assert publishing.details[1]["erased"] is True


def test_a_removed_object_has_an_event_that_is_not_erased(publishing: Publishing) -> None:
    done = publishing.upload(jpeg())
    publishing.wiring.objects.erase("test-uploads", done.original_file)
    publishing.wiring.deleter.object_removed(version(sequencer="A2"))
    assert (publishing.names[1:], publishing.details[1]["erased"]) == (["image.deleted"], False)


def test_tickets_and_reprocess_requests_have_no_events(publishing: Publishing) -> None:
    done = publishing.upload(jpeg())
    publishing.wiring.tickets.post("everyone", "a.jpg", "image/jpeg", 9, None)
    publishing.wiring.library.reprocess(done.id, caller())
    assert publishing.names == ["image.ready"]


def test_published_events_are_removed_from_the_outbox(publishing: Publishing) -> None:
    publishing.upload(jpeg())
    assert publishing.pending() == []


def test_an_unavailable_bus_delays_no_image(publishing: Publishing) -> None:
    publishing.bus.away = True
    assert publishing.upload(jpeg()).status is Status.READY
    assert publishing.pending() == ["image.ready"]
    assert [
        event.name
        for _, event in publishing.wiring.telemetry.recorded
        if isinstance(event, EventDeferred)
    ] == ["image.ready"]


def test_the_sweep_publishes_pending_events_with_their_original_content(
    publishing: Publishing,
) -> None:
    publishing.bus.away = True
    first = publishing.upload(jpeg())
    publishing.upload(b"", sequencer="A2")
    publishing.bus.away = False
    assert publishing.sweep().late_events == 2
    assert publishing.names[:2] == ["image.ready", "image.rejected"]
    assert publishing.details[0]["revision"] == first.revision
    assert publishing.pending() == []


def test_a_bus_that_stays_unavailable_fails_the_sweep_at_its_end(publishing: Publishing) -> None:
    publishing.bus.away = True
    publishing.upload(jpeg())
    with pytest.raises(TransientError):
        publishing.sweep()
    assert any(
        isinstance(event, SweepFinished) for _, event in publishing.wiring.telemetry.recorded
    )
    assert publishing.pending() == ["image.ready"]


def test_without_a_bus_the_outbox_stays_empty(application: ModuleType) -> None:
    wiring = application.wiring
    put(wiring, jpeg(), "a.jpg")
    wiring.processor.process(version("a.jpg"))
    assert list(wiring.outbox.pending(NOON + timedelta(days=9999))) == []


def test_every_final_status_has_an_event_except_an_unused_ticket() -> None:
    silent = {Status.PENDING, Status.PROCESSING, Status.EXPIRED}
    assert SCHEMAS.keys() - {CHANGED} == set(Status) - silent


def test_a_history_line_that_keeps_the_status_has_no_event(publishing: Publishing) -> None:
    done = publishing.upload(jpeg())
    line = publishing.wiring.images.history(done.id)[-1]
    assert outbox_event_of(done, line, "https://x", load_table()) is not None
    assert outbox_event_of(done, replace(line, event="asked"), "https://x", load_table()) is None


def test_an_event_of_four_renditions_is_as_large_as_its_cost_assumes(
    publishing: Publishing,
) -> None:
    publishing.upload(jpeg(2400, 1800))
    (outbox_event,) = publishing.bus.outbox_events
    assert len(publishing.details[0]["renditions"]) == 4
    item = outbox_item(outbox_event)
    assert sum(len(name) + len(value["S"]) for name, value in item.items()) <= 2048

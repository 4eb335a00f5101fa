"""What is told of images, and that it is told once it is so, however the bus is."""

import json
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.errors import PassingFault, Reason
from chalicelib.facts import Swept, Untold
from chalicelib.failures import Failure
from chalicelib.records import Image, Status
from chalicelib.telling.forms import FORMS, notice_of
from tests.builders import NOON, put, version
from tests.fakes.others import MemoryBus
from tests.pictures import jpeg


class Told:
    """The application, with a bus that can be away."""

    def __init__(self, wiring: Any) -> None:
        self.wiring = wiring
        self.bus: MemoryBus = wiring.bus

    @property
    def names(self) -> list[str]:
        return [notice.name for notice in self.bus.notices]

    @property
    def details(self) -> list[dict[str, Any]]:
        return [json.loads(notice.detail) for notice in self.bus.notices]

    def upload(self, data: bytes, key: str = "photos/cat.jpg", sequencer: str = "A1") -> Image:
        put(self.wiring, data, key)
        done: Image = self.wiring.processor.process(version(key, sequencer))
        return done

    def sweep(self) -> Any:
        self.wiring.clock = lambda: NOON + timedelta(days=9999)
        self.wiring.__dict__.pop("sweeper", None)
        return self.wiring.sweeper.run(lambda: 60.0)

    def untold(self) -> list[str]:
        pages = self.wiring.table.untold(NOON + timedelta(days=9999))
        return [notice.name for page in pages for notice in page]


@pytest.fixture
def told(application: ModuleType) -> Told:
    wiring = application.wiring
    wiring.settings = replace(wiring.settings, event_bus="darkroom-test")
    wiring.bus = MemoryBus()
    return Told(wiring)


def test_a_ready_image_is_told_of_with_its_renditions_as_the_api_shows_them(told: Told) -> None:
    done = told.upload(jpeg())
    shown = told.wiring.library.show(done.id, "everyone")
    (detail,) = told.details
    assert told.names == ["image.ready"]
    assert detail["id"] == done.id
    assert [r["url"] for r in detail["renditions"]] == [r.url for r in shown.renditions]
    assert {"width", "height", "bytes", "variant", "format"} <= detail["renditions"][0].keys()


def test_an_event_has_the_revision_and_the_time_of_the_record_that_it_tells_of(told: Told) -> None:
    done = told.upload(jpeg())
    (detail,) = told.details
    assert detail["revision"] == done.revision
    assert detail["event_id"] == f"{done.id}-{done.revision}"
    assert detail["at"] == done.updated_at.isoformat().replace("+00:00", "Z")


def test_a_rejected_image_is_told_of_with_code_and_sentence(told: Told) -> None:
    told.upload(b"")
    (detail,) = told.details
    assert told.names == ["image.rejected"]
    assert detail["reason"] == Reason.EMPTY_FILE
    assert detail["detail"].endswith(".")


def test_a_failed_image_is_told_of_with_its_cause(told: Told) -> None:
    told.wiring.failures.record(Failure(cause="Too slow.", event="{}", versions=(version(),)))
    assert (told.names, told.details[0]["detail"]) == (["image.failed"], "Too slow.")


def test_a_deleted_image_is_told_of_once(told: Told) -> None:
    done = told.upload(jpeg())
    told.wiring.library.delete(done.id, "everyone")
    assert told.names == ["image.ready", "image.deleted"]
    assert told.details[1]["erased"] is True


def test_a_removed_object_is_told_of_as_not_erased(told: Told) -> None:
    done = told.upload(jpeg())
    told.wiring.objects.erase("test-uploads", done.original_file)
    told.wiring.eraser.object_removed(version(sequencer="A2"))
    assert (told.names[1:], told.details[1]["erased"]) == (["image.deleted"], False)


def test_tickets_and_wishes_are_nobodys_business(told: Told) -> None:
    done = told.upload(jpeg())
    told.wiring.tickets.post("everyone", "a.jpg", "image/jpeg", 9, None)
    told.wiring.library.reprocess(done.id, "everyone")
    assert told.names == ["image.ready"]


def test_what_was_told_is_not_kept(told: Told) -> None:
    told.upload(jpeg())
    assert told.untold() == []


def test_a_bus_that_is_away_keeps_no_image_from_its_end(told: Told) -> None:
    told.bus.away = True
    assert told.upload(jpeg()).status is Status.READY
    assert told.untold() == ["image.ready"]
    assert [fact.name for _, fact in told.wiring.telemetry.said if isinstance(fact, Untold)] == [
        "image.ready"
    ]


def test_the_sweep_tells_what_the_bus_had_not_taken_as_it_was_then(told: Told) -> None:
    told.bus.away = True
    first = told.upload(jpeg())
    told.upload(b"", sequencer="A2")
    told.bus.away = False
    assert told.sweep().untold == 2
    assert told.names[:2] == ["image.ready", "image.rejected"]
    assert told.details[0]["revision"] == first.revision
    assert told.untold() == []


def test_a_bus_that_stays_away_is_the_sweeps_fault_after_all_else_is_done(told: Told) -> None:
    told.bus.away = True
    told.upload(jpeg())
    with pytest.raises(PassingFault):
        told.sweep()
    assert any(isinstance(fact, Swept) for _, fact in told.wiring.telemetry.said)
    assert told.untold() == ["image.ready"]


def test_where_there_is_no_bus_nothing_is_kept(application: ModuleType) -> None:
    wiring = application.wiring
    put(wiring, jpeg(), "a.jpg")
    wiring.processor.process(version("a.jpg"))
    assert list(wiring.table.untold(NOON + timedelta(days=9999))) == []


def test_every_status_in_which_nothing_is_under_way_is_told_of_but_an_unused_ticket() -> None:
    silent = {Status.PENDING, Status.PROCESSING, Status.EXPIRED}
    assert FORMS.keys() == set(Status) - silent


def test_a_line_that_leaves_the_status_as_it_is_tells_nothing(told: Told) -> None:
    done = told.upload(jpeg())
    line = told.wiring.table.history(done.id)[-1]
    assert notice_of(done, line, "https://x") is not None
    assert notice_of(done, replace(line, event="asked"), "https://x") is None


def test_a_notice_of_four_renditions_is_the_row_that_its_cost_counts(told: Told) -> None:
    told.upload(jpeg(2400, 1800))
    (notice,) = told.bus.notices
    assert len(told.details[0]["renditions"]) == 4
    assert len(notice.detail) + 200 < 2048  # keys and names included

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image as Pillow

from benchmarks.costs.bills import TICKET_UNITS
from benchmarks.load.answers import Found, Upload, evaluated
from benchmarks.load.killing import kill_workers
from benchmarks.load.page import KEPT_DAYS, PAGE, page
from benchmarks.load.pictures import DAMAGED, is_damaged, write_pictures
from benchmarks.load.results import Sweep, load
from benchmarks.load.running import spread
from benchmarks.load.scale import Month, files, units
from benchmarks.load.scanning import scan
from benchmarks.load.simulating import Burst, Load, arrivals, growth, partition
from chalicelib.model import keys
from chalicelib.model.image import Event, Image, Status
from chalicelib.views.costs import write_units
from ops.local.storage.database import Database, set_mark
from tests.infrastructure.stacks import template
from tests.pictures import jpeg

NOW = datetime(2026, 11, 21, tzinfo=UTC)
IMAGE_ID = "01M7ZWM9DGXHFPFNXZ1TZ6S7Y0"
FILES = {keys.manifest_key(IMAGE_ID)}
UPLOAD = Upload(name="00001.jpg", image_id=IMAGE_ID, requested=0, announced=1, stored=2)
SPOILT = Upload(name="00050-damaged.jpg", image_id=IMAGE_ID, requested=0, announced=1, stored=2)


def found(status: Status, *events: str) -> dict[str, Found]:
    image = Image(
        id=IMAGE_ID,
        status=status,
        owner="everyone",
        filename="a.jpg",
        bucket="uploads",
        original_file="a.jpg",
        created_at=NOW,
        updated_at=NOW,
    )
    history = [
        Event(at=NOW + timedelta(seconds=second), event=name) for second, name in enumerate(events)
    ]
    return {IMAGE_ID: Found(image, history)}


READY = found(Status.READY, "ticket", "processing", "ready")


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_the_page_has_the_figures_of_the_latest_run():
    assert PAGE.read_text(encoding="utf-8") == page(load())


def test_the_latest_run_lost_and_doubled_nothing():
    run = load().long
    assert run.answers.faults == 0
    assert run.answers.ready + run.answers.rejected == run.pictures == 2000
    assert len(run.kills) == 3


def test_the_bill_has_the_write_units_that_dynamodb_counted():
    counted = sum(units(load(), name) for name in ("table", "by_owner", "by_unfinished"))
    assert counted == TICKET_UNITS + write_units(files() - 1)


def test_the_work_queue_keeps_messages_as_long_as_the_page_says():
    queue = template("stores")["Resources"]["WorkQueue"]["Properties"]
    assert queue["MessageRetentionPeriod"] == KEPT_DAYS * 86_400


def test_one_answer_for_each_upload_is_no_fault():
    assert evaluated([UPLOAD], READY, FILES).faults == 0


@pytest.mark.parametrize(
    ("fault", "uploads", "table", "files"),
    [
        ("lost", [UPLOAD], {}, set()),
        ("lost", [UPLOAD], found(Status.PROCESSING, "ticket", "processing"), set()),
        ("doubled", [UPLOAD], found(Status.READY, "ticket", "ready", "ready"), FILES),
        ("doubled", [], READY, FILES),
        ("wrong", [SPOILT], READY, FILES),
        ("strays", [UPLOAD], READY, FILES | {"another.webp"}),
        ("absent", [UPLOAD], READY, set()),
    ],
)
def test_a_fault_is_counted_under_its_kind(fault, uploads, table, files):
    answers = evaluated(uploads, table, files)
    assert (getattr(answers, fault), answers.faults) == (1, 1)


def test_a_percentile_is_a_time_that_this_share_does_not_exceed():
    times = spread([float(second) for second in range(1, 201)])
    assert (times.p50, times.p95, times.p99, times.most) == (100, 190, 198, 200)


def test_every_picture_of_a_load_is_different_and_the_damaged_one_cannot_be_read(tmp_path):
    (tmp_path / "photograph.jpg").write_bytes(jpeg(640, 480))
    (tmp_path / "pictures").mkdir()
    pictures = write_pictures([tmp_path / "photograph.jpg"], DAMAGED, tmp_path / "pictures")
    *sound, spoilt = pictures
    assert len({picture.read_bytes() for picture in pictures}) == DAMAGED
    assert [is_damaged(picture.name) for picture in pictures] == [False] * len(sound) + [True]
    with Pillow.open(spoilt) as picture, pytest.raises(OSError, match="truncated"):
        picture.load()


def test_a_worker_is_killed_while_it_processes_a_picture(tmp_path, worker):
    database = Database(tmp_path / "events.sqlite")
    with database.change() as connection:
        set_mark(connection, "worker-1", str(worker.pid))
        connection.execute(
            "INSERT INTO tasks (kind, function, payload, request_id, worker, taken_at) "
            "VALUES ('event', 'process_upload', '{}', '', ?, 0)",
            (worker.pid,),
        )
        connection.execute("INSERT INTO objects (key, ts_ns) VALUES ('a', 0), ('b', 0), ('c', 0)")

    def replace() -> None:
        worker.wait()
        other = Database(tmp_path / "events.sqlite")
        with other.change() as connection:
            set_mark(connection, "worker-1", "another")
        other.close()

    supervisor = threading.Thread(target=replace)
    supervisor.start()
    (kill,) = kill_workers(database, 3, 1)
    supervisor.join()
    database.close()
    assert worker.returncode < 0
    assert kill.replaced >= 0


def test_a_partition_throttles_nothing_within_its_units():
    assert partition([100.0] * 60, Load(2, 2, 4), 1000, 2) == (0, 0)


def test_a_partition_throttles_lasting_load_beyond_its_units():
    throttled = partition([200.0] * 3600, Load(2, 2, 4), 1000, 2)
    assert 0.1 < throttled.tickets < 0.9


def test_several_partitions_share_a_load_too_high_for_one():
    assert partition([200.0] * 600, Load(2, 2, 4, partitions=8), 1000, 2) == (0, 0)


def test_a_client_that_retries_outlasts_a_busy_second():
    once, repeated = (Load(4, 0, 0, attempts=attempts) for attempts in (1, 4))
    assert partition([200.0, 0.0] * 60, once, 500, 2).tickets == pytest.approx(0.375)
    assert partition([200.0, 0.0] * 60, repeated, 500, 2).tickets == 0


def test_concurrent_calls_are_those_that_arrive_during_one_call():
    grown = growth([100.0] * 60, seconds=0.5, most=1000, faster=100)
    assert grown.most == pytest.approx(50)
    assert grown.wait == 0


def test_calls_beyond_lambdas_concurrency_wait():
    grown = growth([1000.0] * 10, seconds=1, most=1000, faster=100)
    assert grown.wait > 1


def test_the_busiest_hours_contain_the_peak_and_the_burst():
    month = Month(images=100_000_000, peak=3, hours=730)
    quiet, busy = (sum(arrivals(month, Burst("", images, 60))) for images in (0, 100_000))
    assert busy - quiet == pytest.approx(100_000, rel=0.02)


def test_the_time_of_a_sweep_is_proportional_to_the_number_of_images():
    calls = {"ListObjectsV2": 2, "HeadObject": 200, "BatchGetItem": 2}
    sweep = Sweep(images=200, seconds=1, cpu_seconds=0.5, calls=calls)
    few, many = scan(sweep, 1_000), scan(sweep, 10_000)
    assert many.seconds == pytest.approx(10 * few.seconds)

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image as Pillow

from benchmarks.library.checkouts import commit_of, prepared, running
from benchmarks.library.memory import DATABASE, part
from benchmarks.library.page import PAGE, page
from benchmarks.library.reading import FIRST, LAST, LISTS, MIDDLE, ONE, Pages, Reader, Times
from benchmarks.library.results import (
    LATEST,
    FirstStart,
    Latency,
    Results,
    Stage,
    Upload,
    Version,
    load,
)
from benchmarks.library.running import Plan
from benchmarks.library.tables import aims_table, memory_table, uploads_table
from benchmarks.library.uploading import SIDES, picture
from benchmarks.load.running import spread
from benchmarks.records import save
from benchmarks.stack import Stack
from ops.local.options import read_options
from tests.stack.running import is_alive
from tests.waiting import until

ROOT = Path(__file__).parents[2]


def upload(images: int, seconds: float, **changes: object) -> Upload:
    fields: dict[str, object] = {
        "before": 0,
        "images": images,
        "repeated": 0,
        "uploading": seconds / 2,
        "seconds": seconds,
        "waiting": {"work": 3},
        "left": {},
        "drained": 0.5,
        "memory": {DATABASE: 300_000_000},
        "others": 0.01,
    }
    return Upload(**(fields | changes))  # type: ignore[arg-type]


def stage(images: int, milliseconds: float, seconds: float = 10, failed: int = 0) -> Stage:
    """One whose lists take so long, single images a tenth, and 100 further images `seconds`."""
    times = dict.fromkeys(LISTS, milliseconds) | {ONE: milliseconds / 10}
    return Stage(
        images=images,
        statuses={"ready": images},
        latencies=tuple(
            Latency(kind=kind, requests=200, failed=failed, spread=spread([time / 1000] * 200))
            for kind, time in times.items()
        ),
        starts=(4.0, 5.0, 6.0),
        stops=(1.0, 1.0, 1.0),
        idle={DATABASE: 100_000_000, "API": 50_000_000},
        listing={DATABASE: 200_000_000, "API": 60_000_000},
        uploads=(upload(100, seconds),),
    )


def version(commit: str, *stages: Stage, first_start: float = 80) -> Version:
    return Version(
        commit=commit,
        database="moto",
        versions={"Python": "3.11.7"},
        fills=tuple(upload(one.images, one.images / 10) for one in stages),
        stages=stages,
        first_starts=(FirstStart(seconds=first_start, lines=20),),
    )


def results(now: Version, before: Version | None = None) -> Results:
    return Results(
        command="python -m benchmarks.library",
        date="2026-11-28",
        machine="A machine, 2 CPUs",
        load=0.1,
        minutes=40,
        workers=2,
        rounds=3,
        further=100,
        shared=600,
        mean_bytes=12_000,
        now=now,
        before=before,
    )


def cells(table: str, title: str) -> list[str]:
    """The cells of the row with this title, the title left out."""
    (line,) = [line for line in table.splitlines() if line.startswith(f"| {title} ")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


BEFORE = version("old", stage(600, 1000))
NOW = version("new", stage(600, 50), stage(10_000, 100))


def test_the_page_has_the_figures_of_the_latest_run() -> None:
    assert not LATEST.exists() or PAGE.read_text(encoding="utf-8") == page(load())


def test_a_run_that_is_saved_and_read_is_the_same(tmp_path: Path) -> None:
    save(results(NOW, BEFORE), tmp_path / "run.json")
    assert load(tmp_path / "run.json") == results(NOW, BEFORE)


def test_versions_are_compared_with_as_many_images_and_aims_met_by_the_most() -> None:
    table = aims_table(results(NOW, BEFORE))
    assert "| `old`, 600 | `new`, 600 | `new`, 10,000 |" in table
    first = ["at most 150", "1,000", "50", "100", "0.05", "yes"]
    assert cells(table, f"{FIRST}, p95, ms") == first


@pytest.mark.parametrize(
    ("title", "missed"),
    [
        (f"{LAST}, p95, ms", version("new", stage(600, 50), stage(10_000, 151))),
        (f"{LAST}, p95, ms", version("new", stage(600, 50), stage(10_000, 50, failed=1))),
        (f"{ONE}, p95, ms", version("new", stage(600, 50), stage(10_000, 510))),
        ("processed a second", version("new", stage(600, 50, 12), stage(10_000, 50))),
        ("processed a second", version("new", stage(600, 50), stage(10_000, 50, 12))),
        ("first start, s", version("new", stage(600, 50), stage(10_000, 50), first_start=105)),
    ],
)
def test_an_aim_that_is_missed_is_said(title: str, missed: Version) -> None:
    assert cells(aims_table(results(missed, BEFORE)), title)[-1] == "no"
    assert cells(aims_table(results(NOW, BEFORE)), title)[-1] == "yes"


def test_what_is_left_in_a_queue_is_said() -> None:
    left = replace(stage(600, 50), uploads=(upload(100, 10, left={"lost": 2}),))
    found = results(version("new", left))
    assert cells(aims_table(found), "left in queues") == ["0", "2", "-", "no"]
    assert "lost: 2" in uploads_table(found)


def test_without_an_earlier_version_nothing_is_compared() -> None:
    found = results(version("new", stage(600, 50)))
    assert cells(aims_table(found), "processed a second")[-2:] == ["-", "not measured"]
    assert "was not compared" in page(found)


def test_a_kind_of_request_without_an_answer_has_no_times() -> None:
    times = Times()
    times.add(FIRST, 8.0, 503)
    times.add(FIRST, 0.1, 200)
    times.add(MIDDLE, 8.0, 503)
    first, middle, *_ = times.latencies()
    assert (first.requests, first.failed, first.spread) == (2, 1, spread([0.1]))
    assert (middle.requests, middle.failed, middle.spread) == (1, 1, None)


def test_a_place_that_no_walk_has_found_is_not_asked() -> None:
    reader = Reader(Stack(read_options({})))
    pages = ("", "b", "c")
    whole = reader.addresses(Pages(pages, {}, whole=True), ["i"])
    assert [whole[kind][0].partition("cursor=")[2] for kind in (FIRST, MIDDLE, LAST)] == [*pages]
    assert not {MIDDLE, LAST} & reader.addresses(Pages(pages, {}, whole=False), ["i"]).keys()


def test_memory_is_that_of_a_part_at_rest_listing_and_uploading() -> None:
    table = memory_table(results(version("new", stage(600, 50))))
    assert cells(table, DATABASE) == ["100 / 200 / 300"]
    assert cells(table, "API") == ["50 / 60 / -"]
    assert cells(table, "all") == ["150 / 260 / 300"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("/venv/bin/python -m ops.local.clouds", DATABASE),
        ("/venv/bin/python -m ops.local.aws", DATABASE),
        ("/venv/bin/python -m ops.local.worker 2", "workers"),
        ("/venv/bin/python -m ops.local.another", "another"),
        ("/venv/bin/weed -logtostderr=true mini -dir=/data/s3", "object store"),
        ("/venv/bin/python -m ops run", "supervisor"),
        ("java -jar DynamoDBLocal.jar", None),
    ],
)
def test_a_part_is_told_by_its_module(command: str, expected: str | None) -> None:
    assert part(command) == expected


def test_a_picture_follows_from_its_number_and_is_no_others() -> None:
    assert picture(7) == picture(7)
    assert len({picture(number) for number in range(100)}) == 100
    with Pillow.open(io.BytesIO(picture(99))) as found:
        found.load()
        assert found.size == SIDES


def test_a_full_size_counts_what_the_comparison_has_added() -> None:
    plan = Plan(
        images=10_000, shared=600, further=200, requests=210, seconds=1, rounds=3, first_starts=0
    )
    assert plan.grown == 1200


def test_a_checkout_of_another_commit_is_refused(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for command in (["init"], ["commit", "--allow-empty", "--message", "another"]):
        subprocess.run([*git, *command], check=True, stdout=subprocess.DEVNULL)
    with pytest.raises(ValueError, match="is not an unchanged clone at 0000000"):
        prepared("0" * 40, tmp_path)


def test_a_revision_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no revision nothing"):
        commit_of("nothing")


CHILD = (
    "import subprocess; p = subprocess.Popen(['sleep', '3600']); print(p.pid, flush=True); p.wait()"
)


def test_a_commands_children_end_with_it(tmp_path: Path) -> None:
    with running([sys.executable, "-c", CHILD], tmp_path) as process:
        child = int((process.stdout or io.StringIO()).readline())
        assert is_alive(child)
    until(lambda: not is_alive(child))


def test_a_commands_children_end_when_the_benchmark_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from benchmarks.library.checkouts import running\n"
        f"with running([sys.executable, '-c', {CHILD!r}], Path({str(tmp_path)!r})) as process:\n"
        "    print(process.stdout.readline(), end='', flush=True)\n"
        "    process.wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as benchmark:
        child = int((benchmark.stdout or io.StringIO()).readline())
        assert is_alive(child)
        os.kill(benchmark.pid, signal.SIGKILL)
    until(lambda: not is_alive(child))

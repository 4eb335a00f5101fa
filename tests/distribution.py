"""How pytest-xdist distributes the tests over its processes, and which tests are slow.

Tests that share servers stay together, so that the servers start once. Long ones come first, so
that none runs alone at the end. More processes than cores help: each waits for its servers at
times.

`make test-fast` leaves out tests with the marker `slow`: those below `FIRST` or `SLOW`, and those
with a fixture of `SERVERS`.
"""

from collections.abc import Collection
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Folders and files; the tests below each stay together.
FIRST = (
    "tests/attack/machine/",
    "tests/e2e/",
    "tests/deploy/",
    "tests/stack/test_starting.py",
    "tests/stack/test_crashes.py",
    "tests/maintenance/test_verbs.py",
    "tests/policies/",
    "tests/attack/",
    "tests/hostile/test_hostile.py",
    "tests/artifact/",
    "tests/aws/",
)

# Starts of further slow tests' ids: each starts servers, takes seconds of CPU time, or needs more
# than `make setup` installs (Node, photographs).
SLOW = (
    "tests/auth/test_local.py",
    "tests/benchmarks/test_workers.py",
    "tests/docs/test_running.py",
    "tests/docs/test_snippets.py::test_a_block_passes_the_check_of_its_language",
    "tests/events/test_page.py::test_the_pages_javascript",
    "tests/events/test_page.py::test_the_pages_receiver",
    "tests/hostile/test_fuzz.py",
    "tests/imaging/test_animation.py::test_every_variant_is_animated",
    "tests/imaging/test_animation_limits.py::test_memory_does_not_grow_with_the_frames",
    "tests/imaging/test_decoding.py::test_a_24_megapixel_jpeg_is_never_decoded_at_full_size",
    "tests/imaging/test_decoding.py::test_pillows_own_limits_do_not_apply",
    "tests/imaging/test_hdr_javascript.py",
    "tests/imaging/test_heic.py::test_a_200_megapixel_photo_has_too_many_pixels",
    "tests/imaging/test_heic.py::test_files_of_phones_and_cameras_are_read",
    "tests/imaging/test_labels.py::test_exiftool",
    "tests/imaging/test_rendering.py::test_the_cascade_looks_like_scaling_in_one_step",
    "tests/imaging/test_sharpening.py",
    "tests/imaging/test_subsampling.py::test_fewer_than_one_in_ten_photographs_keep_all_colours",
    "tests/infrastructure/test_image_keys.py",
    "tests/ops/test_installer.py",
    "tests/ops/test_migration.py",
    "tests/ops/test_queues.py",
    "tests/packages/",
    "tests/release/test_release.py",
    "tests/stack/",
    "tests/views/test_markup_in_html.py",
)

# Fixtures that start servers or browsers.
SERVERS = frozenset({"api", "aws", "browser", "firefox", "seaweedfs"})


def scope(nodeid: str) -> str:
    """The group of the test `nodeid`: a folder from `FIRST`, else its file."""
    file = nodeid.partition("::")[0]
    return next((path for path in FIRST if file.startswith(path)), file)


def is_slow(nodeid: str, fixtures: Collection[str]) -> bool:
    """Whether `make test-fast` leaves out the test `nodeid`, which uses `fixtures`."""
    return nodeid.startswith(FIRST + SLOW) or not SERVERS.isdisjoint(fixtures)


class ScopedScheduling(LoadScopeScheduling):
    """Schedules by `scope`, in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ScopedScheduling:
    config.option.loadscopereorder = False
    return ScopedScheduling(config, log)


def pytest_itemcollected(item: pytest.Item) -> None:
    if is_slow(item.nodeid, getattr(item, "fixturenames", ())):
        item.add_marker("slow")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {path: number for number, path in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(scope(item.nodeid), len(order)))

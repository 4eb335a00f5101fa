"""A change of visibility: all files move, and whatever interrupts that leaves none behind."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.errors import NotFound, TransientError
from chalicelib.model import delivery, keys
from chalicelib.model.delivery import StableFile
from chalicelib.model.image import Image, ObjectVersion, Status, Visibility
from chalicelib.model.patch import ImagePatch
from chalicelib.views.manifests import read_manifest
from tests.builders import caller
from tests.fakes.others import ORIGIN_SECRET
from tests.pictures import jpeg
from tests.sweep.conftest import IMAGES, UPLOADS, Harness

KEY = "photos/cat.jpg"
PUBLIC, PRIVATE = Visibility.PUBLIC, Visibility.PRIVATE


class Killed(BaseException):
    """The process was killed."""


class Fragile:
    """Stores of which one call, the `at`-th, is not made, or is the process's last."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.left = at
        self._after = after

    def around(self, store: Any) -> Any:
        outer = self

        class Proxy:
            def __getattr__(self, name: str) -> Any:
                found = getattr(store, name)
                return outer._call(found) if callable(found) else found

            def __setattr__(self, name: str, value: Any) -> None:
                setattr(store, name, value)

        return Proxy()

    def _call(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left == 0 and not self._after:
                raise Killed
            result = call(*given, **named)
            if self.left == 0:
                raise Killed
            return result

        return called


def change(harness: Harness, image_id: str, visibility: Visibility) -> Any:
    patch = ImagePatch(visibility=visibility)
    return harness.wiring.library.change(image_id, caller(), patch).view


def private(harness: Harness) -> Image:
    image = harness.ready(KEY)
    change(harness, image.id, PRIVATE)
    return harness.image(image.id)


def forget_use_cases(harness: Harness) -> None:
    """Make them again, with the stores that the wiring has then."""
    for name in (
        *("deleter", "library", "mover", "processor", "published_files", "published_images"),
        *("purger", "renderer", "sweeper"),
    ):
        harness.wiring.__dict__.pop(name, None)


def public_files(harness: Harness, image: Image) -> list[str]:
    manifest = keys.manifest_key(image.id)
    return [key for key in harness.files() if key.startswith(f"{image.id}/") and key != manifest]


def private_files(harness: Harness, image: Image) -> list[str]:
    return [key for key in harness.files() if key.startswith(f"private/{image.id}/")]


def check_is(harness: Harness, image_id: str, visibility: Visibility) -> None:
    """All files are where this visibility wants them, and none anywhere else."""
    image = harness.image(image_id)
    assert (image.status, image.visibility, image.moving_to) == (Status.READY, visibility, None)
    expected = {*image.processed_files, *harness.wiring.published_files.expected(image)}
    assert expected == {*public_files(harness, image), *private_files(harness, image)}
    assert all(key.startswith(image.files_prefix) for key in expected)


@pytest.mark.parametrize("there", [PUBLIC, PRIVATE])
def test_all_files_move_within_the_call(harness: Harness, there: Visibility) -> None:
    image = harness.ready(KEY)
    shown = [change(harness, image.id, v) for v in (PRIVATE, PUBLIC, PRIVATE, there)][-1]
    assert (shown.visibility, shown.pending_visibility) == (there, None)
    check_is(harness, image.id, there)


def test_the_cdn_forgets_the_public_copies(harness: Harness) -> None:
    image = private(harness)
    assert [image_id for image_id, _ in harness.cdn.invalidated] == [image.id]


def test_a_private_image_has_no_copies_in_the_cdn_to_forget(harness: Harness) -> None:
    image = private(harness)
    change(harness, image.id, PUBLIC)
    assert len(harness.cdn.invalidated) == 1


def test_the_files_bytes_and_types_stay(harness: Harness) -> None:
    image = harness.ready(KEY)
    before = {key: harness.objects.kept[IMAGES, key] for key in image.processed_files}
    change(harness, image.id, PRIVATE)
    moved = harness.image(image.id)
    for key, former in zip(moved.processed_files, before.values(), strict=True):
        kept = harness.objects.kept[IMAGES, key]
        assert (kept.data, kept.content_type) == (former.data, former.content_type)
        assert kept.content_disposition == former.content_disposition
        assert kept.cache_control.startswith("private")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 40))
def test_a_move_that_was_killed_anywhere_is_finished(
    harness: Harness, at: int, *, after: bool
) -> None:
    image, wiring = harness.ready(KEY), harness.wiring
    fragile = Fragile(at, after=after)
    stores = wiring.objects, wiring.images, wiring.cdn
    forget_use_cases(harness)
    wiring.objects, wiring.images, wiring.cdn = map(fragile.around, stores)
    with suppress(Killed):
        change(harness, image.id, PRIVATE)
    forget_use_cases(harness)
    wiring.objects, wiring.images, wiring.cdn = stores
    if harness.image(image.id).revision == image.revision:
        assert public_files(harness, image)  # killed before anything was recorded
        return
    for _ in range(2):
        harness.wait(hours=1)
        harness.sweep()
    check_is(harness, image.id, PRIVATE)
    assert harness.cdn.invalidated
    assert not harness.image(image.id).is_unfinished


def test_what_a_move_leaves_pending_is_in_the_response_and_in_the_queue(harness: Harness) -> None:
    image = harness.ready(KEY)

    def away(*_: object, **__: object) -> None:
        raise TransientError("S3 is away.")

    copy, harness.objects.copy = harness.objects.copy, away  # type: ignore[method-assign]
    shown = change(harness, image.id, PRIVATE)
    assert (shown.visibility, shown.pending_visibility) == (PUBLIC, PRIVATE)
    harness.objects.copy = copy  # type: ignore[method-assign]
    harness.sweep()  # within the grace period: only the queue's message is handled
    check_is(harness, image.id, PRIVATE)


def failing() -> None:
    raise TransientError("S3 is away.")


def test_a_change_back_is_also_a_move(harness: Harness) -> None:
    image = harness.ready(KEY)
    harness.wiring.library._mover.move = lambda _: failing()  # type: ignore[method-assign]
    change(harness, image.id, PRIVATE)
    del harness.wiring.library._mover.move
    assert change(harness, image.id, PUBLIC).pending_visibility is None
    check_is(harness, image.id, PUBLIC)


def test_a_worker_that_renders_meanwhile_leaves_no_public_file(harness: Harness) -> None:
    image = harness.ready(KEY)
    harness.put(KEY, jpeg(seed=7))
    write, changed = harness.objects.write, []

    def during(bucket: str, key: str, *given: Any, **named: Any) -> str:
        if bucket == IMAGES and not changed:
            changed.append(key)
            change(harness, image.id, PRIVATE)
        return write(bucket, key, *given, **named)

    harness.objects.write = during  # type: ignore[method-assign]
    version = ObjectVersion(bucket=UPLOADS, key=KEY, sequencer="A2")
    assert harness.wiring.processor.process(version) is None
    harness.objects.write = write  # type: ignore[method-assign]
    assert public_files(harness, image) == []
    harness.sweep()
    ready = harness.image(image.id)
    assert (ready.status, ready.sha256 != image.sha256) == (Status.READY, True)
    assert {*ready.processed_files} <= {*private_files(harness, image)}
    assert public_files(harness, image) == []


def test_a_worker_that_was_killed_meanwhile_leaves_no_public_file_for_long(
    harness: Harness,
) -> None:
    image = private(harness)
    harness.put(f"{image.id}/0123456789abcdef/mobile.webp", b"x", IMAGES)
    harness.wait(hours=1)
    assert harness.sweep().misplaced == 1
    assert public_files(harness, image) == []
    assert len(harness.cdn.invalidated) == 2


def test_the_scan_finds_a_public_file_of_a_private_image_at_any_time(harness: Harness) -> None:
    image = private(harness)
    harness.wait(hours=1)
    harness.sweep()
    harness.put(f"{image.id}/i/mobile.webp", b"x", IMAGES)
    harness.wait(hours=1)
    assert harness.sweep().misplaced == 1
    assert public_files(harness, image) == []


def test_the_scan_finds_a_private_file_of_a_public_image(harness: Harness) -> None:
    image = harness.ready(KEY)
    harness.put(f"private/{image.id}/i/mobile.webp", b"x", IMAGES)
    harness.wait(hours=1)
    assert harness.sweep().misplaced == 1
    assert private_files(harness, image) == []


def test_the_scan_repairs_a_private_image(harness: Harness) -> None:
    image = private(harness)
    harness.wait(hours=1)
    harness.sweep()
    harness.objects.erase(IMAGES, image.processed_files[0])
    harness.wait(hours=1)
    assert harness.sweep().incomplete == 1
    check_is(harness, image.id, PRIVATE)


def test_the_scan_finds_nothing_at_a_private_image_that_is_whole(harness: Harness) -> None:
    private(harness)
    harness.wait(hours=1)
    harness.sweep()
    harness.wait(hours=1)
    assert harness.sweep().repairs == 0


def test_a_missing_file_does_not_stop_a_move(harness: Harness) -> None:
    image = harness.ready(KEY)
    harness.objects.erase(IMAGES, image.processed_files[0])
    change(harness, image.id, PRIVATE)
    harness.sweep()
    check_is(harness, image.id, PRIVATE)


def test_a_size_that_is_rendered_meanwhile_leaves_no_public_file(harness: Harness) -> None:
    image, wiring = harness.ready(KEY), harness.wiring
    render = wiring.renderer.render_one

    def during(*given: Any) -> Any:
        change(harness, image.id, PRIVATE)
        return render(*given)

    wiring.renderer.render_one = during  # type: ignore[method-assign]
    generation = wiring.renderer.generation
    with pytest.raises(NotFound):
        locate(harness, image, "w", f"320-{generation}.webp")
    assert public_files(harness, image) == []


def locate(harness: Harness, image: Image, folder: str, name: str) -> str:
    """The target of a redirect; NotFound if it names a file that does not exist."""
    url = harness.wiring.delivery.locate(image.id, folder, name)
    path = url.partition("://")[2].partition("/")[2]
    key = path.removeprefix("images/").removeprefix("i/")
    if not harness.objects.exists(IMAGES, key):
        raise NotFound("The redirect names a file that is gone.")
    return url


def test_a_private_image_is_located_for_the_private_origin_alone(harness: Harness) -> None:
    image = private(harness)
    wanted = delivery.file_key(image.id, StableFile("mobile", "jpg"), private=True)
    _, _, folder, name = wanted.split("/")
    for secret in (None, "", "wrong"):
        with pytest.raises(NotFound):
            harness.wiring.delivery.locate(image.id, folder, name, secret)
    url = harness.wiring.delivery.locate(image.id, folder, name, ORIGIN_SECRET)
    assert url.startswith(f"https://photos.example/private/i/{image.id}/i/mobile.jpg?Policy=")


def test_a_deletion_erases_private_files(harness: Harness) -> None:
    image = private(harness)
    receipt = harness.wiring.library.delete(image.id, caller())
    assert (receipt.verified, harness.files()) == (True, [])


def test_a_deletion_during_a_move_leaves_nothing(harness: Harness) -> None:
    image = harness.ready(KEY)
    harness.wiring.library._mover.move = lambda _: failing()  # type: ignore[method-assign]
    change(harness, image.id, PRIVATE)
    del harness.wiring.library._mover.move
    harness.put(f"private/{image.id}/0123456789abcdef/mobile.webp", b"x", IMAGES)
    harness.wiring.library.delete(image.id, caller())
    harness.sweep()
    assert harness.files() == []


@pytest.mark.parametrize("visibility", [PUBLIC, PRIVATE])
def test_the_manifest_restores_the_visibility(harness: Harness, visibility: Visibility) -> None:
    image = harness.ready(KEY)
    change(harness, image.id, PRIVATE)
    change(harness, image.id, visibility)
    restored, _ = read_manifest(harness.objects.read(IMAGES, keys.manifest_key(image.id), 10**9))
    assert (restored.visibility, restored.renditions) == (
        visibility,
        harness.image(image.id).renditions,
    )


def test_the_manifest_has_no_signature(harness: Harness) -> None:
    image = private(harness)
    stored = harness.objects.read(IMAGES, keys.manifest_key(image.id), 10**9)
    assert b"Signature" not in stored.data


def test_an_object_that_returns_has_the_visibility_of_its_former_image(harness: Harness) -> None:
    image = private(harness)
    harness.objects.erase(UPLOADS, KEY)
    harness.wiring.deleter.object_removed(ObjectVersion(bucket=UPLOADS, key=KEY, sequencer="B"))
    harness.wait(hours=1)
    harness.put(KEY)
    harness.process(KEY, "C")
    check_is(harness, image.id, PRIVATE)

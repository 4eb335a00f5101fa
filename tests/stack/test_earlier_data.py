"""A data directory that commit 5f300cc wrote: images in every state, tokens, and pending work.

Its stack was killed with one upload waiting for a worker. `expected.json` beside the data has what
its API returned just before.
"""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.stack.running import Stack, running_stack
from tests.waiting import GENEROUS, until

Json = dict[str, Any]

ARCHIVE = Path(__file__).parent / "data" / "5f300cc.tar.xz"
NO_SWEEP = {"SWEEP_SECONDS": "100000,100000"}  # one would expire the tickets of that day


class Written:
    """The unpacked directory, and what its API returned."""

    def __init__(self, folder: Path) -> None:
        with tarfile.open(ARCHIVE) as archive:
            archive.extractall(folder, filter="data")
        self.data = folder / "data"
        self._text = (folder / "expected.json").read_text()

    def expected(self, stack: Stack) -> Json:
        """What it returned, with the addresses of `stack`."""
        origins = json.loads(self._text)
        text = self._text.replace(origins["site"], stack.site).replace(origins["api"], stack.api)
        return dict(json.loads(text))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(tmp_path_factory.mktemp("written"))


@pytest.fixture(scope="module")
def stack(written: Written) -> Iterator[Stack]:
    with running_stack(written.data, AUTH_MODE="token", **NO_SWEEP) as stack:
        yield stack


@pytest.fixture(scope="module")
def expected(written: Written, stack: Stack) -> Json:
    return written.expected(stack)


def get(stack: Stack, token: str, path: str) -> Json:
    headers = {"Authorization": f"Bearer {token}"}
    return dict(requests.get(f"{stack.api}{path}", headers=headers, timeout=GENEROUS).json())


def owners_token(expected: Json, image_id: str) -> str:
    return str(expected["tokens"]["bob" if image_id in expected["ids"]["bob"] else "ann"])


def waiting_image(stack: Stack, expected: Json) -> Json:
    """The image whose upload no worker had taken, once it is ready."""
    (image_id,) = expected["ids"]["waiting"]
    path = f"/images/{image_id}"
    image = until(lambda: ready(get(stack, expected["tokens"]["ann"], path)))
    assert image
    return image


def ready(image: Json) -> Json | None:
    return image if image["status"] == "ready" else None


def test_all_of_its_tokens_list_the_same_images(stack: Stack, expected: Json) -> None:
    waiting = waiting_image(stack, expected)["id"]
    for owner, token in expected["tokens"].items():
        wanted = expected["lists"][owner]
        listed = get(stack, token, "/images?limit=100")
        assert [i["id"] for i in listed["images"]] == [i["id"] for i in wanted["images"]]
        for image, before in zip(listed["images"], wanted["images"], strict=True):
            assert as_then(image) == without_markup(before) or image["id"] == waiting


@pytest.mark.parametrize("kind", ["ready", "bob", "rejected", "failed", "deleted", "pending"])
def test_an_image_has_the_same_history_and_urls(stack: Stack, expected: Json, kind: str) -> None:
    for image_id in expected["ids"][kind]:
        image = get(stack, owners_token(expected, image_id), f"/images/{image_id}")
        assert as_then(image) == without_markup(expected["images"][image_id])


# Fields that images have got since; none of them loses anything.
NEW = (
    *("alt", "edits", "facts", "gain_map", "og_image", "original_height", "original_width"),
    *("provenance", "suggested_focal_point"),
    *("pending_visibility", "preview", "tags", "visibility"),
)


def as_then(image: Json) -> Json:
    """The image as the earlier version showed it, without its markup."""
    former = {name: value for name, value in image.items() if name not in NEW}
    former["renditions"] = [
        {name: rendition[name] for name in rendition if name not in {"hdr", "immutable_url"}}
        | {"url": rendition["immutable_url"]}
        for rendition in image["renditions"]
    ]
    return without_markup(former)


def without_markup(image: Json) -> Json:
    """The image without its markup, which has stable URLs since."""
    return {name: value for name, value in image.items() if name != "markup"}


def test_an_upload_that_waited_for_a_worker_becomes_ready(stack: Stack, expected: Json) -> None:
    image = waiting_image(stack, expected)
    assert [line["event"] for line in image["history"]] == ["ticket", "processing", "ready"]


def test_its_renditions_are_served_at_their_urls(expected: Json) -> None:
    for image_id in [*expected["ids"]["ready"], *expected["ids"]["bob"]]:
        for rendition in expected["images"][image_id]["renditions"]:
            served = requests.get(rendition["url"], timeout=GENEROUS)
            assert (served.status_code, len(served.content)) == (200, rendition["bytes"])


def test_a_file_that_it_has_is_recognized(stack: Stack, expected: Json) -> None:
    image = expected["images"][expected["ids"]["ready"][0]]
    order = {
        "filename": "again.jpg",
        "content_type": image["content_type"],
        "size": image["bytes"],
        "sha256": image["sha256"],
    }
    headers = {"Authorization": f"Bearer {expected['tokens']['ann']}"}
    answer = requests.post(f"{stack.api}/uploads", json=order, headers=headers, timeout=GENEROUS)
    assert answer.json()["duplicate_of"] == image["id"]


def test_its_manifests_rebuild_the_table(tmp_path: Path) -> None:
    written = Written(tmp_path)
    (written.data / "aws.journal").unlink()  # its tables
    with running_stack(written.data, AUTH_MODE="token", **NO_SWEEP) as stack:
        rebuilt = stack.ops("rebuild-table")
        assert rebuilt.returncode == 0, rebuilt.stderr
        expected = written.expected(stack)
        admin = stack.token("root", "--scopes", "admin")
        for image_id in [*expected["ids"]["ready"], *expected["ids"]["bob"]]:
            before = expected["images"][image_id]
            image = get(stack, admin, f"/images/{image_id}")
            *history, restored = image.pop("history")
            assert (history, restored["event"]) == (before.pop("history"), "restored")
            former = {**as_then(image), "updated_at": 0}
            assert former == {**without_markup(before), "updated_at": 0}
            bytes_ = requests.get(image["renditions"][0]["url"], timeout=GENEROUS).content
            assert len(bytes_) == image["renditions"][0]["bytes"]


def test_its_images_are_found_before_they_are_indexed_and_sorted_after(tmp_path: Path) -> None:
    written = Written(tmp_path)
    with running_stack(written.data, AUTH_MODE="token", **NO_SWEEP) as stack:
        expected = written.expected(stack)
        waiting_image(stack, expected)
        token = expected["tokens"]["ann"]
        listed = get(stack, token, "/images?status=ready&limit=100")["images"]
        word = listed[-1]["filename"][:3]
        search = f"/images?status=ready&limit=100&q={word}"
        found = get(stack, token, search)["images"]
        assert listed[-1] in found
        assert get(stack, token, f"{search}&sort=bytes")["code"] == "conflict"
        swept = stack.ops("sweep", "--json")
        assert (swept.returncode, json.loads(swept.stdout)["indexed"] > 0) == (0, True)
        ids = {image["id"] for image in found}

        def sorted_images() -> list[Json] | None:
            by_size: list[Json] = get(stack, token, f"{search}&sort=bytes")["images"]
            # Those made by earlier rules are processed again, and are not ready meanwhile.
            return by_size if {image["id"] for image in by_size} == ids else None

        by_size = until(sorted_images)
        assert by_size
        assert [image["bytes"] for image in by_size] == sorted(i["bytes"] for i in found)

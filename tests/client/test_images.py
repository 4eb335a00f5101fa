"""`list`, `show`, `delete` and `open`, against a fake Darkroom."""

import json
from collections.abc import Callable

import pytest

from tests.client.conftest import Run
from tests.client.darkroom import FakeDarkroom, new_image, problem

UNKNOWN = "7" * 26


@pytest.fixture
def add(darkroom: FakeDarkroom) -> Callable[..., str]:
    """Adds an image to the API; returns its id."""

    def add(**changes: object) -> str:
        order = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 5, "sha256": "0"}
        image = new_image(len(darkroom.images), order) | changes
        darkroom.images[image["id"]] = image
        return str(image["id"])

    return add


def rendition(variant: str, width: int, url: str = "http://cdn.example/x.webp") -> object:
    sides = {"width": width, "height": width, "bytes": 10}
    addresses = {"key": "k", "url": url, "immutable_url": url}
    return {"variant": variant, "format": "webp", **addresses, **sides}


def test_images_are_listed_newest_first(run: Run, add: Callable[..., str]) -> None:
    first, second = add(filename="old.jpg"), add(filename="new\n.jpg", status="ready")
    done = run("list")
    assert done.exit_code == 0
    head, newest, oldest = done.stdout.splitlines()
    assert head.split() == ["id", "status", "created", "size", "bytes", "saved", "file"]
    assert (newest.split()[:2], newest.endswith("new�.jpg")) == ([second, "ready"], True)
    assert oldest.split()[:2] == [first, "pending"]


def test_a_list_continues_over_pages_to_its_limit(run: Run, add: Callable[..., str]) -> None:
    ids = [add() for _ in range(230)][::-1]
    some = run("list", "--limit", "150", "--json")
    assert [json.loads(line)["id"] for line in some.stdout.splitlines()] == ids[:150]
    assert "There are more: --limit 300 or --all shows them." in some.stderr
    everything = run("list", "--all", "--json")
    assert [json.loads(line)["id"] for line in everything.stdout.splitlines()] == ids
    assert everything.stderr == ""


def test_a_list_can_be_limited_to_a_status(run: Run, add: Callable[..., str]) -> None:
    add()
    wanted = add(status="rejected")
    assert wanted in run("list", "--status", "rejected").stdout.splitlines()[1]
    assert run("list", "--status", "failed").stdout == "There are no images.\n"


def test_an_image_is_shown_with_all_details(run: Run, add: Callable[..., str]) -> None:
    image_id = add(renditions=[rendition("720p", 1280)], markup="<picture>\n</picture>", width=3)
    text = run("show", image_id).stdout
    for part in (image_id, "a.jpg", "720p", "http://cdn.example/x.webp", "  </picture>", "ticket"):
        assert part in text


def test_an_image_as_json_is_the_apis_response(
    run: Run, add: Callable[..., str], darkroom: FakeDarkroom
) -> None:
    image_id = add()
    assert json.loads(run("show", image_id, "--json").stdout) == darkroom.images[image_id]


@pytest.mark.parametrize("verb", [("show",), ("open",), ("delete", "--yes")])
def test_another_owners_image_is_not_found(run: Run, verb: tuple[str, ...]) -> None:
    done = run(*verb, UNKNOWN)
    assert (done.exit_code, "There is no such image." in done.stderr) == (1, True)


@pytest.mark.parametrize("verb", ["show", "delete", "open"])
def test_an_invalid_id_is_wrong_usage(run: Run, verb: str) -> None:
    done = run(verb, "../health")
    assert (done.exit_code, "is not an image id" in done.stderr) == (2, True)


def test_a_deletion_prints_its_receipt(
    run: Run, add: Callable[..., str], darkroom: FakeDarkroom
) -> None:
    image_id = add()
    done = run("delete", image_id, "--yes")
    assert (done.exit_code, darkroom.images[image_id]["status"]) == (0, "deleted")
    assert f"{image_id}  1 erased, verified\n  uploads/ann/" in done.stdout
    assert json.loads(run("delete", image_id, "--yes", "--json").stdout)["verified"] is True


def test_some_missing_images_of_several_exit_with_3(run: Run, add: Callable[..., str]) -> None:
    done = run("delete", UNKNOWN, add(), "--yes")
    assert (done.exit_code, done.stderr) == (3, f"{UNKNOWN}: There is no such image.\n")


def test_nothing_is_deleted_without_confirmation(
    run: Run, add: Callable[..., str], darkroom: FakeDarkroom
) -> None:
    image_id = add()
    done = run("delete", image_id)
    assert (done.exit_code, "No terminal to confirm on; pass --yes." in done.stderr) == (1, True)
    assert darkroom.images[image_id]["status"] == "pending"


def test_a_token_without_the_scope_delete_is_an_error(
    run: Run, add: Callable[..., str], darkroom: FakeDarkroom
) -> None:
    refusal = problem(403, "lacking_scope", "This takes a token with the scope delete.")
    darkroom.faults["images"].append(refusal)
    done = run("delete", add(), "--yes")
    assert done.stderr == "Not finished. This takes a token with the scope delete.\n"


def test_the_largest_rendition_is_opened(
    run: Run, add: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    large, small = "http://cdn.example/large.webp", "http://cdn.example/small.webp"
    image_id = add(renditions=[rendition("mobile", 640, small), rendition("1080p", 1920, large)])
    assert run("open", image_id).exit_code == 0
    assert run("open", image_id, "--variant", "mobile").exit_code == 0
    assert opened == [large, small]


def test_without_a_browser_the_address_is_printed(
    run: Run, add: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _url: False)
    done = run("open", add(renditions=[rendition("720p", 1280)]))
    assert (done.exit_code, done.stdout) == (0, "http://cdn.example/x.webp\n")
    assert "There is no browser here" in done.stderr


@pytest.mark.parametrize(
    ("renditions", "message"),
    [
        ([], "The image has no renditions: it is pending."),
        ([rendition("720p", 9)], "The image has no rendition 4k; it has 720p."),
        ([rendition("4k", 9, "file:///etc/passwd")], "not an address that a browser should open"),
    ],
)
def test_a_rendition_that_cannot_be_opened_is_an_error(
    run: Run, add: Callable[..., str], renditions: list[object], message: str
) -> None:
    done = run("open", add(renditions=renditions), "--variant", "4k")
    assert (done.exit_code, message in done.stderr) == (1, True)

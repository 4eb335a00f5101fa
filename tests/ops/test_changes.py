import base64
import json
from typing import Any

import pytest

from ops.local.runtime.change_log import Change, changes, documents, timestamps

BUCKET = "/buckets/darkroom-uploads"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def entry(name: str, etag: str | None = "aa11", **more: Any) -> dict[str, Any]:
    written = more.pop("written", 5)
    attributes = {"fileSize": "7", "mtime": "1795229158", "mtimeNs": written, "mime": ""}
    attributes |= {k: more.pop(k) for k in ("mime", "fileSize") if k in more}
    extended = {"Seaweed-X-Amz-ETag": encoded(etag)} if etag else {}
    base = {"name": name, "isDirectory": False, "attributes": attributes, "extended": extended}
    return {**base, **more}


def document(old: Any = None, new: Any = None, **more: Any) -> dict[str, Any]:
    directory = more.pop("directory", BUCKET)
    parent = more.pop("new_parent", directory if new else "")
    notification = {"oldEntry": old, "newEntry": new, "newParentPath": parent}
    return {"directory": directory, "eventNotification": notification, "tsNs": "42", **more}


def only(found: dict[str, Any]) -> Change:
    (change,) = changes(found)
    return change


def test_a_new_entry_is_a_creation() -> None:
    change = only(document(new=entry("a b+c é.jpg"), directory=f"{BUCKET}/up"))
    assert (change.key, change.ts_ns) == ("up/a b+c é.jpg", 42)
    assert change.state
    assert (change.state.etag, change.state.size) == ("aa11", 7)


def test_an_overwritten_entry_is_a_creation() -> None:
    change = only(document(entry("a"), entry("a", "bb22", written=6)))
    assert change.state
    assert change.state.etag == "bb22"


def test_the_same_bytes_written_again_are_a_creation() -> None:
    assert only(document(entry("a"), entry("a", written=6))).state


def test_a_changed_tag_is_not_a_change_of_the_object() -> None:
    tagged = entry("a")
    tagged["extended"]["X-Amz-Tagging-k"] = encoded("v")
    assert not list(changes(document(entry("a"), tagged)))


def test_a_deleted_entry_is_a_removal() -> None:
    assert only(document(old=entry("a"))) == Change("a", 42, None)


def test_a_renamed_entry_is_a_removal_and_a_creation() -> None:
    found = list(changes(document(entry("a"), entry("b"), new_parent=f"{BUCKET}/c")))
    assert [(change.key, bool(change.state)) for change in found] == [("a", False), ("c/b", True)]


@pytest.mark.parametrize(
    ("directory", "name"),
    [
        (f"{BUCKET}/.uploads/abc", "0001.part"),
        ("/buckets/darkroom-images", "a.webp"),
        ("/buckets/darkroom-uploads-of-another", "a.jpg"),
        ("/topics/.system", "log"),
    ],
)
def test_entries_outside_the_bucket_are_ignored(directory: str, name: str) -> None:
    assert not list(changes(document(new=entry(name), directory=directory)))


def test_a_directory_is_not_an_object() -> None:
    assert not list(changes(document(new=entry("dir", None, isDirectory=True))))


def test_an_object_whose_key_ends_with_a_slash_keeps_it() -> None:
    marker = entry("dir", isDirectory=True, mime="httpd/unix-directory")
    assert only(document(new=marker)).key == "dir/"


def test_an_object_that_also_became_a_directory_is_still_an_object() -> None:
    assert only(document(new=entry("photo", isDirectory=True))).key == "photo"


def test_an_etag_with_a_dash_means_a_multipart_upload() -> None:
    change = only(document(new=entry("big", "bc14-3")))
    assert change.state
    assert change.state.is_multipart


def test_without_an_etag_attribute_the_md5_is_the_etag() -> None:
    plain = entry("a", None)
    plain["attributes"]["md5"] = base64.b64encode(bytes.fromhex("ff00")).decode()
    change = only(document(new=plain))
    assert change.state
    assert change.state.etag == "ff00"


def test_a_document_may_hold_several_notifications() -> None:
    batch = document(new=entry("a"), events=[{**document(new=entry("b")), "tsNs": "50"}])
    assert [change.key for change in changes(batch)] == ["a", "b"]
    assert timestamps(batch) == 50


def test_documents_are_read_from_a_stream_of_lines() -> None:
    sent = [document(new=entry("}")), document(old=entry("{"))]
    text = (
        "\n".join(json.dumps(sent_document, indent=2) for sent_document in sent)
        + '\n{\n  "unfinished":'
    )
    assert list(documents(text.splitlines(keepends=True))) == sent

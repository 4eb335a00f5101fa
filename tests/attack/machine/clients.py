"""Clients: browsers with tickets, owners at the API, and tools that use the bucket."""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import requests

from chalicelib.aws import items
from chalicelib.model.image import Image, Status, Visibility
from chalicelib.web.requests import ORIGIN_SECRET_HEADER
from ops.local import names
from tests.attack.machine.calls import WHOLE, Cut
from tests.attack.machine.model import Erasure, Original, Ticket, Wish
from tests.attack.machine.pictures import MOST_BYTES, RECIPES, Content
from tests.attack.machine.world import World
from tests.fakes.others import ORIGIN_SECRET
from tests.waiting import GENEROUS

# Searches, and whether an image has to be in the result.
SEARCHES: dict[str, Callable[[Image], bool]] = {
    "q=A": lambda image: image.filename.startswith("a") or "a" in image.tags,
    "q=png": lambda image: image.filename.endswith("png"),
    "q=png+b": lambda image: image.filename.startswith("b") or "b" in image.tags,
    "tag=a": lambda image: "a" in image.tags,
    "tag=b&sort=bytes": lambda image: "b" in image.tags,
    "tag=c&status=ready": lambda image: "c" in image.tags and image.status is Status.READY,
    "status=rejected&sort=filename": lambda image: image.status is Status.REJECTED,
    "sort=-savings": lambda _: True,
}
WAYS = ("POST", "POST with checksum", "PUT")
_BUCKET = names.UPLOADS_BUCKET


def _is_searched(image: Image) -> bool:
    """Whether searches find the image: it is processed, or is being processed again."""
    if image.status is Status.PROCESSING:
        return image.processing.manifest_etag is not None
    return image.status in (Status.READY, Status.REJECTED, Status.FAILED)


class Clients:
    """What clients do to a world, also recorded in its model."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._s3 = world.stores.s3

    def request_ticket(self, content: Content, way: str, cut: Cut) -> None:
        """Request an upload ticket."""
        promised = way == "POST with checksum"
        size = max(1, min(len(content.data), MOST_BYTES))
        body = {"filename": "a.png", "content_type": content.media_type, "size": size}
        if promised:
            body["sha256"] = content.sha256
        ended = functools.partial(self._ticket_given, content, promised)
        if way == "PUT":
            path = f"/generate-upload-url?filename=a.png&content_type={content.media_type}"
            self._world.request("GET", path, None, ended, cut)
        else:
            self._world.request("POST", "/uploads", body, ended, cut)

    def _ticket_given(self, content: Content, promised: bool, answer: Any) -> None:
        if not self._answered(answer, 200, 201) or "duplicate_of" in answer.json_body:
            return
        issued = answer.json_body
        path = unquote(urlsplit(issued.get("upload_url", "")).path)
        key = issued["fields"]["key"] if "fields" in issued else path.removeprefix(f"/{_BUCKET}/")
        ticket = Ticket(issued, content, promised, datetime.fromisoformat(issued["expires_at"]))
        self._world.model.ticketed(key, issued["image_id"], ticket)

    def upload(self, original: Original, content: Content) -> None:
        """Send a file with a ticket."""
        ticket = original.ticket
        assert ticket
        if self._world.clock() > ticket.expires_at:
            return  # S3 refuses it by its own clock; tests/aws/test_signing.py proves it
        free = self._world.stores.present_version(original.key) is None
        taken = self._sent(ticket.answer, content)
        form = "fields" in ticket.answer
        fits = 0 < len(content.data) <= MOST_BYTES and (
            not ticket.promised or content == ticket.content
        )
        right = fits if form else free
        if taken != right:
            self._world.reader.violate(f"S3 accepted {content}: {taken}, but {right} is right.")
        if taken:
            self._stored(original.key, content, self._world.stores.present_version(original.key))

    def _sent(self, issued: dict[str, Any], content: Content) -> bool:
        if "fields" in issued:
            files = {"file": ("x", content.data)}
            answer = requests.post(
                issued["url"], data=issued["fields"], files=files, timeout=GENEROUS
            )
        else:
            answer = requests.put(
                issued["upload_url"], data=content.data, headers=issued["headers"], timeout=GENEROUS
            )
        return answer.ok

    def put(self, key: str, content: Content) -> None:
        """Store an object with some other tool, a new one or over another."""
        answer = self._s3.put_object(Bucket=_BUCKET, Key=key, Body=content.data)
        self._stored(key, content, answer["VersionId"])

    def copy(self, original: Original, key: str) -> None:
        """Copy an object within the bucket."""
        version = self._world.stores.present_version(original.key)
        if version:
            source = {"Bucket": _BUCKET, "Key": original.key}
            answer = self._s3.copy_object(Bucket=_BUCKET, Key=key, CopySource=source)
            self._stored(key, original.versions[version].content, answer["VersionId"])

    def _stored(self, key: str, content: Content, version: str | None) -> None:
        assert version
        world = self._world
        now = world.clock()
        world.model.stored(key, version, content, now)
        world.reader.stored(_BUCKET, key, now)
        described = {"size": len(content.data), "eTag": content.etag, "versionId": version}
        world.post.object_changed(key, removed=False, **described)

    def delete_object(self, original: Original) -> None:
        """Delete an object, as in a versioned bucket."""
        if original.gone_for_good:
            return  # its event may be lost: then the object is left to the bucket's lifecycle rule
        answer = self._s3.delete_object(Bucket=_BUCKET, Key=original.key)
        self._world.post.object_changed(original.key, removed=True, versionId=answer["VersionId"])

    def bring_back(self, original: Original) -> None:
        """Remove the delete marker of an object; S3 only sends a removal event."""
        mark = self._world.stores.mark_of(original.key)
        if mark:
            self._s3.delete_object(Bucket=_BUCKET, Key=original.key, VersionId=mark)
            version = original.versions.get(self._world.stores.present_version(original.key) or "")
            if version:
                self._world.reader.stored(_BUCKET, original.key, version.at)
            self._world.post.object_changed(original.key, removed=True, versionId=mark)

    def delete_image(self, original: Original, cut: Cut) -> None:
        """Ask the API to delete an image."""
        erasure = Erasure(self._world.clock())
        original.erasures.append(erasure)
        ended = functools.partial(self._image_deleted, erasure)
        self._world.request("DELETE", f"/images/{original.image_id}", None, ended, cut)

    def _image_deleted(self, erasure: Erasure, answer: Any) -> None:
        erasure.ended = self._world.clock()
        if self._answered(answer, 200, 404) and answer.status_code == 200:
            erasure.verified = answer.json_body["verified"]

    def process(self, original: Original, cut: Cut) -> None:
        """Ask the API to process an object now."""
        ended = functools.partial(self._answered_with, 200, 404)
        body = {"bucket": _BUCKET, "key": original.key}
        self._world.request("POST", "/images", body, ended, cut)

    def reprocess(self, original: Original, cut: Cut) -> None:
        """Ask the API to process an image once more."""
        ended = functools.partial(self._answered_with, 202, 404, 409)
        self._world.request("POST", f"/images/{original.image_id}/reprocess", None, ended, cut)

    def change(self, original: Original, tag: str, cut: Cut) -> None:
        """Ask the API to change an image's texts."""
        ended = functools.partial(self._answered_with, 200, 404, 409)
        body = {"tags": [tag], "alt": {"en": tag}}
        self._world.request("PATCH", f"/images/{original.image_id}", body, ended, cut)

    def edit(self, original: Original, recipe: str, cut: Cut) -> None:
        """Ask the API to edit an image's picture."""
        ended = functools.partial(self._answered_with, 200, 404, 409, 422)  # too many pixels
        body = {"edits": msgspec.to_builtins(RECIPES[recipe])}
        self._world.request("PATCH", f"/images/{original.image_id}", body, ended, cut)

    def set_visibility(self, original: Original, visibility: Visibility, cut: Cut) -> None:
        """Ask the API to make an image public or private."""
        wish = Wish(visibility, self._world.clock())
        original.wishes.append(wish)
        ended = functools.partial(self._visibility_set, wish)
        body = {"visibility": visibility}
        self._world.request("PATCH", f"/images/{original.image_id}", body, ended, cut)

    def _visibility_set(self, wish: Wish, answer: Any) -> None:
        wish.ended = self._world.clock()
        wish.granted = self._answered(answer, 200, 404, 409)
        refused = answer is not None and answer.status_code in (404, 409)
        wish.possible = not refused

    def view(self, original: Original, file: str, private: bool, cut: Cut) -> None:
        """Ask for a published file that the bucket does not have, as the CDN does.

        As `private` it has checked the viewer's signature before.
        """
        ended = functools.partial(self._answered_with, 302, 404)
        folder, secret = ("private/", ORIGIN_SECRET) if private else ("", "")
        path = f"/renditions/{folder}{original.image_id}/{file}"
        headers = {ORIGIN_SECRET_HEADER: secret}
        self._world.request("GET", path, None, ended, cut, headers)

    def search(self, query: str) -> None:
        """Search, and compare the result with all records."""
        ended = functools.partial(self._searched, query)
        self._world.request("GET", f"/images?limit=100&{query}", None, ended, WHOLE)

    def _searched(self, query: str, answer: Any) -> None:
        # Without the index images are not sorted.
        if not self._answered(answer, 200, 409):
            return
        found = [image["id"] for image in answer.json_body["images"]]
        right = SEARCHES[query]
        records = [items.image_of(row) for row in self._world.stores.rows() if "status" in row]
        expected = [image.id for image in records if _is_searched(image) and right(image)]
        if sorted(found) != sorted(expected):
            self._world.reader.violate(f"{query} found {found}, not {expected}.")

    def _answered_with(self, *statuses_and_answer: Any) -> None:
        *statuses, answer = statuses_and_answer
        self._answered(answer, *statuses)

    def _answered(self, answer: Any, *statuses: int) -> bool:
        """Whether the request succeeded; the status must be one of `statuses`, or 503."""
        if answer is None or answer.status_code == 503:
            return False
        if answer.status_code not in statuses:
            response = f"{answer.status_code} {answer.body!r}"
            self._world.reader.violate(f"The API responded {response}, not one of {statuses}.")
        return answer.status_code < 400

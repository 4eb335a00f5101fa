"""The client for programs with threads, or without."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack, cast

import httpx2
from msgspec import UNSET, UnsetType

from darkroom_client import downloads, duplicates, models, operations, uploads
from darkroom_client.api import Api
from darkroom_client.bodies import Progress
from darkroom_client.connection_errors import AS_IT_IS, ERRORS, headers_of, options, unreachable
from darkroom_client.downloads import Saved
from darkroom_client.edits import FocalPoint
from darkroom_client.models import Image, Json, Ticket
from darkroom_client.operations import Changes, Conditions, Operation, UploadOptions
from darkroom_client.retries import LONG, Retries
from darkroom_client.sources import Source, source_of
from darkroom_client.steps import (
    Blocking,
    Concurrently,
    Download,
    Item,
    Pause,
    Request,
    Response,
    Run,
    Step,
    Steps,
    T,
)
from darkroom_client.tickets import NoTickets, TicketStore
from darkroom_client.uploads import Sent, Upload

PROCESSING = 600.0  # seconds that an image may take


class Transport:
    """Pooled connections to any number of servers; thread-safe. All requests have `headers`."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self._client = httpx2.Client(**options(headers or {}))

    def send(self, request: Request) -> Response:
        """The response to one request, of any status; Unreachable if there is none."""
        content = request.content
        try:
            response = self._client.request(
                request.method,
                request.url,
                content=content if isinstance(content, bytes) else content.chunks(),
                headers=headers_of(request),
            )
        except ERRORS as error:
            raise unreachable(request.url, error) from error
        return Response(response.status_code, dict(response.headers), response.content)

    def download(self, url: str, write: Callable[[bytes], object]) -> int:
        """The status of a GET, whose body went to `write` if it is 200; Unreachable if it broke."""
        try:
            with self._client.stream("GET", url, headers=AS_IT_IS) as response:
                if response.status_code == 200:
                    for chunk in response.iter_raw():
                        write(chunk)
                return response.status_code
        except ERRORS as error:
            raise unreachable(url, error) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class Client:
    """A client of the Darkroom API at `api`, called with `token` unless that is empty.

    It is thread-safe. Failed requests are repeated after each of `waits` (seconds), and as late as
    the server asks for. `sleep` replaces `time.sleep`, and may raise to stop. Every method raises
    an ApiError for a response that is no success, and a FileFault for a file that is not readable.

        with Client("https://photos.example/api", token="...") as darkroom:
            image = darkroom.upload("door.jpg", tags=["red"])
            print(image.markup)
    """

    def __init__(
        self,
        api: str,
        token: str = "",
        *,
        waits: Sequence[float] = LONG,
        transport: Transport | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.address = api.rstrip("/")
        self._api = Api(self.address, token, Retries(waits))
        self._transport = transport or Transport()
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def upload(
        self,
        file: str | os.PathLike[str] | bytes,
        *,
        filename: str | None = None,
        tickets: TicketStore | None = None,
        progress: Progress | None = None,
        in_parts: bool | None = None,
        seconds: float = PROCESSING,
        **fields: Unpack[UploadOptions],
    ) -> Image:
        """Upload a file, and return its image once it is ready, rejected or failed.

        A file that an image of the caller has already is not sent again. Larger files are sent in
        parts; with a TicketJournal for `tickets`, another call, even after a crash, continues and
        sends those that are missing. Unfinished if processing takes more than `seconds`.
        """
        sent = self.send_file(
            source_of(file, filename),
            tickets=tickets,
            progress=progress,
            in_parts=in_parts,
            **fields,
        )
        image = self.wait(sent.image_id, seconds)
        if tickets:
            tickets.forget(sent.sha256)
        return image

    def send_file(
        self,
        source: Source,
        *,
        sha256: str = "",
        tickets: TicketStore | None = None,
        progress: Progress | None = None,
        in_parts: bool | None = None,
        **fields: Unpack[UploadOptions],
    ) -> Sent:
        """Send a file to the bucket, and do not wait until it is processed."""
        upload = Upload(
            self._api,
            source,
            fields,
            tickets or NoTickets(),
            progress or Progress(),
            sha256,
            in_parts,
        )
        return self._run(upload.send())

    def send_with_ticket(
        self,
        ticket: Ticket,
        file: str | os.PathLike[str] | bytes,
        progress: Progress | None = None,
    ) -> None:
        """Send a file with a ticket that somebody else got, such as your server, once."""
        steps = uploads.send_with_ticket(self._api, ticket, source_of(file), progress or Progress())
        self._run(steps)

    def wait(self, image_id: str, seconds: float = PROCESSING) -> Image:
        """The image once it is no longer being processed; Unfinished after `seconds`."""
        return self._run(self._api.wait(image_id, seconds))

    def image(self, image_id: str, sizes: str | None = None) -> Image:
        """An image with its history; `sizes` is for its markup."""
        return self.call(operations.show_image(image_id, sizes))

    def find(self, image_id: str) -> Image | None:
        """An image with its history; None if the caller has no such image."""
        return self._run(self._api.find(image_id))

    def images(self, most: int | None = None, **conditions: Unpack[Conditions]) -> Iterator[Image]:
        """The caller's images that meet all conditions, at most `most`, newest first."""
        return self._iterate(self._api.images(conditions, most))

    def duplicates(self, bits: int = 8, **conditions: Unpack[Conditions]) -> list[list[Image]]:
        """Groups of images that look alike: up to `bits` of their 64-bit hashes differ."""
        return duplicates.similar(self.images(None, **conditions), bits)

    def change(
        self, image_id: str, if_match: str | None = None, **changes: Unpack[Changes]
    ) -> Image:
        """Change an image; Refused with 412 if its `etag` is no longer `if_match`."""
        return self.call(operations.change_image(image_id, changes, if_match))

    def update(self, image_id: str, decide: Callable[[Image], Changes | None]) -> Image:
        """Change an image by what it is now, and return it; `decide` returns `Changes`, or None.

        If somebody else changes it meanwhile, `decide` is called again.
        """
        return self._run(self._api.update(image_id, decide))

    def delete(self, image_id: str) -> models.Receipt:
        """Erase an image; return the receipt."""
        return self.call(operations.delete_image(image_id))

    def reprocess(self, image_id: str, focal_point: FocalPoint | UnsetType | None = UNSET) -> Image:
        """Render an image again; with `focal_point` around that, or with None the suggested one."""
        return self.call(operations.reprocess_image(image_id, focal_point))

    def process_object(self, bucket: str, key: str, focal_point: FocalPoint | None = None) -> Image:
        """Process an object of the uploads bucket, and return its image."""
        return self.call(operations.process_object(bucket, key, focal_point))

    def download(
        self, image_id: str, folder: str | os.PathLike[str], variant: str | None = None
    ) -> Saved:
        """Save the original, or a variant in its preferred format, into a folder.

        The file has the image's file name, and never replaces another: NameTaken if there is one.
        """
        return self._run(downloads.save(self._api, image_id, Path(folder), variant))

    def original_url(self, image_id: str) -> str:
        """The URL at which an image's original can be downloaded for a minute."""
        return self.call(operations.download_original(image_id))

    def share(self, image_id: str, expires_in: int | None = None) -> models.NewShare:
        """Make a link to an image that works without a token for this many seconds."""
        return self.call(operations.share_image(image_id, expires_in))

    def shares(self, image_id: str) -> models.ShareList:
        """The links to an image that have not expired."""
        return self.call(operations.list_shares(image_id))

    def revoke_share(self, image_id: str, share_id: str) -> models.ShareList:
        """Revoke a link; return those that are left."""
        return self.call(operations.revoke_share(image_id, share_id))

    def put_ticket(
        self,
        filename: str,
        content_type: str,
        size: int | None = None,
        visibility: str | None = None,
    ) -> models.PutTicket:
        """Get a ticket for a file that is sent as the body of a PUT."""
        return self.call(operations.generate_upload_url(filename, content_type, size, visibility))

    def upload_progress(self, image_id: str) -> models.UploadProgress:
        """The parts of an upload that have arrived."""
        return self.call(operations.show_upload(image_id))

    def abort_upload(self, image_id: str) -> models.EndedUpload:
        """End an upload in parts, and remove those that have arrived."""
        return self.call(operations.abort_upload(image_id))

    def variants(self) -> tuple[models.Variant, ...]:
        """The variants, in the order of the table."""
        return self.call(operations.list_variants()).variants

    def health(self) -> models.Health:
        """The application's status and version."""
        return self.call(operations.health())

    def openapi(self) -> Json:
        """The API's OpenAPI document."""
        return self.call(operations.show_openapi())

    def call(self, operation: Operation[T]) -> T:
        """Perform any operation of `darkroom_client.operations`."""
        return self._run(self._api.call(operation))

    def request(self, request: Request) -> Response:
        """The response of any status to any request, which is repeated if there is none."""
        return self._run(self._api.request(request))

    def _run(self, steps: Steps[T]) -> T:
        """What the steps return."""
        run = Run(steps)
        for _ in self._perform_all(run):
            raise AssertionError("steps with items are iterated")
        return run.result

    def _iterate(self, steps: Steps[None]) -> Iterator[Any]:
        """The items that the steps yield."""
        return self._perform_all(Run(steps))

    def _perform_all(self, run: Run[Any]) -> Iterator[Any]:
        outcome: Any = None
        error: BaseException | None = None
        while (step := run.next(outcome, error)) is not None:
            outcome = error = None
            if isinstance(step, Item):
                yield step.value
                continue
            try:
                outcome = self._perform(step)
            except BaseException as raised:
                error = raised

    def _perform(self, step: Step) -> Any:
        match step:
            case Request():
                return self._transport.send(step)
            case Pause():
                return self._sleep(step.seconds)
            case Download():
                return self._transport.download(step.url, step.write)
            case Blocking():
                return step.run()
            case Concurrently():
                return self._all(step)

    def _all(self, step: Concurrently[T]) -> list[T]:
        """The results of all tasks; after an error, those that run are finished."""
        failed = threading.Event()

        def run(task: Callable[[], Steps[T]]) -> T | None:
            if failed.is_set():
                return None
            try:
                return self._run(task())
            except BaseException:
                failed.set()
                raise

        with ThreadPoolExecutor(step.limit) as pool:
            futures = [pool.submit(run, task) for task in step.tasks]
        return [cast(T, future.result()) for future in futures]  # all of them, or the error

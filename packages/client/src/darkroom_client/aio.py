"""The client for programs with an event loop, of asyncio or Trio."""

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

import anyio
import anyio.to_thread
import httpx2
from msgspec import UNSET, UnsetType

from darkroom_client import downloads, duplicates, models, operations, uploads
from darkroom_client.api import Api
from darkroom_client.bodies import Progress
from darkroom_client.connection_errors import (
    AS_IT_IS,
    ERRORS,
    headers_of,
    options,
    unreachable,
)
from darkroom_client.downloads import Saved
from darkroom_client.edits import FocalPoint
from darkroom_client.models import Image, Json, Ticket
from darkroom_client.operations import Changes, Conditions, Operation, UploadOptions
from darkroom_client.retries import LONG, Retries
from darkroom_client.sources import Source, source_of
from darkroom_client.steps import (
    Blocking,
    Body,
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
from darkroom_client.sync import PROCESSING, Client
from darkroom_client.tickets import NoTickets, TicketStore
from darkroom_client.uploads import Sent, Upload


class AsyncTransport:
    """Pooled connections to any number of servers. All requests have `headers`."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self._client = httpx2.AsyncClient(**options(headers or {}))

    async def send(self, request: Request) -> Response:
        """The response to one request, of any status; Unreachable if there is none."""
        content = request.content
        try:
            response = await self._client.request(
                request.method,
                request.url,
                content=content if isinstance(content, bytes) else _chunks(content),
                headers=headers_of(request),
            )
        except ERRORS as error:
            raise unreachable(request.url, error) from error
        return Response(response.status_code, dict(response.headers), response.content)

    async def download(self, url: str, write: Callable[[bytes], object]) -> int:
        """The status of a GET, whose body went to `write` if it is 200; Unreachable if it broke."""
        try:
            async with self._client.stream("GET", url, headers=AS_IT_IS) as response:
                if response.status_code == 200:
                    async for chunk in response.aiter_raw():
                        await anyio.to_thread.run_sync(write, chunk)
                return response.status_code
        except ERRORS as error:
            raise unreachable(url, error) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


async def _chunks(body: Body) -> AsyncIterator[bytes]:
    """The pieces of a body, each read in a thread."""
    pieces = body.chunks()
    while (piece := await anyio.to_thread.run_sync(next, pieces, None)) is not None:
        yield piece


class AsyncClient:
    """A client of the Darkroom API at `api`, called with `token` unless that is empty.

    Its methods are those of `Client`, to be awaited; `images` is iterated with `async for`.

        async with AsyncClient("https://photos.example/api", token="...") as darkroom:
            image = await darkroom.upload("door.jpg", tags=["red"])
            print(image.markup)
    """

    def __init__(
        self,
        api: str,
        token: str = "",
        *,
        waits: Sequence[float] = LONG,
        transport: AsyncTransport | None = None,
    ) -> None:
        self.address = api.rstrip("/")
        self._api = Api(self.address, token, Retries(waits))
        self._transport = transport or AsyncTransport()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._transport.close()

    async def upload(
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
        sent = await self.send_file(
            await anyio.to_thread.run_sync(source_of, file, filename),
            tickets=tickets,
            progress=progress,
            in_parts=in_parts,
            **fields,
        )
        image = await self.wait(sent.image_id, seconds)
        if tickets:
            await anyio.to_thread.run_sync(tickets.forget, sent.sha256)
        return image

    async def send_file(
        self,
        source: Source,
        *,
        sha256: str = "",
        tickets: TicketStore | None = None,
        progress: Progress | None = None,
        in_parts: bool | None = None,
        **fields: Unpack[UploadOptions],
    ) -> Sent:
        upload = Upload(
            self._api,
            source,
            fields,
            tickets or NoTickets(),
            progress or Progress(),
            sha256,
            in_parts,
        )
        return await self._run(upload.send())

    async def send_with_ticket(
        self,
        ticket: Ticket,
        file: str | os.PathLike[str] | bytes,
        progress: Progress | None = None,
    ) -> None:
        steps = uploads.send_with_ticket(
            self._api,
            ticket,
            await anyio.to_thread.run_sync(source_of, file),
            progress or Progress(),
        )
        await self._run(steps)

    async def wait(self, image_id: str, seconds: float = PROCESSING) -> Image:
        return await self._run(self._api.wait(image_id, seconds))

    async def image(self, image_id: str, sizes: str | None = None) -> Image:
        return await self.call(operations.show_image(image_id, sizes))

    async def find(self, image_id: str) -> Image | None:
        return await self._run(self._api.find(image_id))

    def images(
        self, most: int | None = None, **conditions: Unpack[Conditions]
    ) -> AsyncIterator[Image]:
        return self._iterate(self._api.images(conditions, most))

    async def duplicates(
        self, bits: int = 8, **conditions: Unpack[Conditions]
    ) -> list[list[Image]]:
        found = [image async for image in self.images(None, **conditions)]
        return duplicates.similar(found, bits)

    async def change(
        self, image_id: str, if_match: str | None = None, **changes: Unpack[Changes]
    ) -> Image:
        return await self.call(operations.change_image(image_id, changes, if_match))

    async def update(self, image_id: str, decide: Callable[[Image], Changes | None]) -> Image:
        return await self._run(self._api.update(image_id, decide))

    async def delete(self, image_id: str) -> models.Receipt:
        return await self.call(operations.delete_image(image_id))

    async def reprocess(
        self, image_id: str, focal_point: FocalPoint | UnsetType | None = UNSET
    ) -> Image:
        return await self.call(operations.reprocess_image(image_id, focal_point))

    async def process_object(
        self, bucket: str, key: str, focal_point: FocalPoint | None = None
    ) -> Image:
        return await self.call(operations.process_object(bucket, key, focal_point))

    async def download(
        self, image_id: str, folder: str | os.PathLike[str], variant: str | None = None
    ) -> Saved:
        return await self._run(downloads.save(self._api, image_id, Path(folder), variant))

    async def original_url(self, image_id: str) -> str:
        return await self.call(operations.download_original(image_id))

    async def share(self, image_id: str, expires_in: int | None = None) -> models.NewShare:
        return await self.call(operations.share_image(image_id, expires_in))

    async def shares(self, image_id: str) -> models.ShareList:
        return await self.call(operations.list_shares(image_id))

    async def revoke_share(self, image_id: str, share_id: str) -> models.ShareList:
        return await self.call(operations.revoke_share(image_id, share_id))

    async def put_ticket(
        self,
        filename: str,
        content_type: str,
        size: int | None = None,
        visibility: str | None = None,
    ) -> models.PutTicket:
        return await self.call(
            operations.generate_upload_url(filename, content_type, size, visibility)
        )

    async def upload_progress(self, image_id: str) -> models.UploadProgress:
        return await self.call(operations.show_upload(image_id))

    async def abort_upload(self, image_id: str) -> models.EndedUpload:
        return await self.call(operations.abort_upload(image_id))

    async def variants(self) -> tuple[models.Variant, ...]:
        return (await self.call(operations.list_variants())).variants

    async def health(self) -> models.Health:
        return await self.call(operations.health())

    async def openapi(self) -> Json:
        return await self.call(operations.show_openapi())

    async def call(self, operation: Operation[T]) -> T:
        return await self._run(self._api.call(operation))

    async def request(self, request: Request) -> Response:
        return await self._run(self._api.request(request))

    async def _run(self, steps: Steps[T]) -> T:
        """What the steps return."""
        run = Run(steps)
        async for _ in self._perform_all(run):
            raise AssertionError("steps with items are iterated")
        return run.result

    def _iterate(self, steps: Steps[None]) -> AsyncIterator[Any]:
        """The items that the steps yield."""
        return self._perform_all(Run(steps))

    async def _perform_all(self, run: Run[Any]) -> AsyncIterator[Any]:
        outcome: Any = None
        error: BaseException | None = None
        while (step := run.next(outcome, error)) is not None:
            outcome = error = None
            if isinstance(step, Item):
                yield step.value
                continue
            try:
                outcome = await self._perform(step)
            except BaseException as raised:
                error = raised

    async def _perform(self, step: Step) -> Any:
        match step:
            case Request():
                return await self._transport.send(step)
            case Pause():
                return await anyio.sleep(step.seconds)
            case Download():
                return await self._transport.download(step.url, step.write)
            case Blocking():
                return await anyio.to_thread.run_sync(step.run)
            case Concurrently():
                return await self._all(step)

    async def _all(self, step: Concurrently[T]) -> list[T]:
        """The results of all tasks; after an error, those that run are finished."""
        results: dict[int, T] = {}
        errors: list[Exception] = []
        limiter = anyio.CapacityLimiter(step.limit)

        async def run(number: int, task: Callable[[], Steps[T]]) -> None:
            async with limiter:
                try:
                    if not errors:
                        results[number] = await self._run(task())
                except Exception as error:
                    errors.append(error)

        async with anyio.create_task_group() as group:
            for number, task in enumerate(step.tasks):
                group.start_soon(run, number, task)
        if errors:
            raise errors[0]
        return [results[number] for number in range(len(step.tasks))]


# Written once: `Client` has the same methods.
for _name, _method in vars(AsyncClient).items():
    if callable(_method) and not _method.__doc__ and hasattr(Client, _name):
        _method.__doc__ = getattr(Client, _name).__doc__

"""Saves files of images into a folder: complete or not at all, and never over another file."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePath
from typing import IO, NamedTuple

from darkroom_client import operations
from darkroom_client.api import Api
from darkroom_client.errors import (
    BucketRefused,
    NameTaken,
    NoRendition,
    UnexpectedResponse,
)
from darkroom_client.models import Image
from darkroom_client.names import stem_of, suffix_of
from darkroom_client.steps import Steps, blocking, download


class Saved(NamedTuple):
    """A file that was saved, or that was there already."""

    path: Path
    was_there: bool


class _File(NamedTuple):
    """A file to save; `sha256` is the beginning of its checksum (hex), empty if unknown.

    Without a URL it is the original, whose URL works for a short time only.
    """

    image_id: str
    name: str
    sha256: str
    url: str | None


def save(api: Api, image_id: str, folder: Path, variant: str | None) -> Steps[Saved]:
    """Save the original of an image, or a variant in its preferred format.

    NameTaken if other files have its name, and its name with the image's id. NoRendition, or an
    ApiError if it cannot be fetched, or is not the file that it should be.
    """
    image = yield from api.call(operations.show_image(image_id))
    file = _rendition(image, variant) if variant else _original(image)
    free = []
    for path in _paths(file, folder):
        if (yield from blocking(partial(_is_same, path, file.sha256))):
            return Saved(path, was_there=True)
        if not os.path.lexists(path):
            free.append(path)
    if not free:
        raise NameTaken(f"{folder / file.name} exists, and is another file.")
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".darkroom-", suffix=".part") as target:
        yield from api.retries(partial(_fetch, api, file, target))
        for path in free:
            with suppress(FileExistsError):
                os.link(target.name, path)  # unlike a rename, it replaces nothing
                path.chmod(0o666 & ~_umask())
                return Saved(path, was_there=False)
    raise NameTaken(f"{folder / file.name} exists, and is another file.")


def _original(image: Image) -> _File:
    suffix = suffix_of(image.filename) or PurePath(image.original_file).suffix
    return _File(image.id, f"{stem_of(image.filename)}{suffix}", image.sha256 or "", None)


def _rendition(image: Image, variant: str) -> _File:
    found = next((r for r in image.renditions if r.variant == variant), None)
    if found is None:
        raise NoRendition(f"It has no rendition {variant}; it is {image.status}.")
    folder, _, file = found.key.rpartition("/")
    name = f"{stem_of(image.filename)}-{file}"
    return _File(image.id, name, folder.rpartition("/")[2], found.immutable_url)


def _paths(file: _File, folder: Path) -> Iterator[Path]:
    path = folder / file.name
    yield path
    yield path.with_stem(f"{path.stem}-{file.image_id}")


def _is_same(path: Path, sha256: str) -> bool:
    if not (sha256 and path.is_file()):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest().startswith(sha256)


def _fetch(api: Api, file: _File, target: IO[bytes]) -> Steps[None]:
    target.seek(0)
    target.truncate()
    digest = hashlib.sha256()

    def write(chunk: bytes) -> None:
        digest.update(chunk)
        target.write(chunk)

    url = file.url or (yield from api.call(operations.download_original(file.image_id)))
    status = yield from download(url, write)
    if status != 200:
        sentence = f"{file.name} cannot be downloaded: the server returned {status}."
        raise BucketRefused(status, "", sentence)
    yield from blocking(partial(_flush, target))
    if not digest.hexdigest().startswith(file.sha256):
        raise UnexpectedResponse(f"{file.name} arrived damaged.")


def _flush(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

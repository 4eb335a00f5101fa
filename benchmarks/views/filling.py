"""Fills a stack with ready images, and changes them."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import requests

from benchmarks.load.killing import until
from benchmarks.load.pictures import is_damaged, write_pictures
from benchmarks.stack import Stack
from chalicelib.model.image import Status

SIDES = (2560, 1920, 1280)  # pixels of the longer side
_SENDERS = 4
_TIMEOUT = 60.0  # seconds


def pictures(photographs: Sequence[Path], number: int, folder: Path, first: int) -> list[Path]:
    """`number` pictures, no two the same, that Darkroom accepts."""
    folder.mkdir()
    several = write_pictures(photographs, number + 1 + number // 25, folder, SIDES, first)
    return [picture for picture in several if not is_damaged(picture.name)][:number]


def filled(stack: Stack, files: Sequence[Path]) -> list[str]:
    """The ids of the images of these files, once all are ready."""
    with ThreadPoolExecutor(_SENDERS) as senders:
        ids = list(senders.map(lambda file: _uploaded(stack, file), files))
    for image_id in ids:
        until(partial(is_ready, stack, image_id))
    return ids


def is_ready(stack: Stack, image_id: str) -> bool:
    """Whether the image is ready; RuntimeError if it never will be."""
    response = requests.get(f"{stack.options.api_url}/images/{image_id}", timeout=_TIMEOUT)
    if response.status_code == requests.codes.not_found:
        return False
    image: dict[str, Any] = response.json()
    if image["status"] in (Status.REJECTED, Status.FAILED):
        raise RuntimeError(f"An image is {image['status']}: {image}")
    return bool(image["status"] == Status.READY)


def _uploaded(stack: Stack, file: Path) -> str:
    data = file.read_bytes()
    body: dict[str, str | int] = {
        "filename": file.name,
        "content_type": "image/jpeg",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    response = requests.post(f"{stack.options.api_url}/uploads", json=body, timeout=_TIMEOUT)
    response.raise_for_status()
    ticket = response.json()
    form = {"data": ticket["fields"], "files": {"file": (file.name, data)}}
    requests.post(ticket["url"], timeout=_TIMEOUT, **form).raise_for_status()
    return str(ticket["image_id"])

"""Reads, renders and writes one file."""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from chalicelib import imaging
from chalicelib.errors import Reason, Rejection
from chalicelib.model.edits import Edit
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.provenance import label_of
from chalicelib.model.sizes import readable
from chalicelib.model.variants import Marks, Variant
from darkroom_client.cli.terminal import shown
from darkroom_client.errors import FileFault
from ops.render.outcomes import Outcome, Written

_UNREADABLE: dict[type[OSError], str] = {
    FileNotFoundError: "There is no file {}.",
    IsADirectoryError: "{0} is a directory; name the pictures in it, as in {0}/*.jpg.",
    PermissionError: "{} cannot be read: permission denied.",
}


class Rules(NamedTuple):
    """Variants and limits that all files are rendered with."""

    variants: tuple[Variant, ...]
    watermarks: Marks
    limits: imaging.Limits
    max_bytes: int
    focal_point: FocalPoint | None = None
    smart_crop: bool = True
    edits: tuple[Edit, ...] = ()


def render_file(file: str, folder: Path, rules: Rules) -> Outcome:
    """Write all renditions of `file` into `folder`; FileFault if reading or writing fails."""
    start = time.perf_counter()
    data = _read(file, rules.max_bytes + 1)
    try:
        if len(data) > rules.max_bytes:
            sentence = f"The file is too large. The limit is {readable(rules.max_bytes)}."
            raise Rejection(Reason.TOO_MANY_BYTES, sentence)
        picture = imaging.render(
            data,
            rules.variants,
            rules.limits,
            rules.watermarks,
            edits=rules.edits,
            focal_point=rules.focal_point,
            ai_label=label_of(imaging.read_provenance(data)),
            suggest=rules.smart_crop,
        )
    except Rejection as rejection:
        return Outcome(file, len(data), _milliseconds(start), rejection)
    written = tuple(_write(folder, rendered) for rendered in picture.renditions)
    return Outcome(
        file, len(data), _milliseconds(start), None, picture.width, picture.height, written
    )


def _milliseconds(start: float) -> int:
    return round((time.perf_counter() - start) * 1000)


def _read(file: str, at_most: int) -> bytes:
    try:
        with open(file, "rb") as stream:
            return stream.read(at_most)
    except OSError as reason:
        sentence = _UNREADABLE.get(type(reason), f"{{}} cannot be read: {reason.strerror}.")
        raise FileFault(sentence.format(shown(file).rstrip("/"))) from reason


def _write(folder: Path, rendered: imaging.Rendered) -> Written:
    """Write a rendition atomically."""
    path = folder / f"{rendered.variant}.{rendered.extension}"
    part = folder / f".{path.name}.{os.getpid()}.part"
    try:
        folder.mkdir(exist_ok=True)
        part.write_bytes(rendered.data)
        part.replace(path)
    except OSError as reason:
        sentence = f"{shown(str(path))} cannot be written: {reason.strerror}."
        raise FileFault(sentence) from reason
    finally:
        with suppress(OSError):
            part.unlink()
    return Written(
        rendered.variant,
        rendered.format,
        rendered.width,
        rendered.height,
        len(rendered.data),
        str(path),
        rendered.hdr,
    )

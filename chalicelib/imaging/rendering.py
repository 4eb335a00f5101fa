"""From an uploaded file to all that a page needs: decode once, cascade down, encode beside it."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from chalicelib.imaging.cascade import Cascade
from chalicelib.imaging.decoding import Decoded, decode
from chalicelib.imaging.encoding import CODECS, Output, encode, output_for
from chalicelib.imaging.geometry import Placement, Size, place
from chalicelib.imaging.picture import Limits, Picture, Preview, Rendered
from chalicelib.imaging.preview import preview_of
from chalicelib.imaging.signatures import CONTENT_TYPES
from chalicelib.imaging.watermark import marked
from chalicelib.variants import Marks, Variant, Watermark

NO_MARKS: Marks = {}

_ENCODERS = 2  # threads; libwebp and aom release the interpreter's lock


class _Job(NamedTuple):
    """All that a file's bytes depend on beside the original: equal jobs are one file."""

    placement: Placement
    background: str
    output: Output
    quality: int
    watermark: Watermark | None


def render(
    data: bytes, variants: tuple[Variant, ...], limits: Limits, watermarks: Marks = NO_MARKS
) -> Picture:
    """All renditions of `data`, in the variants' and then the formats' order.

    `watermarks` holds the files that the variants name.

    The same input gives the same bytes. Rejection for bad input, and no input raises else.
    """
    decoded = decode(data, limits, lambda size: _reach(size, variants))
    jobs = [
        (variant.name, _job(decoded, variant, output))
        for variant in variants
        for output in _outputs(decoded, variant)
    ]
    files, preview = _made(decoded, {job for _, job in jobs}, watermarks)
    return Picture(
        content_type=CONTENT_TYPES[decoded.kind],
        width=decoded.size.width,
        height=decoded.size.height,
        preview=preview,
        renditions=tuple(_rendered(name, job, files[job]) for name, job in jobs),
    )


def _reach(size: Size, variants: tuple[Variant, ...]) -> Size:
    """The smallest copy of an original of `size` (upright) that serves all variants."""
    reaches = [place(size, variant).reach for variant in variants]
    reaches = reaches or [Size(min(size.width, 64), min(size.height, 64))]
    return Size(max(reach.width for reach in reaches), max(reach.height for reach in reaches))


def _outputs(decoded: Decoded, variant: Variant) -> list[Output]:
    """The formats to write, each once: "original" may turn out to be another of the list."""
    mode = decoded.image.mode
    outputs = [output_for(wanted, decoded.kind, mode) for wanted in variant.formats]
    return list(dict.fromkeys(outputs))


def _job(decoded: Decoded, variant: Variant, output: Output) -> _Job:
    placement = place(decoded.size, variant)
    return _Job(placement, variant.background, output, variant.quality, variant.watermark)


def _made(
    decoded: Decoded, jobs: set[_Job], watermarks: Marks
) -> tuple[dict[_Job, bytes], Preview]:
    """Every job's file, the largest first: it is encoded while the smaller ones are scaled."""
    cascade = Cascade(decoded.size, decoded.image)
    files: dict[_Job, Future[bytes]] = {}
    with ThreadPoolExecutor(_ENCODERS) as encoders:
        for job in sorted(jobs, key=_order, reverse=True):
            picture = cascade.picture(job.placement, job.background)
            if job.watermark:
                picture = marked(picture, job.watermark, watermarks[job.watermark.file])
            files[job] = encoders.submit(encode, picture, job.output, job.quality, job.background)
        preview = preview_of(cascade.smallest)
    return {job: file.result() for job, file in files.items()}, preview


def _order(job: _Job) -> tuple[object, ...]:
    return job.placement.reach, repr(job)


def _rendered(name: str, job: _Job, data: bytes) -> Rendered:
    codec = CODECS[job.output]
    return Rendered(
        variant=name,
        format=job.output,
        extension=codec.extension,
        media_type=codec.media_type,
        width=job.placement.canvas.width,
        height=job.placement.canvas.height,
        data=data,
    )

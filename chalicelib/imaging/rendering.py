"""From an uploaded file to all that a page needs: decode once, cascade down, encode beside it."""

from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby

from PIL import Image

from chalicelib.focus import CENTRE, FocalPoint
from chalicelib.imaging import animation, containers
from chalicelib.imaging.cascade import Cascade, padded
from chalicelib.imaging.credits import credits_of, exif_of
from chalicelib.imaging.decoding import Decoded, decode
from chalicelib.imaging.economy import lighter, worthwhile
from chalicelib.imaging.encoding import CODECS, File, encode, output_for
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.jobs import Job, jobs_of, reach_of
from chalicelib.imaging.picture import Limits, Picture, Preview, Rendered
from chalicelib.imaging.preview import preview_of
from chalicelib.imaging.quality import quality_for
from chalicelib.imaging.sharpening import sharpened
from chalicelib.imaging.signatures import CONTENT_TYPES
from chalicelib.imaging.watermark import marked
from chalicelib.variants import Marks, Variant

NO_MARKS: Marks = {}

_ENCODERS = 2  # threads; libwebp and aom release the interpreter's lock


def render(
    data: bytes,
    variants: tuple[Variant, ...],
    limits: Limits,
    watermarks: Marks = NO_MARKS,
    *,
    focal_point: FocalPoint = CENTRE,
    keep_credits: bool = False,
    only: Collection[str] | None = None,
) -> Picture:
    """The renditions of `data` that are worth serving, in the variants' and the formats' order.

    Of the variants those named in `only` (None: all) are encoded, to the same bytes as with all.

    `watermarks` holds the files that the variants name; what is cropped is cropped around
    `focal_point`. With `keep_credits` each file names the creator and the copyright that the
    metadata of `data` do.

    The same input gives the same bytes. Rejection for bad input, and no input raises else.
    """
    decoded = decode(data, limits, lambda size: reach_of(size, variants))
    jobs = {variant: jobs_of(decoded, variant, focal_point) for variant in variants}
    every = {job for each in jobs.values() for job in each}
    chosen = [variant for variant in variants if only is None or variant.name in only]
    wanted = {job for variant in chosen for job in jobs[variant]}
    moving = {job for job in every if decoded.film and job.output == "webp"}
    exif = exif_of(*credits_of(decoded.kind, data)) if keep_credits else b""
    files, preview = _made(decoded, every - moving, wanted, watermarks, exif)
    files |= _moved(decoded, moving, wanted, watermarks, limits, exif)
    files = _lightened(decoded, files, exif)
    return Picture(
        content_type=CONTENT_TYPES[decoded.kind],
        width=decoded.size.width,
        height=decoded.size.height,
        preview=preview,
        renditions=tuple(
            _rendered(variant.name, jobs[variant][0].look.placement.canvas, file)
            for variant in chosen
            for file in worthwhile((files[job] for job in jobs[variant]), alpha=decoded.has_alpha)
        ),
    )


def _made(
    decoded: Decoded, jobs: set[Job], wanted: set[Job], watermarks: Marks, exif: bytes
) -> tuple[dict[Job, File], Preview]:
    """Every wanted job's file, the largest first: it is encoded while the smaller are scaled.

    All jobs' pictures are made, since a smaller one's pixels come from the larger ones.
    """
    cascade = Cascade(decoded.size, decoded.image)
    files: dict[Job, Future[bytes]] = {}
    with ThreadPoolExecutor(_ENCODERS) as encoders:
        for job, picture in _pictures(cascade, jobs, watermarks):
            if job not in wanted:
                continue
            files[job] = encoders.submit(_encoded, picture, job, exif)
        preview = preview_of(cascade.smallest)
    return {job: File(job.output, file.result()) for job, file in files.items()}, preview


def _encoded(picture: Image.Image, job: Job, exif: bytes) -> bytes:
    background = job.look.background
    quality = quality_for(picture, job.output, job.quality, background)
    patient = job.quality == "auto"
    return encode(picture, job.output, quality, background, patient=patient, exif=exif)


def _moved(
    decoded: Decoded,
    jobs: set[Job],
    wanted: set[Job],
    watermarks: Marks,
    limits: Limits,
    exif: bytes,
) -> dict[Job, File]:
    """Every wanted job's file, animated; Rejection where all jobs are too much work."""
    film = decoded.film
    if not film or not jobs & wanted:
        return {}
    animation.check(film, (job.look.placement.canvas for job in jobs), limits)
    reels = {job: animation.Reel(job.look.placement.canvas, job.quality) for job in jobs & wanted}

    def pictures(whole: Image.Image) -> Iterator[tuple[Job, Image.Image]]:
        made = _pictures(Cascade(decoded.size, whole), jobs, watermarks)
        return ((job, picture) for job, picture in made if job in reels)

    files = animation.wind(film, reels, pictures)
    return {
        job: File(job.output, containers.with_exif("webp", file, exif), moving=True)
        for job, file in files.items()
    }


def _pictures(
    cascade: Cascade, jobs: set[Job], watermarks: Marks
) -> Iterator[tuple[Job, Image.Image]]:
    """Every job with its finished picture; jobs of one look follow each other and share it."""
    for look, each in groupby(sorted(jobs, key=_order, reverse=True), lambda job: job.look):
        picture = cascade.picture(look.placement)
        if look.sharpen:
            picture = sharpened(picture, look.sharpen)
        picture = padded(picture, look.placement, look.background)
        if look.watermark:
            picture = marked(picture, look.watermark, watermarks[look.watermark.source])
        for job in each:
            yield job, picture


def _order(job: Job) -> tuple[object, ...]:
    return job.look.placement.reach, repr(job)


def _lightened(decoded: Decoded, files: dict[Job, File], exif: bytes) -> dict[Job, File]:
    """`files`, with the original in place of each that shows the same and is not smaller."""
    moving = decoded.film is not None
    alike = [job for job in files if job.look.is_of_all(decoded.size)]
    alike = [job for job in alike if files[job].moving == moving]
    bare = containers.with_exif(decoded.kind, _bare(decoded), exif) if alike else b""
    if not bare:
        return files
    original = File(output_for("original", decoded.kind, decoded.image.mode), bare, moving)
    alpha = decoded.has_alpha
    return files | {job: lighter(files[job], original, alpha=alpha) for job in alike}


def _bare(decoded: Decoded) -> bytes:
    """The original's own pixels as a file, if browsers show them as they are; else empty."""
    film = decoded.film
    if film:
        return containers.bare_animation(film.kind, film.data) if film.unchanged else b""
    return containers.bare(decoded.kind, bytes(decoded.body)) if decoded.body else b""


def _rendered(name: str, size: Size, file: File) -> Rendered:
    codec = CODECS[file.output]
    return Rendered(
        variant=name,
        format=file.output,
        extension=codec.extension,
        media_type=codec.media_type,
        width=size.width,
        height=size.height,
        data=file.data,
    )

"""Renders an uploaded file: decodes it once, scales it down in a cascade, encodes in parallel."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby

from PIL import Image

from chalicelib.imaging.animation import WebpWriter, check, transcode
from chalicelib.imaging.attribution import Attribution, exif_of, read_attribution
from chalicelib.imaging.cascade import Cascade, padded
from chalicelib.imaging.decoding import Decoded, decode
from chalicelib.imaging.encoding import File, encode, lossless, output_for
from chalicelib.imaging.formats import CONTAINERS
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.picture import Limits, Picture, Preview, Rendered
from chalicelib.imaging.preview import preview_of
from chalicelib.imaging.quality import quality_for
from chalicelib.imaging.render_tasks import RenderTask, required_size, tasks_of
from chalicelib.imaging.sharpening import sharpened
from chalicelib.imaging.smallest_files import with_original, worthwhile
from chalicelib.imaging.watermark import apply_watermark
from chalicelib.model.focal_point import CENTRE, FocalPoint
from chalicelib.model.formats import FORMATS, InputFormat
from chalicelib.model.variants import Marks, Variant

NO_MARKS: Marks = {}

# Colours of pictures that weigh less without loss. A GIF has no more anyway.
_MOST_COLOURS: dict[InputFormat, int] = {"gif": 256, "tiff": 16, "bmp": 16}
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
    has_preview: bool = True,
) -> Picture:
    """Render `data`: the renditions worth serving, in the order of `variants` and their formats.

    Only the variants named in `only` (None: all) are encoded, to the same bytes as with all.

    Without `has_preview` the preview is empty, which saves up to a sixteenth of the time.

    `watermarks` holds the files that the variants name; crops are made around `focal_point`. With
    `keep_credits` each file carries the creator and copyright named in the metadata of `data`.

    The same input gives the same bytes. Bad input raises Rejection and nothing else.
    """
    decoded = decode(data, limits, lambda size: required_size(size, variants))
    tasks = {variant: tasks_of(decoded, variant, focal_point) for variant in variants}
    all_tasks = {task for variant_tasks in tasks.values() for task in variant_tasks}
    chosen = [variant for variant in variants if only is None or variant.name in only]
    wanted = {task for variant in chosen for task in tasks[variant]}
    animated = {task for task in all_tasks if decoded.animation and task.output == "webp"}
    attribution = read_attribution(decoded.kind, data) if keep_credits else Attribution()
    exif = exif_of(*attribution)
    make_preview = preview_of if has_preview else _no_preview
    stills = all_tasks - animated
    files, preview = _render_stills(decoded, stills, wanted, watermarks, exif, make_preview)
    files |= _render_animations(decoded, animated, wanted, watermarks, limits, exif)
    original = _servable_original(decoded, files, attribution)
    return Picture(
        content_type=FORMATS[decoded.kind].media_type,
        width=decoded.size.width,
        height=decoded.size.height,
        preview=preview,
        renditions=tuple(
            _rendered(variant.name, tasks[variant][0].appearance.placement.canvas, file)
            for variant in chosen
            for file in _files_of(tasks[variant], files, original, decoded)
        ),
    )


def _render_stills(
    decoded: Decoded,
    tasks: set[RenderTask],
    wanted: set[RenderTask],
    watermarks: Marks,
    exif: bytes,
    make_preview: Callable[[Image.Image], Preview],
) -> tuple[dict[RenderTask, File], Preview]:
    """The file of each wanted task; the largest is encoded while smaller ones are scaled.

    Pictures are made for all tasks, since the pixels of smaller ones come from larger ones.
    """
    cascade = Cascade(decoded.size, decoded.image)
    files: dict[RenderTask, Future[bytes]] = {}
    with ThreadPoolExecutor(_ENCODERS) as encoders:
        for task, picture in _pictures(cascade, tasks, watermarks):
            if task not in wanted:
                continue
            files[task] = encoders.submit(_encoded, picture, task, exif)
        preview = make_preview(cascade.smallest)
    return {task: File(task.output, file.result()) for task, file in files.items()}, preview


def _no_preview(_: Image.Image) -> Preview:
    return Preview(color="", data_uri="")


def _encoded(picture: Image.Image, task: RenderTask, exif: bytes) -> bytes:
    background = task.appearance.background
    quality = quality_for(picture, task.output, task.quality, background)
    slow = task.quality == "auto"
    return encode(picture, task.output, quality, background, slow=slow, exif=exif)


def _render_animations(
    decoded: Decoded,
    tasks: set[RenderTask],
    wanted: set[RenderTask],
    watermarks: Marks,
    limits: Limits,
    exif: bytes,
) -> dict[RenderTask, File]:
    """The animated file of each wanted task; Rejection if all tasks together are too much work."""
    animation = decoded.animation
    if not animation or not tasks & wanted:
        return {}
    check(animation, (task.appearance.placement.canvas for task in tasks), limits)
    writers = {
        task: WebpWriter(task.appearance.placement.canvas, task.quality) for task in tasks & wanted
    }

    def pictures(whole: Image.Image) -> Iterator[tuple[RenderTask, Image.Image]]:
        made = _pictures(Cascade(decoded.size, whole), tasks, watermarks)
        return ((task, picture) for task, picture in made if task in writers)

    files = transcode(animation, writers, pictures)
    return {
        task: File(task.output, CONTAINERS["webp"].with_exif(file, exif), moving=True)
        for task, file in files.items()
    }


def _pictures(
    cascade: Cascade, tasks: set[RenderTask], watermarks: Marks
) -> Iterator[tuple[RenderTask, Image.Image]]:
    """Each task with its finished picture; tasks of one appearance come in a row and share it."""
    for appearance, group in groupby(
        sorted(tasks, key=_order, reverse=True), lambda task: task.appearance
    ):
        picture = cascade.picture(appearance.placement)
        if appearance.sharpen:
            picture = sharpened(picture, appearance.sharpen)
        picture = padded(picture, appearance.placement, appearance.background)
        if appearance.watermark:
            picture = apply_watermark(
                picture, appearance.watermark, watermarks[appearance.watermark.source]
            )
        for task in group:
            yield task, picture


def _order(task: RenderTask) -> tuple[object, ...]:
    return task.appearance.placement.source_size, repr(task)


def _files_of(
    tasks: Sequence[RenderTask],
    files: Mapping[RenderTask, File],
    original: File | None,
    decoded: Decoded,
) -> list[File]:
    """The files worth serving of one variant, the original among them if that is lighter."""
    alpha = decoded.has_alpha
    made = [files[task] for task in tasks]
    if original and _shows_all(tasks[0], decoded):
        made = with_original(made, original, alpha=alpha)
    return worthwhile(made, alpha=alpha)


def _servable_original(
    decoded: Decoded, files: Mapping[RenderTask, File], attribution: Attribution
) -> File | None:
    """The original without metadata, if browsers show its pixels and it is lighter than a file.

    A drawing in a format that is not served is encoded losslessly instead, which takes about as
    many bytes. None if no variant shows all of the original.
    """
    moving = decoded.animation is not None
    alike = [file for task, file in files.items() if _shows_all(task, decoded)]
    alike = [file for file in alike if file.moving == moving]
    if alike and not moving and _is_drawing(decoded):
        return File("webp", lossless(decoded.image, exif_of(*attribution)))
    container = CONTAINERS[decoded.kind]
    bare = _stripped(decoded) if alike else b""
    turned = decoded.orientation if container.turned_by == "exif" else 1
    data = container.with_exif(bare, exif_of(*attribution, turned))
    if not data or len(data) > max(len(file.data) for file in alike):
        return None
    if not moving and not container.is_conformant(bare):
        return None
    return File(output_for("original", decoded.kind, decoded.image.mode), data, moving)


def _is_drawing(decoded: Decoded) -> bool:
    """Whether an original that is never served itself has few colours."""
    most = _MOST_COLOURS.get(decoded.kind)
    return most is not None and decoded.image.getcolors(most) is not None


def _shows_all(task: RenderTask, decoded: Decoded) -> bool:
    return task.appearance.is_of_all(decoded.size)


def _stripped(decoded: Decoded) -> bytes:
    """The original without metadata, if browsers show its pixels correctly; else empty."""
    animation = decoded.animation
    container = CONTAINERS[decoded.kind]
    if animation:
        return container.strip_animation_metadata(animation.data) if animation.unchanged else b""
    if not decoded.body or (decoded.orientation != 1 and not container.turned_by):
        return b""
    return container.strip_metadata(bytes(decoded.body))


def _rendered(name: str, size: Size, file: File) -> Rendered:
    output_format = FORMATS[file.output]
    return Rendered(
        variant=name,
        format=file.output,
        extension=output_format.extension,
        media_type=output_format.media_type,
        width=size.width,
        height=size.height,
        data=file.data,
    )

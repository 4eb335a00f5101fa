"""Renders an uploaded file: decodes it once, scales it down in a cascade, encodes in parallel."""

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby

from PIL import Image

from chalicelib.imaging.animation import WebpWriter, check, transcode
from chalicelib.imaging.attribution import Attribution, exif_of, packet_of, read_attribution
from chalicelib.imaging.cascade import Cascade, padded
from chalicelib.imaging.colour import colour_in_display_p3
from chalicelib.imaging.decoding import Decoded, decode, inspect
from chalicelib.imaging.edits import size_of
from chalicelib.imaging.encoding import File, encode, lossless, output_for
from chalicelib.imaging.facts import facts_of
from chalicelib.imaging.formats import CONTAINERS
from chalicelib.imaging.formats.file_info import Metadata
from chalicelib.imaging.gain_map.pixels import with_gain_map_of
from chalicelib.imaging.gain_map.writing import with_gain_map
from chalicelib.imaging.geometry import Size, place
from chalicelib.imaging.hdr import HdrPicture
from chalicelib.imaging.orientation import turned
from chalicelib.imaging.picture import Limits, Picture, Preview, Rendered
from chalicelib.imaging.preview import preview_of
from chalicelib.imaging.quality import quality_for
from chalicelib.imaging.render_tasks import RenderTask, required_size, tasks_of
from chalicelib.imaging.sharpening import sharpened
from chalicelib.imaging.smallest_files import with_original, worthwhile
from chalicelib.imaging.suggestions import suggested_point
from chalicelib.imaging.watermark import apply_watermark
from chalicelib.model.edits import Edit, original_point, shown_point
from chalicelib.model.facts import ImageFacts
from chalicelib.model.focal_point import CENTRE, FindFaces, FocalPoint, SuggestedFocalPoint
from chalicelib.model.formats import FORMATS, CodedFormat
from chalicelib.model.variants import Marks, Variant

NO_MARKS: Marks = {}

Description = tuple[Preview, ImageFacts | None]

# Colours of pictures that weigh less without loss. A GIF has no more anyway.
_MOST_COLOURS: dict[CodedFormat, int] = {"gif": 256, "tiff": 16, "bmp": 16}
_ENCODERS = 2  # threads; libwebp and aom release the interpreter's lock


def render(
    data: bytes,
    variants: tuple[Variant, ...],
    limits: Limits,
    watermarks: Marks = NO_MARKS,
    *,
    edits: Sequence[Edit] = (),
    focal_point: FocalPoint | None = None,
    suggest: bool = False,
    find_faces: FindFaces | None = None,
    keep_credits: bool = False,
    ai_label: str = "",
    only: Collection[str] | None = None,
    has_preview: bool = True,
) -> Picture:
    """Render `data`: the renditions worth serving, in the order of `variants` and their formats.

    Only the variants named in `only` (None: all) are encoded, to the same bytes as with all.

    Without `has_preview` the preview is empty and there are no facts, which saves up to a tenth of
    the time.

    `edits` are applied to the upright original before anything else. `watermarks` holds the files
    that the variants name. Variants crop around `focal_point`, a point of the upright original, or
    the closest that is left of it; without one around the centre of what is left, or with
    `suggest` around a point computed of it: see `suggested_point` for `find_faces`. With
    `keep_credits` each file carries the creator and copyright named in the metadata of `data`, and
    in any case the `ai_label`, a term of IPTC's digital source types, unless that is empty.

    The same input gives the same bytes. Bad input raises Rejection and nothing else.
    """
    hdr = any(variant.hdr for variant in variants)
    decoded = decode(data, limits, lambda size: required_size(size, variants), edits, hdr=hdr)
    suggestion = None
    if suggest and focal_point is None:
        suggestion = _suggestion(decoded, edits, find_faces)
    chosen_point = focal_point or suggestion
    point = shown_point(edits, decoded.upright_size, chosen_point) if chosen_point else CENTRE
    tasks = {variant: tasks_of(decoded, variant, point) for variant in variants}
    all_tasks = {task for variant_tasks in tasks.values() for task in variant_tasks}
    chosen = [variant for variant in variants if only is None or variant.name in only]
    wanted = {task for variant in chosen for task in tasks[variant]}
    animated = {task for task in all_tasks if decoded.animation and task.output == "webp"}
    attribution = read_attribution(decoded.source, data) if keep_credits else Attribution()
    metadata = Metadata(exif_of(*attribution), packet_of(ai_label))
    describe = _described if has_preview else _not_described
    stills, shining = all_tasks - animated, {task for task in wanted if task.hdr}
    files, (preview, facts) = _render_stills(
        decoded, stills, wanted - shining, watermarks, metadata, describe
    )
    hdr_files = _render_hdr(decoded, stills, shining, watermarks, metadata.exif, ai_label)
    files |= _lightest_hdr(decoded, hdr_files, metadata.exif, ai_label)
    files |= _render_animations(decoded, animated, wanted, watermarks, limits, metadata)
    original = _servable_original(decoded, files, attribution, metadata)
    return Picture(
        content_type=FORMATS[decoded.source].media_type,
        embedded_bytes=decoded.preview_bytes,
        gain_map=decoded.gain_map,
        width=decoded.size.width,
        height=decoded.size.height,
        original_width=decoded.upright_size.width,
        original_height=decoded.upright_size.height,
        preview=preview,
        facts=facts,
        suggested_focal_point=suggestion,
        renditions=tuple(
            _rendered(variant.name, tasks[variant][0].appearance.placement.canvas, file)
            for variant in chosen
            for file in _files_of(tasks[variant], files, original, decoded)
        ),
    )


def _suggestion(
    decoded: Decoded, edits: Sequence[Edit], find_faces: FindFaces | None
) -> SuggestedFocalPoint:
    """What is suggested for the edited picture, as a point of the upright original."""
    suggestion = suggested_point(decoded.image, find_faces)
    return suggestion.at(original_point(edits, decoded.upright_size, suggestion))


def check_edits(
    data: bytes, variants: tuple[Variant, ...], limits: Limits, edits: Sequence[Edit]
) -> None:
    """Rejection if `render` would reject `data` with these edits, as far as its headers tell."""
    animation = inspect(data, limits, edits)
    if animation is None:
        return
    whole = Size(*turned(animation.canvas, animation.info.orientation))
    size = size_of(edits, whole)
    outputs = [
        place(size, variant).canvas
        for variant in variants
        if "webp" in {output_for(wanted, animation.kind, "RGB") for wanted in variant.formats}
    ]
    check(animation, outputs, limits)


def _render_stills(
    decoded: Decoded,
    tasks: set[RenderTask],
    wanted: set[RenderTask],
    watermarks: Marks,
    metadata: Metadata,
    describe: Callable[[Cascade], Description],
) -> tuple[dict[RenderTask, File], Description]:
    """The file of each wanted task; the largest is encoded while smaller ones are scaled."""
    cascade = Cascade(decoded.size, decoded.image)
    files: dict[RenderTask, Future[bytes]] = {}
    with ThreadPoolExecutor(_ENCODERS) as encoders:
        for task, picture in _pictures(cascade, tasks, wanted, watermarks):
            files[task] = encoders.submit(_encoded, picture, task, metadata)
        described = describe(cascade)
    return {task: File(task.output, file.result()) for task, file in files.items()}, described


def _described(cascade: Cascade) -> Description:
    return preview_of(cascade.smallest), facts_of(cascade)


def _not_described(_: Cascade) -> Description:
    return Preview(color="", data_uri=""), None


def _render_hdr(
    decoded: Decoded,
    tasks: set[RenderTask],
    wanted: set[RenderTask],
    watermarks: Marks,
    exif: bytes,
    ai_label: str,
) -> dict[RenderTask, File]:
    """The JPEG with a gain map of each wanted HDR task."""
    if decoded.hdr is None:
        return {}
    cascade, wide = Cascade(decoded.size, decoded.hdr.image), bool(decoded.hdr.profile)
    made = _pictures(cascade, tasks, wanted, watermarks, wide=wide)
    with ThreadPoolExecutor(_ENCODERS) as encoders:
        files = {
            task: encoders.submit(
                _encoded_hdr, picture, decoded.hdr, decoded.size, task, watermarks, exif, ai_label
            )
            for task, picture in made
        }
    return {task: File("jpeg", file.result(), hdr=True) for task, file in files.items()}


def _encoded_hdr(
    picture: Image.Image,
    hdr: HdrPicture,
    size: Size,
    task: RenderTask,
    watermarks: Marks,
    exif: bytes,
    ai_label: str,
) -> bytes:
    placement, mark = task.appearance.placement, task.appearance.watermark
    # The label goes into the packet that describes the gain map: a JPEG has only one.
    base = _encoded(picture, task, Metadata(exif), hdr.profile)
    file = watermarks[mark.source] if mark else b""
    return with_gain_map_of(base, hdr.gain_map, size, placement, mark, file, hdr.profile, ai_label)


def _lightest_hdr(
    decoded: Decoded, files: Mapping[RenderTask, File], exif: bytes, ai_label: str
) -> dict[RenderTask, File]:
    """`files`, but the original with its gain map, without metadata, where that is lighter."""
    alike = [task for task in files if _shows_all(task, decoded)]
    gain_map = decoded.hdr.gain_map if decoded.hdr else None
    bare = _stripped(decoded) if alike and decoded.orientation == 1 else b""
    if not (bare and gain_map and gain_map.stored):
        return dict(files)
    bare = CONTAINERS["jpeg"].with_metadata(bare, Metadata(exif))
    data = with_gain_map(bare, gain_map.stored, gain_map.metadata, ai_label)
    lighter = [task for task in alike if len(data) < len(files[task].data)]
    return {**files, **{task: File("jpeg", data, hdr=True) for task in lighter}}


def _encoded(
    picture: Image.Image, task: RenderTask, metadata: Metadata, profile: bytes = b""
) -> bytes:
    background = task.appearance.background
    quality = quality_for(picture, task.output, task.quality, background)
    slow = task.quality == "auto"
    return encode(
        picture, task.output, quality, background, slow=slow, metadata=metadata, profile=profile
    )


def _render_animations(
    decoded: Decoded,
    tasks: set[RenderTask],
    wanted: set[RenderTask],
    watermarks: Marks,
    limits: Limits,
    metadata: Metadata,
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
        return _pictures(Cascade(decoded.size, whole), tasks, writers, watermarks)

    files = transcode(animation, writers, pictures)
    return {
        task: File(task.output, CONTAINERS["webp"].with_metadata(file, metadata), moving=True)
        for task, file in files.items()
    }


def _pictures(
    cascade: Cascade,
    tasks: set[RenderTask],
    wanted: Container[RenderTask],
    watermarks: Marks,
    *,
    wide: bool = False,
) -> Iterator[tuple[RenderTask, Image.Image]]:
    """Each wanted task with its finished picture, shared by those of one appearance, in a row.

    Pictures are scaled for all tasks, since the pixels of smaller ones come from larger ones. Those
    of the cascade are in Display P3 if they are `wide`, else in sRGB.
    """
    for appearance, group in groupby(
        sorted(tasks, key=_order, reverse=True), lambda task: task.appearance
    ):
        picture = cascade.picture(appearance.placement)
        chosen = [task for task in group if task in wanted]
        if not chosen:
            continue
        if appearance.sharpen:
            picture = sharpened(picture, appearance.sharpen)
        background = appearance.background
        background = colour_in_display_p3(background) if wide else background
        picture = padded(picture, appearance.placement, background)
        if mark := appearance.watermark:
            picture = apply_watermark(picture, mark, watermarks[mark.source], wide=wide)
        for task in chosen:
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
    decoded: Decoded,
    files: Mapping[RenderTask, File],
    attribution: Attribution,
    metadata: Metadata,
) -> File | None:
    """The original with the same metadata as all files, if it is lighter than one of them.

    Browsers have to show its pixels.

    A drawing in a format that is not served is encoded losslessly instead, which takes about as
    many bytes. None if no variant shows all of the original.
    """
    moving = decoded.animation is not None
    alike = [file for task, file in files.items() if _shows_all(task, decoded)]
    alike = [file for file in alike if file.moving == moving and not file.hdr]
    if alike and not moving and _is_drawing(decoded):
        return File("webp", lossless(decoded.image, metadata))
    container = CONTAINERS[decoded.kind]
    bare = _stripped(decoded) if alike else b""
    turned = decoded.orientation if container.turned_by == "exif" else 1
    exif = exif_of(*attribution, turned)
    data = container.with_metadata(bare, metadata._replace(exif=exif))
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
        hdr=file.hdr,
    )

"""The sentence shown to users for each rejection reason; never a library's own text."""

from chalicelib.errors import Reason, Rejection

_SENTENCES = {
    Reason.EMPTY_FILE: "The file is empty.",
    Reason.NOT_AN_IMAGE: "This file isn't an image.",
    Reason.UNSUPPORTED_FORMAT: (
        "{} files are not supported. Please upload a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP."
    ),
    Reason.CORRUPT_IMAGE: "The picture is damaged or incomplete and cannot be read.",
    Reason.TOO_MANY_PIXELS: "The picture has too many pixels: {:,}, and at most {:,} are allowed.",
    Reason.TOO_MANY_FRAMES: "The picture has too many frames: at most {:,} are allowed.",
    Reason.NO_PREVIEW: (
        "This camera RAW file has no preview picture in it. Please export it as a JPEG, and upload "
        "that."
    ),
}

_TOO_MANY_TO_EDIT = (
    "The picture has too many pixels to be edited: {:,}, and at most {:,} are allowed."
)
_MOTION = (
    "The animation has too many pixels: {:,} change over all its frames and sizes, "
    "and at most {:,} are allowed."
)


def rejection(reason: Reason, *details: str | int) -> Rejection:
    """The error to raise for `reason`; `details` fill the placeholders of its sentence."""
    return Rejection(reason, _SENTENCES[reason].format(*details))


def too_many_pixels(pixels: int, most: int, *, to_edit: bool = False) -> Rejection:
    """The error to raise for a picture with too many pixels, perhaps only `to_edit` it."""
    if to_edit:
        return Rejection(Reason.TOO_MANY_PIXELS, _TOO_MANY_TO_EDIT.format(pixels, most))
    return rejection(Reason.TOO_MANY_PIXELS, pixels, most)


def is_off(files: str) -> Rejection:
    """The error to raise for `files` (such as "HEIC photos") that the settings do not allow."""
    sentence = (
        f"{files} aren't accepted here; whoever runs this Darkroom can switch them on. "
        "Please upload a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP."
    )
    return Rejection(Reason.UNSUPPORTED_FORMAT, sentence)


def a_form() -> Rejection:
    """The error to raise for the body of a form, which clients PUT instead of the file in it."""
    sentence = (
        "This is a form (multipart/form-data) with a file in it, not the file itself. With a PUT "
        "ticket, send the file's bytes as the body."
    )
    return Rejection(Reason.NOT_AN_IMAGE, sentence)


def as_text() -> Rejection:
    """The error to raise for a picture written as text: base64, or a data URL."""
    sentence = "This is an image as text (base64), not the file itself. Send the file's bytes."
    return Rejection(Reason.NOT_AN_IMAGE, sentence)


def too_much_motion(pixels: int, most: int) -> Rejection:
    """The error to raise for an animation with too many or too large frames."""
    return Rejection(Reason.TOO_MANY_PIXELS, _MOTION.format(pixels, most))


def corrupt() -> Rejection:
    """The error to raise for a damaged picture."""
    return rejection(Reason.CORRUPT_IMAGE)

"""The sentence that a user reads for each reason to reject; never a library's own text."""

from chalicelib.errors import Reason, Rejection

_SENTENCES = {
    Reason.EMPTY_FILE: "The file is empty.",
    Reason.NOT_AN_IMAGE: "The file is not a picture.",
    Reason.UNSUPPORTED_FORMAT: (
        "{} files are not supported. Please send a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP picture."
    ),
    Reason.CORRUPT_IMAGE: "The picture is damaged or incomplete and cannot be read.",
    Reason.TOO_MANY_PIXELS: "The picture has too many pixels: {:,} where {:,} are allowed.",
    Reason.TOO_MANY_FRAMES: "The picture has too many frames: more than {:,} are not allowed.",
}

_MOTION = (
    "The animation has too many pixels: {:,} change in all its frames, in all sizes together, "
    "where {:,} are allowed."
)


def rejection(reason: Reason, *details: str | int) -> Rejection:
    """The error to raise for `reason`; `details` fill the gaps of its sentence."""
    return Rejection(reason, _SENTENCES[reason].format(*details))


def heic_is_off() -> Rejection:
    """The error to raise for a HEIC where the settings do not allow it."""
    sentence = (
        "HEIC files are switched off here; whoever runs this Darkroom can switch them on. "
        "Please send a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP picture."
    )
    return Rejection(Reason.UNSUPPORTED_FORMAT, sentence)


def too_much_motion(pixels: int, most: int) -> Rejection:
    """The error to raise for an animation whose frames are too many or too large together."""
    return Rejection(Reason.TOO_MANY_PIXELS, _MOTION.format(pixels, most))


def corrupt() -> Rejection:
    """The error to raise for a picture that is broken."""
    return rejection(Reason.CORRUPT_IMAGE)

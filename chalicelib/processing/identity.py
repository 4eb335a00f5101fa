"""Identifies the image that an object of the uploads bucket belongs to."""

from chalicelib.model import keys
from chalicelib.model.image import ObjectVersion
from chalicelib.ports.images import ImageRepository


def expected_image_id(version: ObjectVersion) -> str:
    """The image id by the key alone: its ticket's, else one derived from the key."""
    ticket = keys.ticketed(version.key)
    return ticket.image_id if ticket else keys.derived_image_id(version.bucket, version.key)


def image_id_of(version: ObjectVersion, images: ImageRepository) -> str:
    """The expected image id, unless that image's record belongs to another object.

    Any bucket writer may use a key that looks like a ticket's.
    """
    expected = expected_image_id(version)
    derived = keys.derived_image_id(version.bucket, version.key)
    image = images.get(expected) if expected != derived else None
    if image and (image.bucket, image.original_file) != (version.bucket, version.key):
        return derived
    return expected

"""Looks up the records of many objects at once."""

from collections.abc import Sequence

from chalicelib.model import keys
from chalicelib.model.image import Image
from chalicelib.ports.images import ImageRepository


def find_records(table: ImageRepository, bucket: str, names: Sequence[str]) -> dict[str, Image]:
    """The images of the bucket's objects `names`, by key, as the processor would find them."""
    tickets = {name: ticket.image_id for name in names if (ticket := keys.ticketed(name))}
    derived = {name: keys.derived_image_id(bucket, name) for name in names}
    images = table.get_many([*tickets.values(), *derived.values()])
    found: dict[str, Image] = {}
    for name in names:
        image = images.get(tickets.get(name, derived[name]))
        if image and (image.bucket, image.original_file) != (bucket, name):
            image = images.get(derived[name])  # under a ticket's key, but not the ticket's object
        if image:
            found[name] = image
    return found

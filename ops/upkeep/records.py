"""The records of objects, looked up many at a time."""

from collections.abc import Sequence

from chalicelib import keys
from chalicelib.ports import ImageTable
from chalicelib.records import Image


def find_records(table: ImageTable, bucket: str, names: Sequence[str]) -> dict[str, Image]:
    """The images of the bucket's objects `names`, by key: those that the processor would find."""
    tickets = {name: ticket.image_id for name in names if (ticket := keys.ticketed(name))}
    derived = {name: keys.derived_image_id(bucket, name) for name in names}
    known = table.get_many([*tickets.values(), *derived.values()])
    found: dict[str, Image] = {}
    for name in names:
        image = known.get(tickets.get(name, derived[name]))
        if image and (image.bucket, image.original_file) != (bucket, name):
            image = known.get(derived[name])  # under a ticket's key, but not what it announced
        if image:
            found[name] = image
    return found

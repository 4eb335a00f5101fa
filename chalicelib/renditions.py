"""Renditions: what was rendered, stored for ever under a key that follows from its bytes."""

from chalicelib import filenames, imaging, keys
from chalicelib.ports import ObjectStore
from chalicelib.records import Image, Rendition

FOREVER = "public, max-age=31536000, immutable"


class Renditions:
    """Stores renditions in the images bucket."""

    def __init__(self, objects: ObjectStore, bucket: str) -> None:
        self._objects = objects
        self._bucket = bucket

    def store(self, image: Image, rendered: imaging.Rendered) -> Rendition:
        """Store one file, and say what it is."""
        key = keys.rendition_key(image.id, rendered.data, rendered.variant, rendered.extension)
        disposition = filenames.content_disposition(
            image.filename, rendered.variant, rendered.extension
        )
        self._objects.write(
            self._bucket,
            key,
            rendered.data,
            content_type=rendered.media_type,
            cache_control=FOREVER,
            content_disposition=disposition,
        )
        return Rendition(
            variant=rendered.variant,
            format=rendered.format,
            width=rendered.width,
            height=rendered.height,
            bytes=len(rendered.data),
            key=key,
        )

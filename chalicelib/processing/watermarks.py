"""Loads the watermarks that the variants name: packaged files, and objects that are read once."""

from chalicelib import imaging
from chalicelib.errors import ObjectMissing, ReadRefused, Rejection, SettingsError
from chalicelib.model.variants import Marks, Variant, watermark_objects
from chalicelib.ports.objects import ObjectStore

_MOST_BYTES = 10_000_000


class Watermarks:
    """All watermarks of a variants table; those in the images bucket are read once and kept."""

    def __init__(
        self, objects: ObjectStore, bucket: str, variants: tuple[Variant, ...], files: Marks
    ) -> None:
        self._objects = objects
        self._bucket = bucket
        self._missing = watermark_objects(variants)
        self._files = dict(files)

    def all(self) -> Marks:
        """Each by its name; SettingsError names the first that cannot be used."""
        while self._missing:
            name = self._missing[0]
            found = {name: self._read(name)}
            imaging.check_watermarks(found)
            self._files |= found
            self._missing = self._missing[1:]
        return self._files

    def _read(self, key: str) -> bytes:
        try:
            return self._objects.read(self._bucket, key, _MOST_BYTES).data
        except ObjectMissing as reason:
            raise SettingsError(f"The watermark {key} is not in the images bucket.") from reason
        except ReadRefused as reason:
            # Without permission to list the bucket, S3 responds the same for missing objects.
            sentence = f"The watermark {key} is not in the images bucket, or cannot be read."
            raise SettingsError(sentence) from reason
        except Rejection as reason:
            sentence = f"The watermark {key} has more than {_MOST_BYTES:,} bytes."
            raise SettingsError(sentence) from reason

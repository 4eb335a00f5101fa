"""The watermarks that the variants name: files that ship, and objects that are read once."""

from chalicelib import imaging
from chalicelib.errors import ObjectMissing, ReadRefused, Rejection, SettingsError
from chalicelib.ports import ObjectStore
from chalicelib.variants import Marks, Variant, watermark_objects

_MOST_BYTES = 10_000_000


class Watermarks:
    """All watermarks of a variants table; those of the images bucket as they were first seen."""

    def __init__(
        self, objects: ObjectStore, bucket: str, variants: tuple[Variant, ...], files: Marks
    ) -> None:
        self._objects = objects
        self._bucket = bucket
        self._missing = watermark_objects(variants)
        self._files = dict(files)

    def all(self) -> Marks:
        """Each by its name; SettingsError names one that cannot be used."""
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
            # Without leave to list the bucket S3 says so of missing objects too.
            sentence = f"The watermark {key} is not in the images bucket, or may not be read there."
            raise SettingsError(sentence) from reason
        except Rejection as reason:
            sentence = f"The watermark {key} has more than {_MOST_BYTES:,} bytes."
            raise SettingsError(sentence) from reason

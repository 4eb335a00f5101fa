"""Interface of the service that finds faces."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.model.focal_point import FaceBox


class FaceDetector(Protocol):
    """Finds faces in pictures."""

    def detect(self, jpeg: bytes) -> Sequence[FaceBox]:
        """The faces in a JPEG file of at most 5 MB; FacesUnavailable for any fault."""

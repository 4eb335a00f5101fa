"""Searches pictures for faces; a fault of the service never fails an image."""

from collections.abc import Sequence

from chalicelib.errors import FacesUnavailable
from chalicelib.model.focal_point import FaceBox
from chalicelib.ports.faces import FaceDetector
from chalicelib.ports.telemetry import FacesSkipped, Telemetry


class FaceSearch:
    """Asks a face detector, and records when it does not respond."""

    def __init__(self, detector: FaceDetector, telemetry: Telemetry) -> None:
        self._detector = detector
        self._telemetry = telemetry

    def __call__(self, jpeg: bytes) -> Sequence[FaceBox] | None:
        """The faces in a JPEG file; None if they could not be searched for."""
        try:
            return self._detector.detect(jpeg)
        except FacesUnavailable as fault:
            self._telemetry.record(FacesSkipped(why=str(fault)))
            return None

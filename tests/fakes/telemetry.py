"""Telemetry in memory."""

from chalicelib.ports.telemetry import TelemetryEvent


class RecordedTelemetry:
    """In-memory Telemetry: each event with the id of the image it is about."""

    def __init__(self) -> None:
        self.recorded: list[tuple[str, TelemetryEvent]] = []
        self._image_id = ""

    def bind_image(self, image_id: str) -> None:
        self._image_id = image_id

    def record(self, event: TelemetryEvent) -> None:
        self.recorded.append((self._image_id, event))

"""Telemetry that only remembers."""

from chalicelib.facts import Fact


class RememberedFacts:
    """The Telemetry that a list is: each fact with the id of the image that it is about."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Fact]] = []
        self._image_id = ""

    def about(self, image_id: str) -> None:
        self._image_id = image_id

    def say(self, fact: Fact) -> None:
        self.said.append((self._image_id, fact))

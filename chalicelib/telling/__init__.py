"""Telling others: what became of images, on a bus, at least once."""

from chalicelib.telling.records import TellingTable
from chalicelib.telling.teller import Teller

__all__ = ["Teller", "TellingTable"]

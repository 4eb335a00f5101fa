"""Errors of a release."""

from chalicelib.errors import DarkroomError


class ReleaseError(DarkroomError):
    """The release cannot be made; the text says why, and what to do."""

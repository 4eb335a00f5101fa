"""Who is at the door: the Authorization header, read in one of the ways that AUTH_MODE names."""

import re
from typing import Protocol

from chalicelib.access.callers import Caller

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/=-]+) *", re.IGNORECASE)


class Recognition(Protocol):
    """One way to know whose a token is."""

    def recognize(self, text: str) -> Caller | None:
        """Whose it is; None for nobody's."""


class Doorkeeper:
    """Reads Authorization headers."""

    def __init__(self, recognition: Recognition) -> None:
        self._recognition = recognition

    def recognize(self, header: str) -> Caller | None:
        """Whose token the header brings; None, for whatever reason, where it is nobody's.

        PassingFault where that cannot be known now.
        """
        bearer = _BEARER.fullmatch(header)
        return self._recognition.recognize(bearer.group(1)) if bearer else None

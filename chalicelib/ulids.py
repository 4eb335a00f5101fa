"""ULIDs: 26 characters of Crockford base32, the first ten of them a time.

Own code, since the library takes 30 ms of a cold start to import.
"""

import os
from datetime import datetime
from string import ascii_uppercase, digits

# Without the letters that are taken for digits, and the one that makes words.
ALPHABET = "".join(sorted({*digits, *ascii_uppercase} - {*"ILOU"}))
_LENGTH = 26


def ulid(moment: datetime) -> str:
    """A new ULID of `moment`: 48 bits of milliseconds since 1970, then 80 random ones."""
    milliseconds = int(moment.timestamp() * 1000)
    return encoded(milliseconds.to_bytes(6, "big") + os.urandom(10))


def encoded(data: bytes) -> str:
    """16 bytes in a ULID's form."""
    number = int.from_bytes(data, "big")
    places = range(5 * (_LENGTH - 1), -1, -5)
    return "".join(ALPHABET[number >> place & 31] for place in places)

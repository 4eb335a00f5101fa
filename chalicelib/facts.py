"""What happens to an image, as the use cases tell it to whoever watches."""

from enum import StrEnum

from msgspec import Struct

from chalicelib.records import Image


class Phase(StrEnum):
    """The parts of the work on a picture."""

    READ = "read"
    RENDER = "render"
    STORE = "store"


class Lap(Struct, frozen=True, kw_only=True):
    """A phase as it was measured: when it began, in seconds since 1970, and how many it took."""

    phase: Phase
    began: float
    seconds: float


class Announced(Struct, frozen=True, kw_only=True):
    """A ticket was given; `bytes` is what the client says it will send."""

    content_type: str
    bytes: int | None


class Finished(Struct, frozen=True, kw_only=True):
    """A picture came to its end, ready or rejected; the record says so already."""

    image: Image
    laps: tuple[Lap, ...]


class Unchanged(Struct, frozen=True, kw_only=True):
    """There was nothing to do, or somebody else had done it; `why` is a sentence."""

    why: str


class GivenUp(Struct, frozen=True, kw_only=True):
    """A picture failed after all tries; `cause` is a sentence."""

    cause: str


class Erased(Struct, frozen=True, kw_only=True):
    """So many objects of an image were erased; `verified` where a second look found none."""

    objects: int
    verified: bool


class Swept(Struct, frozen=True, kw_only=True):
    """A run of the sweep ended; `counts` are its report's."""

    counts: dict[str, int]
    repairs: int


class Untold(Struct, frozen=True, kw_only=True):
    """The bus has not taken an event (`image.ready`); the sweep tells it. `why` is a sentence."""

    name: str
    why: str


class Sent(Struct, frozen=True, kw_only=True):
    """A webhook was taken by its receiver, who answered `status` at the `tries`th try."""

    name: str
    status: int
    tries: int


Fact = Announced | Finished | Unchanged | GivenUp | Erased | Swept | Untold | Sent

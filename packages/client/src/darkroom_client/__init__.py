"""Client of Darkroom's API: `Client`, `AsyncClient`, and the command `darkroom`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from darkroom_client.aio import AsyncClient
    from darkroom_client.bodies import Progress
    from darkroom_client.edits import Crop, Flip, FocalPoint, Redact, Rotate, Straighten
    from darkroom_client.errors import (
        ApiError,
        BucketRefused,
        BucketUnreachable,
        DarkroomError,
        FileFault,
        NotSaved,
        Refused,
        UnexpectedResponse,
        Unfinished,
        Unreachable,
    )
    from darkroom_client.models import Image, Receipt, Rendition, Status, Visibility
    from darkroom_client.sync import Client
    from darkroom_client.tickets import TicketJournal

__all__ = [
    "ApiError",
    "AsyncClient",
    "BucketRefused",
    "BucketUnreachable",
    "Client",
    "Crop",
    "DarkroomError",
    "FileFault",
    "Flip",
    "FocalPoint",
    "Image",
    "NotSaved",
    "Progress",
    "Receipt",
    "Redact",
    "Refused",
    "Rendition",
    "Rotate",
    "Status",
    "Straighten",
    "TicketJournal",
    "UnexpectedResponse",
    "Unfinished",
    "Unreachable",
    "Visibility",
]

_MODULES = ("errors", "edits", "models", "bodies", "tickets", "sync", "aio")


def __getattr__(name: str) -> Any:
    # Imported when it is used: the command line starts without what a verb does not need.
    if name in __all__:
        for module in _MODULES:
            found = getattr(import_module(f"darkroom_client.{module}"), name, None)
            if found is not None:
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

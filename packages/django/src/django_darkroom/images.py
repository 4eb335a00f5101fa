"""What a model stores of an image: its id, and a snapshot of what the API says about it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

FINAL = frozenset({"ready", "rejected", "failed", "expired", "deleted"})
LABELS = {
    "pending": gettext_noop("waiting for its file"),
    "processing": gettext_noop("being processed"),
    "ready": gettext_noop("ready"),
    "rejected": gettext_noop("rejected"),
    "failed": gettext_noop("failed"),
    "expired": gettext_noop("never uploaded"),
    "deleted": gettext_noop("deleted"),
}


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """A variant of an image: its size in pixels, and the URL that answers with the best format."""

    variant: str
    width: int
    height: int
    url: str


@dataclass(frozen=True, kw_only=True)
class DarkroomImage:
    """An image of Darkroom, as it was when it was last read.

    `width` and `height` are pixels after edits, None until the image is processed; `alt` has
    alternative texts by language; `detail` says why an image was rejected or failed.
    """

    id: str
    status: str = "pending"
    owner: str = ""
    filename: str = ""
    width: int | None = None
    height: int | None = None
    alt: Mapping[str, str] = field(default_factory=dict)
    visibility: str = "public"
    detail: str = ""
    updated_at: str = ""
    color: str = ""
    placeholder: str = ""
    renditions: tuple[Rendition, ...] = ()

    def __str__(self) -> str:
        name = self.filename or self.id
        return name if self.is_ready else f"{name} ({self.label})"

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def is_ready(self) -> bool:
        """Whether there are renditions to show."""
        return self.status == "ready" and bool(self.renditions)

    @property
    def is_final(self) -> bool:
        """Whether the status changes only if somebody changes the image."""
        return self.status in FINAL

    @property
    def is_private(self) -> bool:
        """Whether its URLs work for a limited time."""
        return self.visibility == "private"

    @property
    def label(self) -> str:
        """The status in the current language."""
        return _(LABELS.get(self.status, self.status))

    @property
    def main_alt(self) -> str:
        """The alternative text of the first language; empty if there is none."""
        return next(iter(self.alt.values()), "")

    @property
    def whole(self) -> tuple[Rendition, ...]:
        """The renditions that show all of the image, by width, one for each width."""
        found = {r.width: r for r in self.renditions if self._has_ratio_of(r)}
        return tuple(found[width] for width in sorted(found))

    def url(self, variant: str = "") -> str:
        """The URL of a variant, by default of the largest one; empty if there is none yet."""
        if variant:
            return next((r.url for r in self.renditions if r.variant == variant), "")
        shown = self.whole or self.renditions
        return max(shown, key=lambda r: r.width).url if shown else ""

    def to_dict(self) -> dict[str, Any]:
        """The JSON object that is stored; `from_dict` reads it."""
        return {name: value for name, value in asdict(self).items() if value or name == "id"}

    def _has_ratio_of(self, rendition: Rendition) -> bool:
        if not self.width or not self.height:
            return False
        height = rendition.width * self.height / self.width
        width = rendition.height * self.width / self.height
        # Sides are rounded to whole pixels, so one of the two is off by less than one.
        return abs(height - rendition.height) < 1 or abs(width - rendition.width) < 1


_STORED = frozenset(field.name for field in fields(DarkroomImage))


def from_dict(stored: Mapping[str, Any]) -> DarkroomImage:
    """The image that `to_dict` wrote, also an earlier or later version of this package.

    ValueError if it is none.
    """
    known = {name: value for name, value in stored.items() if name in _STORED}
    if not isinstance(known.get("id"), str) or not known["id"]:
        raise ValueError("An image needs an id.")
    try:
        renditions = tuple(Rendition(**rendition) for rendition in known.pop("renditions", ()))
    except TypeError as reason:
        raise ValueError("A rendition is incomplete.") from reason
    return DarkroomImage(**known, renditions=renditions)


def from_view(view: Mapping[str, Any]) -> DarkroomImage:
    """The image in a response of `GET /images/{id}`."""
    placeholder = view.get("placeholder") or {}
    by_variant = {
        rendition["variant"]: Rendition(
            variant=rendition["variant"],
            width=rendition["width"],
            height=rendition["height"],
            url=_without_suffix(rendition["url"]),
        )
        for rendition in view.get("renditions", ())
    }
    return DarkroomImage(
        id=view["id"],
        status=view["status"],
        owner=view.get("owner") or "",
        filename=view.get("filename") or "",
        width=view.get("width"),
        height=view.get("height"),
        alt=dict(view.get("alt") or {}),
        visibility=view.get("visibility") or "public",
        detail=view.get("detail") or "",
        updated_at=view.get("updated_at") or "",
        color=placeholder.get("color", ""),
        placeholder=placeholder.get("data_uri", ""),
        renditions=tuple(by_variant.values()),
    )


def _without_suffix(url: str) -> str:
    """The URL that is answered with the best format that a browser shows."""
    parts = urlsplit(url)
    folder, _slash, name = parts.path.rpartition("/")
    return urlunsplit(parts._replace(path=f"{folder}/{name.partition('.')[0]}"))

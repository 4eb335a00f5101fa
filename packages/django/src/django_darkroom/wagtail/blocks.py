"""A StreamField block that uploads to Darkroom."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import FieldBlock

from django_darkroom import markup, snapshots
from django_darkroom.forms import DarkroomImageFormField, DarkroomImageWidget
from django_darkroom.images import DarkroomImage, from_dict
from django_darkroom.signed import sign, verify


class DarkroomImageBlock(FieldBlock):
    """An image; its value is a `DarkroomImage`, or None. `attrs` are the uploader's attributes.

    Without a template of its own it renders an `<img>`; the block's `sizes` says how wide.
    """

    def __init__(
        self,
        required: bool = True,
        help_text: str | None = None,
        attrs: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        widget = DarkroomImageWidget(attrs=dict(attrs or {}))
        self.field = DarkroomImageFormField(required=required, help_text=help_text, widget=widget)
        super().__init__(**kwargs)

    def value_from_form(self, value: Any) -> Any:
        """The image of a submitted value; what was not signed stays, for `clean` to refuse it."""
        return (verify(value) or value) if isinstance(value, str) else value

    def value_for_form(self, value: Any) -> Any:
        """The signed value."""
        return sign(value) if isinstance(value, DarkroomImage) else value

    def to_python(self, value: Any) -> DarkroomImage | None:
        """The image that is stored in a stream; None if it is damaged."""
        try:
            return from_dict(value) if isinstance(value, Mapping) else None
        except ValueError:
            return None

    def get_prep_value(self, value: Any) -> Any:
        """The JSON object to store in a stream."""
        return value.to_dict() if isinstance(value, DarkroomImage) else None

    def get_api_representation(self, value: Any, context: Any = None) -> Any:
        """The JSON object, for Wagtail's API."""
        return self.get_prep_value(value)

    def get_searchable_content(self, value: Any) -> list[str]:
        """The alternative texts."""
        return list(value.alt.values()) if isinstance(value, DarkroomImage) else []

    def render_basic(self, value: Any, context: Any = None) -> Any:
        """The `<img>`; empty if the image is not ready."""
        if not isinstance(value, DarkroomImage):
            return ""
        return markup.img(snapshots.current(value), {"sizes": self.meta.sizes})

    class Meta:
        icon = "image"
        label = _("Photo")
        sizes = "100vw"

"""The form field and its widget, which uploads from the browser to the store."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import Script
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_darkroom.conf import Mode, configuration
from django_darkroom.images import LABELS, DarkroomImage
from django_darkroom.signed import sign, verify


class DarkroomImageWidget(forms.Widget):
    """`<darkroom-uploader>`, with a preview and the state of the image.

    `attrs` are the element's: `accept`, `max-bytes`, `shrink`, `editor`, `capture`.
    """

    template_name = "django_darkroom/image_widget.html"

    class Media:
        css = {"all": ["django_darkroom/field.css"]}
        js = (Script("django_darkroom/field.js", type="module"),)

    def id_for_label(self, id_: str) -> str:
        """The id of the uploader, which a label can focus."""
        return f"{id_}_uploader" if id_ else id_

    def use_required_attribute(self, initial: Any) -> bool:
        """No: a hidden input with it would not be checked by any browser."""
        return False

    def format_value(self, value: Any) -> str:
        """The signed value of an image; one that was submitted stays as it is."""
        if isinstance(value, DarkroomImage):
            return sign(value)
        return value if isinstance(value, str) else ""

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        """The template's context."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        given = dict(context["widget"]["attrs"])
        own_id = given.pop("id", None)
        disabled = given.pop("disabled", False)
        context["widget"] |= {
            "attrs": given,
            "id": own_id,
            "uploader_id": self.id_for_label(own_id or ""),
            "disabled": disabled,
            "is_required": self.is_required,
            "api": _api(),
            "token_url": reverse("darkroom:token"),
            "image_url": reverse("darkroom:image", args=["IMAGE"]),
            "labels": json.dumps(_labels()),
        }
        return context


class DarkroomImageFormField(forms.Field):
    """A form field whose value is a `DarkroomImage`, or None."""

    widget = DarkroomImageWidget
    default_error_messages = {
        "invalid": gettext_lazy("Upload the photo again: its entry is damaged or too old."),
        "rejected": gettext_lazy("This photo cannot be used: %(detail)s"),
    }

    def __init__(self, **kwargs: Any) -> None:
        # JSONField's, which admin classes and Wagtail may pass on
        for name in ("encoder", "decoder"):
            kwargs.pop(name, None)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> DarkroomImage | None:
        """The image of a signed value; ValidationError if this server did not sign it."""
        if not value or isinstance(value, DarkroomImage):
            return value or None
        image = verify(value)
        if image is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return image

    def validate(self, value: Any) -> None:
        """Check that a required image is there, and that it can become one."""
        super().validate(value)
        if value and value.status in ("rejected", "deleted"):
            detail = value.detail or value.label
            message = self.error_messages["rejected"]
            raise ValidationError(message, code="rejected", params={"detail": detail})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another image was submitted."""
        if self.disabled:
            return False
        return _id(initial) != _id(data)


def _id(value: Any) -> str:
    image = verify(value) if isinstance(value, str) and value else value
    return image.id if isinstance(image, DarkroomImage) else str(value or "")


def _api() -> str:
    """The address that browsers use: with `TOKEN` that of the proxy, which adds the token."""
    given = configuration()
    return reverse("darkroom:proxy") if given.mode is Mode.TOKEN else given.api


def _labels() -> dict[str, str]:
    own = {
        "busy": _("Please wait until the photo has been sent."),
        "notSaved": _("The photo could not be entered here. Please try again."),
        "signedOut": _("You may not upload photos here. Please sign in again."),
    }
    return {status: _(label) for status, label in LABELS.items()} | own

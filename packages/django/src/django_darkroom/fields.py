"""The model field: an image's id and snapshot in a JSON column."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _

from django_darkroom.forms import DarkroomImageFormField
from django_darkroom.images import DarkroomImage, from_dict


class DarkroomImageField(models.JSONField):
    """An image that browsers upload to Darkroom; its value is a `DarkroomImage`, or None.

    Saving makes no request, and does not wait until the image is processed. `blank=True` makes it
    optional; the column is always nullable. Lookups reach into the snapshot: `photo__status`.
    """

    description = _("An image of Darkroom")
    default_error_messages = {"invalid": _("This is not an image of Darkroom.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["null"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """The arguments for migrations, without the one that is always the same."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["null"]
        return name, path, args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """The image in a row; of a lookup into it, such as `photo__status`, the value."""
        found = super().from_db_value(value, expression, connection)
        return found if isinstance(expression, KeyTransform) else self._image(found)

    def to_python(self, value: Any) -> DarkroomImage | None:
        """The image for a snapshot or an id; ValidationError."""
        try:
            return self._image(value)
        except ValueError as reason:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from reason

    def get_prep_value(self, value: Any) -> Any:
        """JSON for an image; values of lookups into it stay what they are."""
        if isinstance(value, DarkroomImage):
            return value.to_dict()
        return super().get_prep_value(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The image to store, which may also have been assigned as an id."""
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Check that a required image is there."""
        models.Field.validate(self, value, model_instance)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """The image; ValidationError if it is required and missing."""
        if value in (None, "") and not self.blank:
            raise ValidationError(self.error_messages["blank"], code="blank")
        return super().clean(value, model_instance)

    def value_to_string(self, obj: models.Model) -> Any:
        """The JSON object, for serializers and for Wagtail's revisions."""
        return self.get_prep_value(self.value_from_object(obj))

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        """Take the image of a form, unless it is the present one in an earlier state."""
        present = getattr(instance, self.attname)
        if not _is_later(present, data):
            setattr(instance, self.attname, data)

    def formfield(self, **kwargs: Any) -> Any:
        """The field of a ModelForm, which shows `<darkroom-uploader>`."""
        given = {"form_class": DarkroomImageFormField, **kwargs}
        return models.Field.formfield(self, **given)

    def _image(self, value: Any) -> DarkroomImage | None:
        if value is None or value == "" or isinstance(value, DarkroomImage):
            return value or None
        if isinstance(value, Mapping):
            return from_dict(value)
        if isinstance(value, str) and value.isalnum():
            return DarkroomImage(id=value)
        raise ValueError("This is no image.")


def _is_later(present: Any, data: Any) -> bool:
    """Whether both are the same image, and `data` is an earlier state of it."""
    if not isinstance(present, DarkroomImage) or not isinstance(data, DarkroomImage):
        return False
    return present.id == data.id and present.updated_at > data.updated_at

"""Models for Wagtail's image library whose files and renditions are Darkroom's.

Wagtail renders nothing then: a rendition is a URL of Darkroom, computed from the filter.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    Filter,
    WagtailImageField,
    get_upload_to,
)

from django_darkroom.storage import DarkroomStorage, id_of, sized


class AbstractDarkroomImage(AbstractImage):
    """An image of the library. A subclass is `WAGTAILIMAGES_IMAGE_MODEL`.

    Its rendition model is a subclass of `AbstractDarkroomRendition` with a foreign key `image`, the
    related name `renditions` and Wagtail's unique constraint; its table stays empty.
    """

    file = WagtailImageField(
        verbose_name=_("file"),
        upload_to=get_upload_to,
        width_field="width",
        height_field="height",
        storage=DarkroomStorage(),
    )

    class Meta(AbstractImage.Meta):
        abstract = True

    @property
    def darkroom_id(self) -> str:
        """The image's id in Darkroom."""
        return id_of(self.file.name)

    def get_rendition(self, filter: Filter | str) -> Any:
        """The rendition of a filter, without a query or a request."""
        spec = filter if isinstance(filter, str) else filter.spec
        found = Filter(spec=spec)
        transform = found.get_transform(self)
        width, height = (max(1, round(side)) for side in transform.size)
        return self.get_rendition_model()(
            image=self,
            filter_spec=spec,
            focal_point_key=found.get_cache_key(self),
            width=width,
            height=height,
        )

    def get_renditions(self, *filters: Filter | str) -> dict[str, Any]:
        """The renditions of several filters, by their specifications."""
        found = [self.get_rendition(wanted) for wanted in filters]
        return {rendition.filter_spec: rendition for rendition in found}

    def get_suggested_focal_point(self) -> None:
        """Nothing: Darkroom finds a focal point of its own where none is set."""


class AbstractDarkroomRendition(AbstractRendition):
    """A size of an image of the library: a URL of Darkroom, which has no file and is not saved."""

    class Meta(AbstractRendition.Meta):
        abstract = True

    @property
    def url(self) -> str:
        """Its URL. Crops need `SIGNING_KEY`; without it the whole picture has their width."""
        image_id = self.image.darkroom_id
        return sized(image_id, width=self.width, height=self.height, fit=self._fit)

    @property
    def _fit(self) -> str:
        whole = self.width * self.image.height / (self.image.width or 1)
        return "inside" if abs(whole - self.height) <= 1 else "cover"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: there is nothing to store."""
        raise TypeError("Darkroom's renditions are not stored.")

"""Models with each of the package's fields."""

from django.db import models
from django_darkroom.fields import DarkroomImageField
from django_darkroom.storage import DarkroomStorage
from django_darkroom.wagtail.blocks import DarkroomImageBlock
from django_darkroom.wagtail.models import AbstractDarkroomImage, AbstractDarkroomRendition
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.images.models import Image
from wagtail.models import Page


class Product(models.Model):
    title = models.CharField(max_length=100)
    photo = DarkroomImageField()
    detail = DarkroomImageField(blank=True)

    def __str__(self) -> str:
        return self.title


class Shot(models.Model):
    """A further photo, edited beside its product."""

    product = models.ForeignKey(Product, models.CASCADE)
    photo = DarkroomImageField(blank=True)


class Attachment(models.Model):
    """A file of a form without scripts."""

    picture = models.ImageField(upload_to="attachments", storage=DarkroomStorage())


class Picture(AbstractDarkroomImage):
    """An image of Wagtail's library."""

    admin_form_fields = Image.admin_form_fields


class PictureRendition(AbstractDarkroomRendition):
    image = models.ForeignKey(Picture, models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class Article(Page):
    photo = DarkroomImageField(blank=True)
    hero = models.ForeignKey(Picture, models.SET_NULL, null=True, blank=True, related_name="+")
    body = StreamField([("photo", DarkroomImageBlock(sizes="50vw"))], blank=True)

    content_panels = (
        *Page.content_panels,
        FieldPanel("photo"),
        FieldPanel("hero"),
        FieldPanel("body"),
    )

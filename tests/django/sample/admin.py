"""Django's admin of the sample."""

from django.contrib import admin
from django_darkroom.admin import thumbnail

from sample.models import Product, Shot


class ShotInline(admin.TabularInline):
    model = Shot
    extra = 0


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ("title", thumbnail("photo"))
    inlines = (ShotInline,)

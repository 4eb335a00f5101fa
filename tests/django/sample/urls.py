"""The sample's pages."""

from django.contrib import admin
from django.urls import include, path
from wagtail import urls as pages
from wagtail.admin import urls as cms

from sample import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("cms/", include(cms)),
    path("darkroom/", include("django_darkroom.urls")),
    path("products/new", views.add_product),
    path("products/<int:pk>", views.show_product, name="product"),
    path("", include(pages)),
]

"""The package's URLs; include them below any path."""

from django.urls import path

from django_darkroom import views

app_name = "darkroom"
urlpatterns = [
    path("token", views.token, name="token"),
    path("images/<slug:image_id>", views.image, name="image"),
    path("api", views.proxy, name="proxy"),
    path("api/<path:path>", views.proxy),
    path("webhook", views.webhook, name="webhook"),
    path("jwks.json", views.jwks, name="jwks"),
    path(".well-known/openid-configuration", views.discovery, name="discovery"),
]

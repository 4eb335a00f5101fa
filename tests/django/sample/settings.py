"""A project with Django's admin and Wagtail; the environment says where Darkroom is."""

import json
import os
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[3]
ADDRESS = os.environ.get("SAMPLE_ADDRESS", "http://testserver")

SECRET_KEY = "only-for-tests"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
USE_TZ = True
ROOT_URLCONF = "sample.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SAMPLE_DATABASE", ":memory:"),
        "OPTIONS": {"timeout": 60},
    }
}
DARKROOM = json.loads(os.environ.get("SAMPLE_DARKROOM", '{"API": "http://127.0.0.1:9/api/"}'))

INSTALLED_APPS = [
    "sample",
    "django_darkroom",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "wagtail",
    "wagtail.admin",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.sites",
    "wagtail.snippets",
    "wagtail.users",
    "modelcluster",
    "taggit",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = os.environ.get("SAMPLE_MEDIA", tempfile.gettempdir())
STATIC_URL = "/static/"
# An installed package has the element among its static files; a checkout keeps it elsewhere.
STATICFILES_DIRS = [("django_darkroom", PROJECT / "frontend" / "bundle")]
if os.environ.get("SAMPLE_INSTALLED"):
    STATICFILES_DIRS = []

WAGTAIL_SITE_NAME = "Sample"
WAGTAILADMIN_BASE_URL = ADDRESS
WAGTAILIMAGES_IMAGE_MODEL = "sample.Picture"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_AUTOSAVE_INTERVAL = 0  # a test decides when a page is saved

"""The application's configuration."""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class DarkroomConfig(AppConfig):
    """Registers the system checks."""

    name = "django_darkroom"
    label = "darkroom"
    verbose_name = _("Darkroom")

    def ready(self) -> None:
        """Register the checks."""
        from django_darkroom.checks import check_settings, check_urls

        checks.register(check_settings)
        checks.register(check_urls)

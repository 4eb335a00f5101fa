"""`prepare`: the tables, an editor, and a site whose home page is an article."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from wagtail.models import Page, Site

from sample.models import Article


class Command(BaseCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        get_user_model().objects.create_superuser("ann", "ann@example.com", "secret")
        root = Page.objects.get(depth=1)
        Page.objects.filter(depth__gt=1).delete()
        root = Page.objects.get(pk=root.pk)
        home = root.add_child(instance=Article(title="Home", slug="home"))
        Site.objects.all().delete()
        Site.objects.create(hostname="127.0.0.1", root_page=home, is_default_site=True)

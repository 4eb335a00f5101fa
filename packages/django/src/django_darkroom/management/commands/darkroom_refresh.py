"""`manage.py darkroom_refresh`: reads the images again that were not ready when they were saved."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_darkroom import api, snapshots


class Command(BaseCommand):
    """For a timer, where Darkroom's webhooks cannot reach this site."""

    help = "Reads images again that were not ready when they were saved."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refresh each image; CommandError at the end if Darkroom did not answer for some."""
        changed = failed = 0
        for image in snapshots.unfinished():
            try:
                changed += snapshots.refresh(image).status != image.status
            except api.ApiError as reason:
                failed += 1
                self.stderr.write(f"{image.id}: {reason}")
        self.stdout.write(f"Images whose state has changed: {changed}.")
        if failed:
            raise CommandError(f"Images that could not be read: {failed}.")

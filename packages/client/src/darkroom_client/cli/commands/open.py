"""`darkroom open`: opens the page or a rendition in the browser."""

import webbrowser
from typing import Any
from urllib.parse import urlsplit

import click

from darkroom_client.cli.exit_codes import EXPLAINED_FOR_SEVERAL
from darkroom_client.cli.options import Caller, ImageId, api_options
from darkroom_client.cli.terminal import say
from darkroom_client.errors import ApiError
from darkroom_client.models import Image
from darkroom_client.sync import Client

_VARIANT_HELP = "Variant to open  [default: the largest]"


@click.command("open", epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("image_id", metavar="[ID]", required=False, type=ImageId())
@click.option("--page", "on_page", is_flag=True, help="Open the page; with ID, at this picture.")
@click.option("--variant", metavar="NAME", help=_VARIANT_HELP)
@api_options
def open_image(image_id: str | None, on_page: bool, variant: str | None, **given: Any) -> None:
    """Open a rendition of an image, or the page, in the browser.

    The address is also printed.

        darkroom open 01M7Y2N0N9BYRK049JRFXGS292 --variant 720p

        darkroom open --page
    """
    if not (image_id or on_page):
        raise click.UsageError("Give an ID, --page, or both.")
    if variant and on_page:
        raise click.UsageError("Give either --page or --variant.")
    caller = Caller(given)
    if on_page:
        address = _on_page(caller.place().page, image_id)
    else:
        address = _rendition(caller.client(), str(image_id), variant)
    if urlsplit(address).scheme not in ("http", "https"):
        raise ApiError(f"{address!r} is not an address that a browser should open.")
    click.echo(address)
    if not webbrowser.open(address):
        say("There is no browser here; open this address in one.")


def _on_page(page: str, image_id: str | None) -> str:
    if not page:
        raise ApiError("The page's address is unknown. Give the page's address to --api.")
    return f"{page}/#picture/{image_id}" if image_id else f"{page}/"


def _rendition(client: Client, image_id: str, variant: str | None) -> str:
    image = client.image(image_id)
    found = [r for r in image.renditions if variant in (None, r.variant)]
    if not found:
        raise ApiError(_absence(image, variant))
    return max(found, key=lambda r: r.width * r.height).url


def _absence(image: Image, variant: str | None) -> str:
    names = list(dict.fromkeys(r.variant for r in image.renditions))
    if not names:
        return f"The image has no renditions: it is {image.status}."
    return f"The image has no rendition {variant}; it has {', '.join(names)}."

"""`python -m ops open`: the page, or a rendition, in the browser."""

import webbrowser
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import click

from ops.client.api import Api
from ops.client.command import EXIT_CODES, Caller, ImageId, api_options, complain
from ops.client.faults import ApiFault

_VARIANT_HELP = "Which rendition  [default: the largest]"


@click.command("open", epilog=EXIT_CODES)
@click.argument("image_id", metavar="[ID]", required=False, type=ImageId())
@click.option("--page", "on_page", is_flag=True, help="The page; with ID, at this picture.")
@click.option("--variant", metavar="NAME", help=_VARIANT_HELP)
@api_options
def open_image(image_id: str | None, on_page: bool, variant: str | None, **given: Any) -> None:
    """Open a rendition of an image in the browser, or the page.

    Its address is printed, for where there is no browser.

        python -m ops open 01M7Y2N0N9BYRK049JRFXGS292 --variant 720p

        python -m ops open --page
    """
    if not (image_id or on_page):
        raise click.UsageError("Give an ID, --page, or both.")
    if variant and on_page:
        raise click.UsageError("Give --page or --variant, and one of them only.")
    caller = Caller(given)
    if on_page:
        address = _on_page(caller.place().page, image_id)
    else:
        address = _rendition(caller.api(), str(image_id), variant)
    if urlsplit(address).scheme not in ("http", "https"):
        raise ApiFault(f"{address!r} is no address that a browser should open.")
    click.echo(address)
    if not webbrowser.open(address):
        complain("There is no browser here; open this address in one.")


def _on_page(page: str, image_id: str | None) -> str:
    if not page:
        raise ApiFault("The API does not tell where its page is. Give the page's address to --api.")
    return f"{page}/#picture/{image_id}" if image_id else f"{page}/"


def _rendition(api: Api, image_id: str, variant: str | None) -> str:
    image = api.image(image_id)
    found = [one for one in image["renditions"] if variant in (None, one["variant"])]
    if not found:
        raise ApiFault(_absence(image, variant))
    address: str = max(found, key=lambda one: one["width"] * one["height"])["url"]
    return address


def _absence(image: Mapping[str, Any], variant: str | None) -> str:
    names = list(dict.fromkeys(one["variant"] for one in image["renditions"]))
    if not names:
        return f"The image has no renditions: it is {image['status']}."
    return f"The image has no rendition {variant}; it has {', '.join(names)}."

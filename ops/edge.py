"""What the CDN must know of the variants table, here and in AWS."""

from collections.abc import Mapping

import msgspec

from chalicelib.errors import SettingsError
from chalicelib.model.delivery import EdgeTable, edge_table
from chalicelib.model.variants import load_table, load_watermarks, watermark_folders
from ops.site_folder import variants

_LONGEST = 4_096  # characters of a parameter of CloudFormation


def current_table(*, keep_credits: bool) -> EdgeTable:
    """The CDN's table for this checkout's variants; SettingsError if those are not valid."""
    path = variants.table()
    table = load_table(path)
    marks = load_watermarks(table.rules, watermark_folders(path))
    return edge_table(table, table.sizes.generation(marks, keep_credits=keep_credits))


def written(environment: Mapping[str, str]) -> str:
    """The table as the parameter EdgeTable of infrastructure/delivery.yaml.

    `environment` has the stage's settings. SettingsError if the table is too long.
    """
    table = current_table(keep_credits=keeps_credits(environment))
    text = msgspec.json.encode(table).decode()
    if len(text) > _LONGEST:
        raise SettingsError(
            f"The CDN's table of variants has {len(text):,} characters, and CloudFormation allows "
            f"{_LONGEST:,}: use fewer variants, or shorter names."
        )
    return text


def keeps_credits(environment: Mapping[str, str]) -> bool:
    """Whether the setting KEEP_CREDITS is on, which every rendition depends on."""
    return msgspec.convert(environment.get("KEEP_CREDITS", "false"), bool, strict=False)

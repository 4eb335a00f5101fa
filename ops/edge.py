"""What the CDN must know of the variants table, here and in AWS."""

from collections.abc import Mapping

import msgspec

from chalicelib.errors import SettingsError
from chalicelib.model.delivery import EdgeTable, edge_table
from chalicelib.model.variants import load_table, load_watermarks, watermark_folders
from ops.site_folder import variants

_LONGEST = 4_096  # characters of a parameter of CloudFormation


def current_table(environment: Mapping[str, str]) -> EdgeTable:
    """The CDN's table for this checkout's variants; SettingsError if those are not valid.

    `environment` has the stage's settings.
    """
    path = variants.table()
    table = load_table(path)
    marks = load_watermarks(table.rules, watermark_folders(path))
    generation = table.sizes.generation(
        marks, keep_credits=_keeps_credits(environment), smart_crop=_crops_smartly(environment)
    )
    return edge_table(table, generation)


def written(environment: Mapping[str, str]) -> str:
    """The table as the parameter EdgeTable of infrastructure/delivery.yaml.

    `environment` has the stage's settings. SettingsError if the table is too long.
    """
    table = current_table(environment)
    text = msgspec.json.encode(table).decode()
    if len(text) > _LONGEST:
        raise SettingsError(
            f"The CDN's table of variants has {len(text):,} characters, and CloudFormation allows "
            f"{_LONGEST:,}: use fewer variants, or shorter names."
        )
    return text


def _keeps_credits(environment: Mapping[str, str]) -> bool:
    """Whether the setting KEEP_CREDITS is on, which every rendition depends on."""
    return msgspec.convert(environment.get("KEEP_CREDITS", "false"), bool, strict=False)


def _crops_smartly(environment: Mapping[str, str]) -> bool:
    """Whether the setting SMART_CROP is on, which crops depend on."""
    return environment.get("SMART_CROP") != "off"

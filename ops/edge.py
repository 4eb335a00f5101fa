"""What the CDN must know of the variants table, here and in AWS."""

from collections.abc import Mapping

import msgspec

from chalicelib.model.delivery import EdgeTable, edge_table
from chalicelib.model.variants import load_table, load_watermarks


def current_table(*, keep_credits: bool) -> EdgeTable:
    """The CDN's table for this checkout's variants; SettingsError if those are not valid."""
    table = load_table()
    marks = load_watermarks(table.rules)
    return edge_table(table, table.sizes.generation(marks, keep_credits=keep_credits))


def keeps_credits(environment: Mapping[str, str]) -> bool:
    """Whether the setting KEEP_CREDITS is on, which every rendition depends on."""
    return msgspec.convert(environment.get("KEEP_CREDITS", "false"), bool, strict=False)

"""Parses a focal point on the command line."""

import click
import msgspec

from darkroom_client.edits import FocalPoint


class Point(click.ParamType[FocalPoint]):
    """`X,Y`: two numbers from 0 to 1."""

    name = "point"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> FocalPoint:
        """The focal point; a usage error for any other text."""
        if isinstance(value, FocalPoint):
            return value
        x, _, y = str(value).partition(",")
        try:
            return msgspec.convert({"x": x, "y": y}, FocalPoint, strict=False)
        except msgspec.ValidationError:
            self.fail(f"{value!r} is not two numbers from 0 to 1, such as 0.3,0.4.", param, ctx)

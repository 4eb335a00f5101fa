"""Edits on the command line: options for the steps, in their order, and files with a recipe."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click
import msgspec

from darkroom_client.edits import (
    CENTRE,
    Crop,
    Edit,
    Edits,
    Flip,
    FocalPoint,
    Redact,
    Rotate,
    Size,
    Straighten,
    edited_size,
    shown_point,
)

Command = TypeVar("Command", bound=Callable[..., Any])

_ORDER = "darkroom_client.edits"  # in the context: the parameters as they were given
_STEPS = ("crop", "crop_ratio", "rotate", "flip", "straighten", "redact")
_RECTANGLE = "X,Y,WIDTH,HEIGHT"


class Ratio(NamedTuple):
    """The largest crop with this ratio of sides: the picture's size decides which that is."""

    width: int
    height: int

    def crop(self, size: Size, point: FocalPoint) -> Crop:
        """The crop of a picture of `size`, in pixels, as near to `point` as its edges allow."""
        width = min(1.0, size[1] * self.width / (size[0] * self.height))
        height = min(1.0, size[0] * self.height / (size[1] * self.width))
        return Crop(x=_start(point.x, width), y=_start(point.y, height), width=width, height=height)


def _start(middle: float, side: float) -> float:
    return min(max(middle - side / 2, 0.0), 1 - side)


Step = Edit | Ratio


class _StepType(click.ParamType[Step]):
    """A step whose text `read` turns into it; ValueError for any other text."""

    def __init__(self, name: str, read: Callable[[str], Step], example: str) -> None:
        self.name = name
        self._read = read
        self._example = example

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Step:
        """The step; a usage error for a wrong text."""
        if isinstance(value, Crop | Rotate | Flip | Straighten | Redact | Ratio):
            return value
        try:
            return self._read(str(value))
        except ValueError as reason:
            self.fail(f"{value!r} is wrong: {reason}. Example: {self._example}.", param, ctx)


def _step(action: str, **fields: str) -> Edit:
    step: Edit = msgspec.convert({"action": action, **fields}, Edit, strict=False)
    return step


def _rectangle(text: str) -> dict[str, str]:
    numbers = text.split(",")
    if len(numbers) != 4:
        raise ValueError("it needs four numbers from 0 to 1")
    return dict(zip(("x", "y", "width", "height"), numbers, strict=True))


def _redaction(text: str) -> Edit:
    rectangle, has_color, color = text.partition(",#")
    return _step("redact", **_rectangle(rectangle), **({"color": f"#{color}"} if has_color else {}))


def _ratio(text: str) -> Ratio:
    width, _, height = text.partition(":")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise ValueError("it needs two whole numbers")
    return Ratio(int(width), int(height))


_TYPES: dict[str, tuple[str, _StepType, str]] = {
    "crop": (
        _RECTANGLE,
        _StepType("crop", lambda text: _step("crop", **_rectangle(text)), "0.1,0.2,0.5,0.5"),
        "Keep a rectangle, given as fractions of the width and height.",
    ),
    "crop_ratio": (
        "W:H",
        _StepType("ratio", _ratio, "16:9"),
        "Keep the largest rectangle of this ratio, around the focal point or the centre.",
    ),
    "rotate": (
        "DEGREES",
        _StepType("rotate", lambda text: _step("rotate", degrees=text), "90"),
        "Turn clockwise by 90, 180 or 270 degrees.",
    ),
    "flip": (
        "AXIS",
        _StepType("flip", lambda text: _step("flip", axis=text), "horizontal"),
        "Mirror: horizontal exchanges left and right, vertical top and bottom.",
    ),
    "straighten": (
        "DEGREES",
        _StepType("straighten", lambda text: _step("straighten", degrees=text), "2.5"),
        "Turn clockwise by up to 45 degrees, and cut off the empty corners.",
    ),
    "redact": (
        f"{_RECTANGLE}[,#RRGGBB]",
        _StepType("redact", _redaction, "0.1,0.2,0.3,0.1"),
        "Hide a rectangle in all files but the original.",
    ),
}


class EditingCommand(click.Command):
    """A command that keeps the order in which its options were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse twice: click itself groups the values of an option."""
        if not ctx.resilient_parsing:
            _, _, ctx.meta[_ORDER] = self.make_parser(ctx).parse_args(args=list(args))
        return super().parse_args(ctx, args)


def step_options(command: Command) -> Command:
    """Decorator of an EditingCommand that adds the options for steps."""
    for name, (metavar, kind, text) in reversed(_TYPES.items()):
        option = f"--{name.replace('_', '-')}"
        command = click.option(option, name, metavar=metavar, type=kind, multiple=True, help=text)(
            command
        )
    return command


def steps_of(ctx: click.Context, given: dict[str, Any]) -> list[Step]:
    """The steps in the order of the command line; they are taken out of `given`."""
    values: dict[str, Iterator[Step]] = {name: iter(given.pop(name)) for name in _STEPS}
    named = (parameter.name or "" for parameter in ctx.meta[_ORDER])
    return [next(values[name]) for name in named if name in values]


def recipe(steps: Sequence[Step], size: Size, point: FocalPoint | None) -> tuple[Edit, ...]:
    """The edits for an original of `size`, upright, with this focal point of its own, if any."""
    edits: tuple[Edit, ...] = ()
    for step in steps:
        if isinstance(step, Ratio):
            middle = shown_point(edits, size, point) if point else CENTRE
            step = step.crop(edited_size(edits, size), middle)
        edits = (*edits, step)
    return edits


class RecipeFile(click.ParamType[tuple[Edit, ...]]):
    """The path of a JSON file with a list of edits, as the API takes it."""

    name = "file"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Edit, ...]:
        """The edits; a usage error if there are none in the file."""
        if isinstance(value, tuple):
            return value
        try:
            return msgspec.json.decode(Path(str(value)).read_bytes(), type=Edits)
        except OSError as reason:
            self.fail(f"{value} cannot be read: {reason.strerror}.", param, ctx)
        except (msgspec.MsgspecError, UnicodeDecodeError) as reason:
            self.fail(f"{value} is not a list of edits: {reason}.", param, ctx)


recipe_option = click.option(
    "--edits",
    metavar="FILE",
    type=RecipeFile(),
    default=(),
    help="JSON file with a list of edits, as in docs/edits.md.",
)

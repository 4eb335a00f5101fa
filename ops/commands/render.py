"""`python -m ops render`: renders files on this machine, without any store."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console

from chalicelib import imaging
from chalicelib.errors import SettingsError
from chalicelib.model.edits import Edits
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.variants import load_variants, load_watermarks, watermark_folders
from chalicelib.settings import Settings
from darkroom_client.cli.edits import recipe_option
from darkroom_client.cli.exit_codes import DONE, FAILED, INTERRUPTED
from darkroom_client.cli.focal_point import Point
from darkroom_client.cli.terminal import files_in_words, shown
from darkroom_client.edits import Edit as Step
from darkroom_client.edits import FocalPoint as Place
from darkroom_client.errors import FileFault
from ops.render.files import Rules, render_file
from ops.render.folders import folders_of
from ops.render.outcomes import Outcome
from ops.render.report import show, show_json, total_of
from ops.render.watermarks import local_objects
from ops.site_folder import variants as own_table

_PATH = click.Path(path_type=Path)
_DIRECTORY = click.Path(file_okay=False, path_type=Path)
_OUT_HELP = "Folder for the renditions; created if missing."
_VARIANTS_HELP = """Another variants table; its watermarks, and copies of those in the images
bucket, may be beside it. [default: the site folder's, or else chalicelib/variants.toml]"""
_HEIC_HELP = "Also read HEIC files; needs requirements-heic.txt. Also the variable ALLOW_HEIC."
_JXL_HELP = "Also read JPEG XL; needs requirements-jxl.txt. Also the variable ALLOW_JXL."
_POINT_HELP = """Focal point to crop around, as fractions of width and height from the upper left
of the original, such as 0.3,0.4. [default: a point computed from the picture]"""
_CENTRE_HELP = "Crop around the centre if no focal point is given."
_EXIT_CODES = """Exit codes: 0 on success, even if pictures were rejected; 1 if files could not be
read or written, which is reported on standard error only, while the other files are rendered; 2 for
wrong usage or a wrong variants table; 130 after Ctrl-C."""


@click.command(epilog=_EXIT_CODES)
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--out", required=True, metavar="DIR", type=_DIRECTORY, help=_OUT_HELP)
@click.option("--variants", metavar="TOML", type=_PATH, help=_VARIANTS_HELP)
@click.option("--heic", envvar="ALLOW_HEIC", is_flag=True, help=_HEIC_HELP)
@click.option("--jxl", envvar="ALLOW_JXL", is_flag=True, help=_JXL_HELP)
@click.option("--focal-point", metavar="X,Y", type=Point(), help=_POINT_HELP)
@click.option("--centre", is_flag=True, help=_CENTRE_HELP)
@recipe_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one line per file.")
def render(
    files: tuple[str, ...],
    out: Path,
    variants: Path | None,
    heic: bool,
    jxl: bool,
    focal_point: Place | None,
    centre: bool,
    edits: tuple[Step, ...],
    as_json: bool,
) -> None:
    """Render FILES on this machine, without any store.

        python -m ops render photo.jpg --out renditions

    Renditions are DIR/<stem>/<variant>.<ext>; a second file with the same stem goes into
    DIR/<stem>-2. The limits are Darkroom's defaults. The total, which --json leaves out, compares
    the ready files with all their renditions.
    """
    rules = _rules(variants, heic, jxl)._replace(
        # The options are the client's; the application has the same fields.
        focal_point=FocalPoint(x=focal_point.x, y=focal_point.y) if focal_point else None,
        smart_crop=not centre,
        edits=msgspec.convert(msgspec.to_builtins(edits), Edits),
    )
    _make_directory(out)
    console = Console(highlight=False, soft_wrap=True)
    outcomes: list[Outcome] = []

    def keep(outcome: Outcome) -> None:
        show_json(outcome) if as_json else show(console, outcome)
        outcomes.append(outcome)

    faults = _render_all(files, folders_of(files, out, rules.variants), rules, keep)
    if not as_json:
        console.print(total_of(outcomes), markup=False, style="bold")
    sys.exit(FAILED if faults else DONE)


def _rules(table: Path | None, heic: bool, jxl: bool) -> Rules:
    """The rules of `table`, or of the checkout's; a usage error if it is wrong."""
    try:
        path = table or own_table.table()
        variants = load_variants(path)
        watermarks = load_watermarks(variants, watermark_folders(path))
        watermarks = {**watermarks, **local_objects(variants, path.parent)}
        imaging.check_watermarks(watermarks)
        imaging.check_formats(heic=heic, jxl=jxl)
    except SettingsError as reason:
        raise click.UsageError(str(reason)) from reason
    defaults = {field.name: field.default for field in msgspec.structs.fields(Settings)}
    limits = imaging.Limits(
        max_pixels=defaults["max_pixels"],
        max_frames=defaults["max_frames"],
        max_animation_pixels=defaults["max_animation_pixels"],
        allow_heic=heic,
        allow_jxl=jxl,
    )
    return Rules(variants, watermarks, limits, defaults["max_upload_bytes"])


def _make_directory(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        sentence = f"The directory {shown(str(out))} cannot be created: {reason.strerror}."
        raise click.UsageError(sentence) from reason


def _render_all(
    files: Sequence[str], folders: Sequence[Path], rules: Rules, keep: Callable[[Outcome], None]
) -> int:
    """Render the files in order; return how many could not be read or written."""
    faults = done = 0
    try:
        for file, folder in zip(files, folders, strict=True):
            try:
                outcome = render_file(file, folder, rules)
            except FileFault as fault:
                click.echo(str(fault), err=True)
                faults += 1
            else:
                done += 1
                keep(outcome)
    except KeyboardInterrupt:
        click.echo(f"Stopped: {done} of {files_in_words(len(files))} done.", err=True)
        sys.exit(INTERRUPTED)
    return faults

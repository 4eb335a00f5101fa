"""`python -m ops init`: creates the site folder, with what the user changed in tracked files."""

import subprocess
import sys
from collections.abc import Mapping

import click

from darkroom_client.cli.exit_codes import EXPLAINED
from ops.project import PROJECT
from ops.site_folder import creation, location, stages
from ops.site_folder.checkout import Checkout, Folder, checkout_of
from ops.site_folder.stage_document import with_sections
from ops.site_folder.takeover import CONFIG, STRINGS, TABLE, Takeover, takeover_of

_FROM_HELP = """Take over the changes of another checkout, or of a git revision such as stash@{0}.
[default: this checkout]"""
_BASE_HELP = "Commit of the checkout with which its files are compared."
_RESTORE_HELP = "Restore the tracked files whose changes are taken over; otherwise, ask."

_SOURCES = {location.VARIANTS: TABLE, location.STAGES: CONFIG, location.STRINGS: STRINGS}


@click.command(epilog=EXPLAINED)
@click.option("--from", "source", metavar="CHECKOUT", help=_FROM_HELP)
@click.option("--base", metavar="COMMIT", default="HEAD", show_default=True, help=_BASE_HELP)
@click.option("--restore", is_flag=True, help=_RESTORE_HELP)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
def init(source: str | None, base: str, restore: bool, dry_run: bool) -> None:
    """Create the folder of your own configuration: site/, or the one DARKROOM_SITE names.

        python -m ops init --dry-run

        python -m ops init --from ../darkroom-old

    Its files are the variants table, settings of stages, texts and colours; all defaults are in
    them as comments. What you changed in the tracked files of an earlier version is taken over:
    variants, stages and texts. Existing files of the folder are not changed; stages are added.
    """
    checkout = checkout_of(source, base) if source else Folder(PROJECT, base)
    found = takeover_of(checkout)
    files = _files(found)
    _show(files, found, checkout)
    if dry_run:
        click.echo("Nothing was written.")
        return
    creation.write(files)
    _restore(checkout.restore(found.taken), without_asking=restore)


def _files(found: Takeover) -> dict[str, bytes]:
    """The files to write; what an existing file prevents is moved to what is left."""
    folder = location.wanted_folder()
    templates = creation.templates()
    files = {
        name: text.encode() for name, text in templates.items() if not (folder / name).exists()
    }
    for name, content in found.files.items():
        if creation.is_untouched(folder / name, templates.get(name, "")):
            files[name] = content
        elif (folder / name).read_bytes() != content:
            _leave(found, name, f"{location.shown(folder / name)} exists, and is not changed.")
    if found.sections:
        _add_sections(files, found, templates[location.STAGES])
    return files


def _add_sections(files: dict[str, bytes], found: Takeover, template: str) -> None:
    path = location.wanted_folder() / location.STAGES
    present = stages.own_stages() if path.is_file() else {}
    missing = {name: part for name, part in found.sections.items() if name not in present}
    for name, part in found.sections.items():
        if name in present and present[name] != part:
            place = f"{location.shown(path)} has a stage {name}, which is not changed."
            _leave(found, location.STAGES, place)
    if missing:
        text = path.read_text("utf-8") if path.is_file() else template
        files[location.STAGES] = with_sections(text, missing).encode()


def _leave(found: Takeover, name: str, sentence: str) -> None:
    found.left.append(sentence)
    found.lines.pop(name, None)
    if _SOURCES.get(name) in found.taken:
        found.taken.remove(_SOURCES[name])


def _show(files: Mapping[str, bytes], found: Takeover, checkout: Checkout) -> None:
    folder = location.wanted_folder()
    width = max(map(len, files), default=0)
    click.echo(f"Your configuration is in {folder}")
    for name in sorted(files):
        content = found.lines.get(name, "the defaults, as comments")
        click.echo(f"  + {name:<{width}}  {content}")
    if not files:
        click.echo("  Nothing to add.")
    if found.left:
        click.echo(f"Not taken over from {checkout.name}:")
        for sentence in found.left:
            click.echo(f"  {sentence}")


def _restore(command: list[str], *, without_asking: bool) -> None:
    if not command:
        return
    shown = " ".join(command)
    if not without_asking:
        click.echo("The tracked files can have their own content again, for `git pull`:")
        click.echo(f"  {shown}")
        if not sys.stdin.isatty() or not click.confirm("Do that now?"):
            return
    if subprocess.run(command, check=False).returncode:
        raise click.ClickException(f"`{shown}` failed.")
    click.echo("Restored.")

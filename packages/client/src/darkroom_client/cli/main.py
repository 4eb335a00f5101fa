"""Entry point of the installed command `darkroom`."""

from pathlib import Path

import click

from darkroom_client.cli.exit_codes import EXPLAINED_FOR_SEVERAL
from darkroom_client.cli.verbs import COMPLETION, IMAGES, LocalDarkroom, Verbs

DEBUG_HELP = "Show the traceback of an unexpected error."
EPILOG = f"VERB --help explains a verb and shows examples.\n\n{EXPLAINED_FOR_SEVERAL}"


def _local() -> LocalDarkroom:
    """The ports of a `make run` without options; what is kept is a setting of the user's."""
    data = Path(click.get_app_dir("darkroom"))
    return LocalDarkroom("http://127.0.0.1:8000", "http://127.0.0.1:8080", data)


@click.group(
    cls=Verbs,
    groups={"Images": IMAGES, "Shell": {"completion": COMPLETION}},
    local=_local,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--debug", is_flag=True, envvar="DARKROOM_DEBUG", show_envvar=True, help=DEBUG_HELP)
@click.version_option(package_name="darkroom-client", prog_name="Darkroom client")
def main(*, debug: bool) -> None:
    """Upload, find, change and delete images of a Darkroom."""


if __name__ == "__main__":
    main(prog_name="darkroom")

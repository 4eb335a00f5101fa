"""Entry point of the command line."""

import click

from chalicelib import __version__
from ops.cli import MODULE, Verbs
from ops.exit_codes import EXPLAINED_FOR_SEVERAL

_DEBUG_HELP = "Show the traceback of an unexpected error."
_EPILOG = f"VERB --help explains a verb and shows examples.\n\n{EXPLAINED_FOR_SEVERAL}"


@click.group(
    cls=Verbs,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--debug", is_flag=True, envvar="DARKROOM_DEBUG", show_envvar=True, help=_DEBUG_HELP)
@click.version_option(__version__, prog_name="Darkroom")
def main(*, debug: bool) -> None:
    """Run, operate and use Darkroom."""


if __name__ == "__main__":
    main(prog_name=MODULE)

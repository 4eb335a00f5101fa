"""Entry point of the command line."""

import click

from chalicelib import __version__
from ops.cli import MODULE, Verbs

_DEBUG_HELP = "Show the traceback of an unexpected error."
_EPILOG = """VERB --help explains a verb and shows examples.

Exit codes: 0 success; 1 failure, explained on standard error; 2 wrong usage; 3 some of several
items failed; 130 stopped by Ctrl-C."""


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

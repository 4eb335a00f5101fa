"""The command line's entry."""

import click

from chalicelib import __version__
from ops.verbs import MODULE, Verbs

_DEBUG_HELP = "Show where in the code an unexpected error comes from."
_EPILOG = """VERB --help explains a verb, with examples.

Exit codes: 0 done; 1 it failed, and a sentence on standard error says why; 2 wrong usage; 3 some of
several failed; 130 stopped by Ctrl-C."""


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

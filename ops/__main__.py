"""Entry point of the command line."""

import click

from chalicelib import __version__
from chalicelib.errors import DarkroomError
from darkroom_client.cli.main import DEBUG_HELP, EPILOG
from darkroom_client.cli.verbs import LocalDarkroom
from ops.cli import GROUPS, MODULE, OpsVerbs


def _local() -> LocalDarkroom:
    """The Darkroom of `make run`, which the site folder and the environment describe."""
    from ops.local.stack.options import current_options  # slow: of no use to most verbs

    options = current_options()
    start = "Start it with `make run`, or choose another with"
    return LocalDarkroom(options.api_url, options.site_url, options.data, start)


@click.group(
    cls=OpsVerbs,
    groups=GROUPS,
    local=_local,
    expected=(DarkroomError,),
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--debug", is_flag=True, envvar="DARKROOM_DEBUG", show_envvar=True, help=DEBUG_HELP)
@click.version_option(__version__, prog_name="Darkroom")
def main(*, debug: bool) -> None:
    """Run, operate and use Darkroom."""


if __name__ == "__main__":
    main(prog_name=MODULE)

"""`python -m ops completion`: what makes a shell complete the command line."""

import click
from click.shell_completion import get_completion_class

from ops.verbs import NAME

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes a SHELL complete verbs, options and values of `darkroom`.

    Have the shell read it at its start. bash and zsh, in ~/.bashrc or ~/.zshrc:

        eval "$(darkroom completion bash)"

    fish:

        python -m ops completion fish > ~/.config/fish/completions/darkroom.fish

    zsh and fish look for `darkroom` on the PATH: link ./darkroom into a folder of it.
    """
    kind = get_completion_class(shell)
    if kind is None:  # a later click may know other shells
        raise click.UsageError(f"There is no completion for {shell}.")
    made = kind(ctx.find_root().command, {}, NAME, f"_{NAME.upper()}_COMPLETE")
    click.echo(made.source())

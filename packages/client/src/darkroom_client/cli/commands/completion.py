"""`darkroom completion`: prints a shell's completion script."""

import click
from click.shell_completion import get_completion_class

from darkroom_client.cli.verbs import NAME

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of `darkroom` for a SHELL.

    Load it in the shell's startup file. For bash and zsh, in ~/.bashrc or ~/.zshrc:

        eval "$(darkroom completion bash)"

    For fish:

        darkroom completion fish > ~/.config/fish/completions/darkroom.fish

    zsh and fish need `darkroom` on the PATH, where pipx puts it; in a checkout, link ./darkroom
    into one of its folders.
    """
    kind = get_completion_class(shell)
    if kind is None:  # a later version of click may support other shells
        raise click.UsageError(f"There is no completion for {shell}.")
    made = kind(ctx.find_root().command, {}, NAME, f"_{NAME.upper()}_COMPLETE")
    click.echo(made.source())

"""`python -m ops configuration`: the page of all settings, options and parameters."""

import click


@click.command()
def configuration() -> None:
    """Write docs/configuration.md from settings, options and templates.

        python -m ops configuration

    A test holds the page against them.
    """
    from ops.configuration.document import PAGE, page  # with cfn-lint, which only developers have

    PAGE.write_text(page(), encoding="utf-8")

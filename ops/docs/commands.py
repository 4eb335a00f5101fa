"""The verbs that generate docs/configuration.md and docs/permissions.md."""

import click


@click.command()
def configuration() -> None:
    """Generate docs/configuration.md from settings, options and templates.

        python -m ops configuration

    A test checks that the page is up to date.
    """
    from ops.docs.configuration import PAGE, page  # imports cfn-lint, which only developers have

    PAGE.write_text(page(), encoding="utf-8")


@click.command()
def permissions() -> None:
    """Generate docs/permissions.md from the policies.

        python -m ops permissions

    A test checks that the page is up to date.
    """
    from ops.docs.permissions import PAGE, page

    PAGE.write_text(page(), encoding="utf-8")

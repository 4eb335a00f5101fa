"""`python -m ops permissions`: the page that says what each function may do."""

import click

from ops.permissions.document import PAGE, page


@click.command()
def permissions() -> None:
    """Write docs/permissions.md from the policies.

        python -m ops permissions

    A test holds the page against them.
    """
    PAGE.write_text(page(), encoding="utf-8")

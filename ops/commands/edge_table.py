"""`python -m ops edge-table`: prints what the CDN must know of the variants table."""

import click

from darkroom_client.cli.exit_codes import EXPLAINED
from ops import edge
from ops.deploy import stage_config
from ops.site_folder import variants


@click.command("edge-table", epilog=EXPLAINED)
@click.option("--stage", required=True, help="A stage that is recorded here.")
def edge_table(stage: str) -> None:
    """Print the parameter EdgeTable of infrastructure/delivery.yaml, for a pipeline of your own.

        python -m ops edge-table --stage prod

    It has the formats of each variant and the widths of sizes on demand. Update the stack whenever
    the variants table or the setting KEEP_CREDITS changes; `deploy` does that itself.
    """
    variants.check()
    click.echo(edge.written(stage_config.recorded(stage).get("environment_variables", {})))

"""All verbs, in groups: those of the client, and those that need the checkout."""

import re

import click

from darkroom_client.cli.verbs import COMPLETION, IMAGES, NAME, Verbs, with_help

MODULE = "python -m ops"  # as in the examples of the verbs here

GROUPS: dict[str, dict[str, str]] = {
    "Images": {
        **IMAGES,
        "sign": "ops.commands.sign:sign",
        "render": "ops.commands.render:render",
    },
    "Stage": {
        "init": "ops.commands.init:init",
        "run": "ops.commands.run:run",
        "deploy": "ops.commands.deploy:deploy",
        "destroy": "ops.commands.destroy:destroy",
        "credentials": "ops.commands.credentials:credentials",
        "smoke": "ops.commands.smoke:smoke",
        "token": "ops.commands.token:token",
        "package": "ops.commands.package:package",
        "rotate-keys": "ops.commands.rotate_keys:rotate_keys",
        "doctor": "ops.commands.doctor:doctor",
        "record": "ops.commands.record:record",
        "edge-table": "ops.commands.edge_table:edge_table",
    },
    "Maintenance": {
        "logs": "ops.commands.logs:logs",
        "backfill": "ops.commands.backfill:backfill",
        "reprocess": "ops.commands.reprocess:reprocess",
        "redrive": "ops.commands.redrive:redrive",
        "sweep": "ops.commands.sweep:sweep",
        "rebuild-table": "ops.commands.rebuild_table:rebuild_table",
    },
    "Development": {
        "artifacts": "ops.commands.artifacts:artifacts",
        "completion": COMPLETION,
        "configuration": "ops.docs.commands:configuration",
        "manual": "ops.docs.manual:manual",
        "openapi": "ops.docs.openapi:openapi",
        "permissions": "ops.docs.commands:permissions",
        "release": "ops.commands.release:release",
        "schemas": "ops.docs.schemas:schemas",
        "secrets": "ops.commands.secrets:secrets",  # pragma: allowlist secret
        "templates": "ops.commands.templates:templates",
    },
}

# At the beginning of an example, or in a pipe.
_EXAMPLE = re.compile(rf"(?m)(^ {{4,}}|\| ){NAME} ")


class OpsVerbs(Verbs):
    """The verbs of a checkout, with examples that use what was called: its launcher or module."""

    def adapted(self, ctx: click.Context, command: click.Command) -> click.Command:
        """The verb with such examples."""
        if ctx.find_root().info_name == NAME:
            return with_help(command, lambda text: text.replace(MODULE, NAME))
        return with_help(command, lambda text: _EXAMPLE.sub(rf"\1{MODULE} ", text))

"""Generates `docs/configuration.md` from the code."""

import re
from collections.abc import Iterable
from pathlib import Path
from string import Template

from ops.commands.deploy import deploy
from ops.commands.run import run
from ops.deploy.parameters import SET_BY_DEPLOY
from ops.deploy.templates import PARTS
from ops.docs import options, settings
from ops.docs.settings import Row
from ops.project import PROJECT

PAGE = PROJECT / "docs/configuration.md"
_TEMPLATE = Path(__file__).with_name("configuration.template.md")
_LINKED = re.compile(r"(?<![\w(/])docs/((?:decisions/)?[\w-]+\.md)")


def page() -> str:
    """The text of `docs/configuration.md`."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        settings=_table(["setting", "value", "default", "meaning"], settings.rows(SET_BY_DEPLOY)),
        functions=_table(["function", "MB", "seconds"], options.function_rows()),
        run=_table(["variable", "option", "meaning"], options.run_rows(run)),
        deploy=_table(["option", "meaning"], options.option_rows(deploy)),
        **{part: _parameters(part) for part in PARTS},
    )


def _parameters(part: str) -> str:
    return _table(["parameter", "default", "meaning"], options.parameter_rows(part))


def _table(head: Row, rows: Iterable[Row]) -> str:
    lines = [head, ["---"] * len(head), *([*row[:-1], _sentence(row[-1])] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _sentence(text: str) -> str:
    plain = " ".join(text.replace("|", "\\|").split())
    return _LINKED.sub(r"[\1](\1)", plain.removesuffix("."))

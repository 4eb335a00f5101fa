"""The own-pipeline path in docs/infrastructure.md names what templates and code have."""

import re

import pytest

from ops.packaging import sam, terraform
from ops.packaging.runtime_limits import BURST, LOG_DAYS, REQUESTS_PER_SECOND, RESERVED
from ops.project import PROJECT
from tests.infrastructure.stacks import NAMES, template

DOCUMENT = (PROJECT / "docs" / "infrastructure.md").read_text()
COMMANDS = "\n".join(re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)).replace("\\\n", " ")
APPLIED = re.findall(r"^apply (\w+)(.*)$", COMMANDS, re.MULTILINE)


@pytest.mark.parametrize("stack", NAMES)
def test_the_commands_give_every_parameter_without_a_default(stack: str) -> None:
    given = {name for part, rest in APPLIED if part == stack for name in _given(rest)}
    required = {
        name
        for name, declared in template(stack)["Parameters"].items()
        if "Default" not in declared
    }
    assert required <= given


@pytest.mark.parametrize(("stack", "rest"), APPLIED)
def test_the_commands_give_only_parameters_of_the_template(stack: str, rest: str) -> None:
    assert {*_given(rest)} <= template(stack)["Parameters"].keys()


def _given(rest: str) -> list[str]:
    picked = [name for names in re.findall(r"pick ([\w ]+)\)", rest) for name in names.split()]
    return [*picked, *re.findall(r"(\w+)=", rest)]


@pytest.mark.parametrize(
    ("stack", "names"), re.findall(r"outputs (stores|delivery) \| pick ([\w ]+)", COMMANDS)
)
def test_the_commands_pick_outputs_that_the_stack_has(stack: str, names: str) -> None:
    assert {*names.split()} <= template(stack)["Outputs"].keys()


@pytest.mark.parametrize(
    ("default", "variable", "parameter"),
    [
        (REQUESTS_PER_SECOND, "requests_per_second", "RequestsPerSecond"),
        (BURST, "burst", "Burst"),
        (LOG_DAYS, "log_days", "LogDays"),
        (RESERVED["sweep"], "sweep_concurrency", "SweepConcurrency"),
    ],
)
def test_the_table_of_limits_has_each_templates_name_and_default(
    default: int, variable: str, parameter: str
) -> None:
    (row,) = (line for line in DOCUMENT.splitlines() if f"| `{variable}`" in line)
    assert f"| {default} |" in row
    assert f"| `{parameter}`" in row
    assert terraform.variables()[variable]["default"] == default
    assert sam.parameters()[parameter]["Default"] == default


def test_the_table_of_limits_has_a_row_for_every_variable() -> None:
    rows = re.findall(r"\| `(\w+)`(?:; -1 for none)? \| `\w+`(?:; 0 for none)? \|$", DOCUMENT, re.M)
    assert rows == [*terraform.variables()]

"""CloudFormation: change sets that create, adopt, fail and roll back as in AWS."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import yaml
from moto.cloudformation.models import Change, ChangeSet, CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import yaml_tag_constructor
from moto.core.responses import ActionResult

from tests.deploy.emulator import resources


def patch() -> None:
    """Replace how moto executes change sets and validates templates."""
    _read_templates_quickly()
    CloudFormationBackend.execute_change_set = _execute
    ChangeSet.diff = _changes
    CloudFormationResponse.validate_template = _validate
    # AWS returns a list parameter as it was passed, with commas.
    Stack.parameter_list = property(_parameters)
    Stack.stack_parameters = property(_as_passed)
    # The change set reports an unchanged stack; it is no error.
    CloudFormationResponse._validate_different_update = lambda *_: None


def _read_templates_quickly() -> None:
    """Use libyaml: moto reads each template several times, and PyYAML's own parser is slow."""
    yaml.CLoader.add_multi_constructor("", yaml_tag_constructor)
    yaml.Loader = yaml.CLoader


def _execute(self: Any, change_set_name: str, **_: Any) -> None:
    change_set = self.change_sets[change_set_name]
    stack = self.stacks[change_set.stack_id]
    if change_set.change_set_type == "CREATE":
        with _rolling_back(stack, "CREATE", "ROLLBACK_COMPLETE"):
            _create(stack, change_set)
    else:
        with _rolling_back(stack, "UPDATE", "UPDATE_ROLLBACK_COMPLETE"):
            stack.update(change_set.template, None, change_set.parameters, change_set.tags)


def _changes(self: Any) -> list[Change]:
    """Include changes made by a parameter alone, which moto makes but does not list."""
    old, new = self.stack.resource_map, self.template_dict["Resources"]
    names = old.build_resource_diff(self.template_dict, self.parameters)
    resources = {**old._resource_json_map, **new}
    return [
        Change(action, name, resources[name]["Type"])
        for action, changed in names.items()
        for name in changed
    ]


def _create(stack: Stack, change_set: ChangeSet) -> None:
    stack.template = change_set.template
    stack._parse_template()
    # Including defaults, since a later change set is compared with all values.
    declared = stack.template_dict.get("Parameters", {})
    defaults = {name: str(p["Default"]) for name, p in declared.items() if "Default" in p}
    stack.parameters = {**defaults, **change_set.parameters}
    stack.resource_map = stack._create_resource_map()
    stack.output_map = stack._create_output_map()
    stack._add_stack_event("CREATE_IN_PROGRESS", "User Initiated")
    stack.create_resources()


@contextmanager
def _rolling_back(stack: Stack, verb: str, status: str) -> Iterator[None]:
    try:
        yield
    except Exception as reason:
        traceback.print_exc()
        stack._add_stack_event(f"{verb}_FAILED", str(reason))
        if verb == "CREATE":
            with suppress(Exception):  # moto cannot delete what was never created
                stack.resource_map.delete()
            stack.template_dict = {}
            stack.output_map = stack._create_output_map()
        stack._add_stack_event(status)
        stack.status = status


def _parameters(stack: Stack) -> list[dict[str, str]]:
    return [{"ParameterKey": n, "ParameterValue": v} for n, v in _as_passed(stack).items()]


def _as_passed(stack: Stack) -> dict[str, str]:
    resolved = stack.resource_map.resolved_parameters
    return {n: ",".join(v) if isinstance(v, list) else str(v) for n, v in resolved.items()}


def _validate(self: Any) -> ActionResult:
    template = Stack.parse_template(self._get_param("TemplateBody"))
    declared = template.get("Parameters", {})
    kinds = {resource["Type"] for resource in template["Resources"].values()}
    for kind in kinds - resources.supported_types():
        raise NotImplementedError(f"The emulator does not support {kind}.")
    return ActionResult(
        {
            "Description": template.get("Description", ""),
            "Parameters": [{"ParameterKey": name} for name in declared],
            "Capabilities": [],
            "DeclaredTransforms": [],
        }
    )

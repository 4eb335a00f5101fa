"""The templates as CloudFormation would deploy them, with parameters and conditions resolved.

References to resources stay visible: `!Ref Key` becomes `<Key>`, an attribute of it `<Key.Arn>`.
cfn-lint reads the files; pycfmodel could resolve them, but replaces all attributes by one word.
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfnlint.decode import decode

FOLDER = Path(__file__).parents[2] / "infrastructure"
NAMES = ("stores", "delivery", "watch")
REQUIRED = {  # parameters that come from another stack's outputs
    "UploadsBucket": "our-uploads",
    "ImagesBucket": "our-images",
    "SiteBucket": "our-site",
    "ImagesTable": "darkroom-dev-images",
    "WorkQueue": "darkroom-dev-work",
    "FailuresQueue": "darkroom-dev-failures",
    "LostWebhooksQueue": "darkroom-dev-webhooks-lost",
    "DistributionId": "E2EXAMPLE",
}
PSEUDO = {
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::URLSuffix": "amazonaws.com",
}
_NOTHING = object()

Json = dict[str, Any]


@dataclass(frozen=True)
class Stack:
    """What a template creates with its parameters."""

    resources: Json
    outputs: Json
    refusals: list[str]

    def properties(self, logical_id: str) -> Json:
        return dict(self.resources[logical_id]["Properties"])

    def of_type(self, kind: str) -> Json:
        found = self.resources.items()
        return {name: r["Properties"] for name, r in found if r["Type"] == kind}


@functools.cache
def template(name: str) -> Json:
    """The parsed file, with `Fn::` functions in place of short tags."""
    read, faults = decode(str(FOLDER / f"{name}.yaml"))
    assert not faults
    return dict(read)


def deployed(name: str, given: Mapping[str, Any] | None = None) -> Stack:
    """The stack of a template, with `given` parameters or pseudo parameters instead of defaults."""
    return resolved(template(name), given)


def resolved(read: Json, given: Mapping[str, Any] | None = None) -> Stack:
    """The stack of a parsed template; see `deployed`."""
    declared = read["Parameters"]
    values = {
        parameter: declaration.get("Default", REQUIRED.get(parameter))
        for parameter, declaration in declared.items()
    }
    values |= PSEUDO | dict(given or {})
    for parameter, declaration in declared.items():
        if declaration["Type"] == "CommaDelimitedList":
            values[parameter] = str(values[parameter]).split(",")
    return _Resolver(read, values).stack()


def allows(name: str, parameter: str, value: str) -> bool:
    """Whether CloudFormation would accept `value`: the pattern must match all of it."""
    pattern = template(name)["Parameters"][parameter]["AllowedPattern"]
    return re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value) is not None


class _Resolver:
    def __init__(self, read: Json, values: Json) -> None:
        self._read = read
        self._values = values
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": lambda name: self.resolve(read["Conditions"][name]),
            "Fn::And": lambda operands: all(map(self.resolve, operands)),
            "Fn::Equals": lambda pair: _text(self.resolve(pair[0])) == _text(self.resolve(pair[1])),
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": lambda path: f"<{'.'.join(path)}>",
            "Fn::If": lambda choice: self.resolve(choice[1 if self._holds(choice[0]) else 2]),
            "Fn::Join": lambda operands: operands[0].join(self.resolve(operands[1])),
            "Fn::Or": lambda operands: any(map(self.resolve, operands)),
            "Fn::Not": lambda operands: not self.resolve(operands[0]),
            "Fn::Split": lambda operands: self.resolve(operands[1]).split(operands[0]),
            "Fn::Sub": self._sub,
        }

    def stack(self) -> Stack:
        active = {
            name: resource
            for name, resource in self._read["Resources"].items()
            if "Condition" not in resource or self._holds(resource["Condition"])
        }
        resources = {
            name: {k: v for k, v in resource.items() if k != "Condition"}
            for name, resource in active.items()
        }
        declared = self._read.get("Outputs", {}).items()
        outputs = self.resolve(
            {
                name: {k: v for k, v in output.items() if k != "Condition"}
                for name, output in declared
                if "Condition" not in output or self._holds(output["Condition"])
            }
        )
        return Stack(
            resources=self.resolve(resources),
            outputs={name: output["Value"] for name, output in outputs.items()},
            refusals=list(self._refusals()),
        )

    def resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [v for v in map(self.resolve, value) if v is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if self._is_function(value):
            [(name, inner)] = value.items()
            return self._functions[name](inner)
        resolved = {name: self.resolve(inner) for name, inner in value.items()}
        return {name: inner for name, inner in resolved.items() if inner is not _NOTHING}

    def _is_function(self, value: Json) -> bool:
        # `Condition` is also a key of policy statements.
        name, inner = next(iter(value.items()), ("", None))
        policy = name == "Condition" and isinstance(inner, dict)
        return len(value) == 1 and name in self._functions and not policy

    def _holds(self, condition: str) -> bool:
        return bool(self.resolve(self._read["Conditions"][condition]))

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        return self._values[name] if name in self._values else self._placeholder(name)

    def _placeholder(self, path: str) -> str:
        assert path.split(".")[0] in self._read["Resources"], path
        return f"<{path}>"

    def _find_in_map(self, path: list[Any]) -> Any:
        found = self._read["Mappings"]
        for step in path:
            found = found[self.resolve(step)]
        return found

    def _sub(self, operand: Any) -> str:
        is_text = isinstance(operand, str)
        text, own = (operand, {}) if is_text else (operand[0], self.resolve(operand[1]))
        return re.sub(r"\$\{([^!}]+)\}", lambda m: _text(own.get(m[1]) or self._ref(m[1])), text)

    def _refusals(self) -> list[str]:
        rules = self._read.get("Rules", {}).values()
        return [
            assertion["AssertDescription"]
            for rule in rules
            if self.resolve(rule["RuleCondition"])
            for assertion in rule["Assertions"]
            if not self.resolve(assertion["Assert"])
        ]


def _text(value: Any) -> str:
    return str(value)

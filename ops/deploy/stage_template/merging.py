"""Merges CloudFormation templates into one, in which outputs of one are values in another.

Three stacks and an application refer to each other in circles, as a whole: the stores name the
page's origin, which the CDN has, whose bucket policies name the stores. Their resources do not, so
one template needs no second run.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

Json = dict[str, Any]

_GAP = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")
_NOTHING = {"Ref": "AWS::NoValue"}
_SECTIONS = ("Resources", "Conditions", "Mappings", "Rules")


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads CloudFormation's short tags as its functions."""


def _function(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Json:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if tag == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _function)
# Versions such as 2012-10-17 are texts.
_Loader.yaml_implicit_resolvers = {
    first: [entry for entry in entries if entry[0] != "tag:yaml.org,2002:timestamp"]
    for first, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: Path) -> Json:
    """A template, with `Fn::` functions in place of short tags."""
    parsed: Json = yaml.load(file.read_text("utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    return parsed


@dataclass(frozen=True)
class Part:
    """A template, what takes the place of its parameters, and conditions that are certain.

    Parameters that `values` lacks are parameters of the merged template, under their own name.
    """

    name: str
    template: Json
    values: Mapping[str, Any] = field(default_factory=dict)
    certain: Mapping[str, bool] = field(default_factory=dict)


def merged(parts: list[Part]) -> Json:
    """The sections of all parts; ValueError if two have the same name for different things.

    Conditions and rules are prefixed by their part. Outputs are left out.
    """
    whole: Json = {section: {} for section in (*_SECTIONS, "Parameters")}
    for part in parts:
        rewriter = _Rewriter(part)
        for section in _SECTIONS:
            _add(whole[section], rewriter.section(section), section)
        declared = part.template.get("Parameters", {})
        own = {name: text for name, text in declared.items() if name not in part.values}
        _add(whole["Parameters"], own, "Parameters")
    return whole


def outputs(part: Part) -> Json:
    """The values of a part's outputs in the merged template."""
    rewriter = _Rewriter(part)
    return {
        name: rewriter.rewritten(output["Value"])
        for name, output in part.template.get("Outputs", {}).items()
    }


def _add(whole: Json, more: Json, section: str) -> None:
    for name, value in more.items():
        if whole.setdefault(name, value) != value:
            raise ValueError(f"Two templates have {section}.{name}.")


class _Rewriter:
    def __init__(self, part: Part) -> None:
        self._part = part
        self._conditions = part.template.get("Conditions", {})

    def section(self, name: str) -> Json:
        found: Json = self._part.template.get(name, {})
        match name:
            case "Conditions":
                return {
                    self._condition(condition): self.rewritten(value)
                    for condition, value in found.items()
                    if condition not in self._part.certain
                }
            case "Resources":
                kept = {n: self._resource(r) for n, r in found.items()}
                return {n: r for n, r in kept.items() if r is not None}
            case "Rules":
                return {f"{self._part.name}{n}": self.rewritten(rule) for n, rule in found.items()}
        return found

    def _condition(self, name: str) -> str:
        return f"{self._part.name}{name}"

    def _resource(self, resource: Json) -> Json | None:
        resource = dict(resource)
        condition = resource.pop("Condition", None)
        if condition is not None and not self._part.certain.get(condition, True):
            return None
        written: Json = self.rewritten(resource)
        if condition is not None and condition not in self._part.certain:
            written["Condition"] = self._condition(condition)
        return written

    def rewritten(self, value: Any) -> Any:
        """`value` in the merged template."""
        match value:
            case list():
                return [self.rewritten(inner) for inner in value]
            case {"Ref": str() as name} if len(value) == 1:
                return self._part.values.get(name, value)
            case {"Fn::Sub": operand} if len(value) == 1:
                return self._sub(operand)
            case {"Fn::If": [name, yes, no]} if name in self._part.certain:
                return self.rewritten(yes if self._part.certain[name] else no)
            case {"Fn::If": [name, yes, no]}:
                return {"Fn::If": [self._condition(name), self.rewritten(yes), self.rewritten(no)]}
            case {"Condition": str() as name} if len(value) == 1:
                return {"Condition": self._condition(name)}
            case dict():
                return {name: self.rewritten(inner) for name, inner in value.items()}
        return value

    def _sub(self, operand: Any) -> Json:
        text, own = (operand, {}) if isinstance(operand, str) else operand
        names = {name: self.rewritten(inner) for name, inner in own.items()}

        def filled(gap: re.Match[str]) -> str:
            name = gap[1]
            if name in names or name not in self._part.values:
                return gap[0]
            inline = _inline(self._part.values[name])
            if inline is None:
                names[name] = self._part.values[name]
                return gap[0]
            return inline

        text = _GAP.sub(filled, text)
        return {"Fn::Sub": [text, names] if names else text}


def _inline(value: Any) -> str | None:
    """`value` as a part of a text for `Fn::Sub`; None if it has to be a variable there."""
    match value:
        case {"Ref": str() as name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str() as resource, str() as attribute]}:
            return f"${{{resource}.{attribute}}}"
        case {"Fn::Sub": str() as text}:
            return text
        case str() | int():
            return str(value)
    return None


def if_(condition: str, yes: Any, no: Any = None) -> Json:
    """`yes` if the condition holds, and otherwise `no`, or nothing."""
    return {"Fn::If": [condition, yes, _NOTHING if no is None else no]}

"""`python -m ops.docs.stage_inputs`: writes the settings as inputs of module and construct."""

from collections.abc import Iterator
from pathlib import Path

from msgspec.inspect import BoolType, IntType, LiteralType, Type, UnionType, type_info

from ops.deploy.stage_template.inputs import setting_fields, setting_texts
from ops.project import PROJECT

TERRAFORM = PROJECT / "packages/terraform/settings.tf"
CDK = PROJECT / "packages/cdk/src/settings.ts"

_SOURCE = "Written by `python -m ops.docs.stage_inputs` from chalicelib/settings.py."
_PAGES = "docs/configuration.md"


def terraform() -> str:
    """The variable `settings` of the module."""
    lines = [
        f"# {_SOURCE}",
        'variable "settings" {',
        f'  description = "Settings of the application, as in {_PAGES}; the others have defaults."',
        "  type = object({",
        *_attributes(),
        "  })",
        "  default = {}",
        "",
        *_validations(),
        "}",
    ]
    return "\n".join(lines) + "\n"


def cdk() -> str:
    """The interface `DarkroomSettings` of the construct."""
    lines = [
        f"// {_SOURCE}",
        "",
        f"/** Settings of the application, as in {_PAGES}; the others have defaults. */",
        "export interface DarkroomSettings {",
    ]
    for name, shape, text in _inputs():
        lines += [f"  /** {text} */", f"  readonly {name}?: {_typescript(shape)};"]
    return "\n".join([*lines, "}"]) + "\n"


def _inputs() -> Iterator[tuple[str, Type, str]]:
    texts = setting_texts()
    for field in setting_fields():
        text = texts[field.name]
        yield field.encode_name, type_info(field.type), text


def _attributes() -> Iterator[str]:
    """Aligned as `terraform fmt` does."""
    rows = [(name, f"optional({_hcl(shape)})", text) for name, shape, text in _inputs()]
    longest = max(len(name) for name, _, _ in rows), max(len(kind) for _, kind, _ in rows)
    for name, kind, text in rows:
        yield f"    {name:<{longest[0]}} = {kind:<{longest[1]}} # {text}"


def _validations() -> Iterator[str]:
    for name, shape, _ in _inputs():
        if isinstance(shape, LiteralType):
            values = ", ".join(f'"{value}"' for value in shape.values)
            known = f"contains([{values}], coalesce(var.settings.{name}, {values.split(',')[0]}))"
            yield from (
                "  validation {",
                f"    condition     = {known}",
                f'    error_message = "{name} may be {values.replace(chr(34), "")}."',
                "  }",
            )


def _hcl(shape: Type) -> str:
    return {bool: "bool", int: "number", str: "string"}[_kind(shape)]


def _typescript(shape: Type) -> str:
    if isinstance(shape, LiteralType):
        return " | ".join(f'"{value}"' for value in shape.values)
    return {bool: "boolean", int: "number", str: "string"}[_kind(shape)]


def _kind(shape: Type) -> type:
    if isinstance(shape, UnionType):
        shape = next(member for member in shape.types if isinstance(member, IntType))
    if isinstance(shape, BoolType):
        return bool
    return int if isinstance(shape, IntType) else str


def written() -> dict[Path, str]:
    """The text of each file."""
    return {TERRAFORM: terraform(), CDK: cdk()}


if __name__ == "__main__":
    for file, text in written().items():
        file.write_text(text, encoding="utf-8")

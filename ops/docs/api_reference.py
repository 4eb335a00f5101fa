"""Renders docs/api.md from the OpenAPI document and the table of problems."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chalicelib.web.openapi.responses import sentence_of
from chalicelib.web.problems import PROBLEMS

Json = dict[str, Any]

_TEMPLATE = Path(__file__).with_name("reference.template.md")


def reference(document: Json) -> str:
    """The text of docs/api.md."""
    template = _TEMPLATE.read_text("utf-8")
    return (
        template.replace("<!-- overview -->", _overview(document))
        .replace("<!-- operations -->", _operations(document))
        .replace("<!-- schemas -->", _schemas(document))
        .replace("<!-- problems -->", _problems())
    )


def _routes(document: Json) -> Iterator[tuple[str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _overview(document: Json) -> str:
    rows = [
        (f"[`{route}`](#{operation['operationId']})", operation["summary"], _scope(operation))
        for route, operation in _routes(document)
    ]
    return _table(("Route", "Result", "Scope"), rows)


def _scope(operation: Json) -> str:
    schemes = operation.get("security", [])
    return ", ".join(scope for scheme in schemes for scope in scheme["bearer"])


def _operations(document: Json) -> str:
    return "\n\n".join(_operation(route, operation) for route, operation in _routes(document))


def _operation(route: str, operation: Json) -> str:
    parts = [
        f'<a id="{operation["operationId"]}"></a>\n\n### `{route}`',
        f"{operation['summary']}. {operation['description']}",
    ]
    if operation.get("parameters"):
        rows = [_parameter(parameter) for parameter in operation["parameters"]]
        parts.append(_table(("Parameter", "Type", "Required", "Meaning"), rows))
    if "requestBody" in operation:
        body = operation["requestBody"]
        optional = "" if body["required"] else " (optional)"
        parts.append(f"Body: {_type(_schema(body))}{optional}.")
    responses = [_response(status, value) for status, value in operation["responses"].items()]
    parts.append(_table(("Status", "Response"), responses))
    return "\n\n".join(parts)


def _parameter(parameter: Json) -> tuple[str, ...]:
    needed = "yes" if parameter["required"] else ""
    kind = _type(parameter["schema"])
    return f"`{parameter['name']}`", kind, needed, parameter["description"]


def _response(status: str, response: Json) -> tuple[str, str]:
    if "content" not in response:  # a redirect
        return status, response["description"]
    (content,) = response["content"].values()
    if "examples" in content:  # of problems, by code
        return status, ", ".join(f"[`{code}`](#{code})" for code in content["examples"])
    return status, f"{_type(content['schema'])}: {response['description']}"


def _schema(holder: Json) -> Json:
    content = next(iter(holder["content"].values()))  # all media types have the same schema
    return dict(content["schema"])


def _schemas(document: Json) -> str:
    return "\n\n".join(
        _section(name, schema) for name, schema in document["components"]["schemas"].items()
    )


def _section(name: str, schema: Json) -> str:
    heading = f'<a id="{name}"></a>\n\n### {name}\n\n{schema["description"]}'
    if "enum" in schema:
        return f"{heading}\n\nOne of {_type(schema)}."
    required = schema.get("required", [])
    rows = [
        (f"`{field}`", _type(value), "yes" if field in required else "", value["description"])
        for field, value in schema["properties"].items()
    ]
    return f"{heading}\n\n{_table(('Field', 'Type', 'Required', 'Meaning'), rows)}"


def _type(schema: Json) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if "anyOf" in schema:
        return " or ".join(_type(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" if value else "empty" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if "additionalProperties" in schema and "properties" not in schema:
        return f"object of {_type(schema['additionalProperties'])}"
    return str(schema.get("type", "object")) + _limits(schema)


def _limits(schema: Json) -> str:
    limits = [
        f"{word} {schema[key]:,}"
        for key, word in (
            ("minimum", "from"),
            ("exclusiveMinimum", "over"),
            ("maximum", "to"),
            ("minLength", "from"),
            ("maxLength", "to"),
        )
        if key in schema
    ]
    unit = " characters" if "maxLength" in schema else ""
    pattern = f"`{schema['pattern']}`" if "pattern" in schema else ""
    return "".join(f", {part}" for part in (" ".join(limits) + unit, pattern) if part)


def _problems() -> str:
    rows = [
        (f'<a id="{kind.code}"></a>`{kind.code}`', str(kind.status), kind.title, sentence_of(kind))
        for kind in PROBLEMS
    ]
    return _table(("Code", "Status", "Title", "When"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")

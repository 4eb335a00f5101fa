"""The API for people: the OpenAPI document and the table of problems as a page of Markdown."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chalicelib.web.problems import PROBLEMS
from chalicelib.web.responses import sentence_of

Json = dict[str, Any]

_TEMPLATE = Path(__file__).with_name("reference.template.md")


def reference(document: Json) -> str:
    """docs/api.md."""
    template = _TEMPLATE.read_text("utf-8")
    return (
        template.replace("<!-- overview -->", _overview(document))
        .replace("<!-- operations -->", _operations(document))
        .replace("<!-- forms -->", _forms(document))
        .replace("<!-- problems -->", _problems())
    )


def _each(document: Json) -> Iterator[tuple[str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _overview(document: Json) -> str:
    rows = [
        (f"[`{route}`](#{operation['operationId']})", operation["summary"], _scope(operation))
        for route, operation in _each(document)
    ]
    return _table(("Route", "What it gives", "Scope"), rows)


def _scope(operation: Json) -> str:
    return ", ".join(scope for one in operation.get("security", []) for scope in one["bearer"])


def _operations(document: Json) -> str:
    return "\n\n".join(_operation(route, one) for route, one in _each(document))


def _operation(route: str, operation: Json) -> str:
    parts = [
        f'<a id="{operation["operationId"]}"></a>\n\n### `{route}`',
        f"{operation['summary']}. {operation['description']}",
    ]
    if operation.get("parameters"):
        rows = [_parameter(parameter) for parameter in operation["parameters"]]
        parts.append(_table(("Parameter", "Type", "Needed", "Meaning"), rows))
    if "requestBody" in operation:
        body = operation["requestBody"]
        needed = "" if body["required"] else ", which may be left out"
        parts.append(f"Body: {_type(_schema(body))}{needed}.")
    answers = [_answer(status, one) for status, one in operation["responses"].items()]
    parts.append(_table(("Status", "Answer"), answers))
    return "\n\n".join(parts)


def _parameter(parameter: Json) -> tuple[str, ...]:
    needed = "yes" if parameter["required"] else ""
    kind = _type(parameter["schema"])
    return f"`{parameter['name']}`", kind, needed, parameter["description"]


def _answer(status: str, answer: Json) -> tuple[str, str]:
    schema = _schema(answer)
    if "allOf" in schema:
        codes = schema["allOf"][1]["properties"]["code"]["enum"]
        return status, ", ".join(f"[`{code}`](#{code})" for code in codes)
    return status, f"{_type(schema)}: {answer['description']}"


def _schema(holder: Json) -> Json:
    (content,) = holder["content"].values()
    return dict(content["schema"])


def _forms(document: Json) -> str:
    return "\n\n".join(
        _form(name, form) for name, form in document["components"]["schemas"].items()
    )


def _form(name: str, form: Json) -> str:
    heading = f'<a id="{name}"></a>\n\n### {name}\n\n{form["description"]}'
    if "enum" in form:
        return f"{heading}\n\nOne of {_type(form)}."
    required = form.get("required", [])
    rows = [
        (f"`{field}`", _type(one), "yes" if field in required else "", one["description"])
        for field, one in form["properties"].items()
    ]
    return f"{heading}\n\n{_table(('Field', 'Type', 'Needed', 'Meaning'), rows)}"


def _type(schema: Json) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if "anyOf" in schema:
        return " or ".join(_type(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("type", "object")) + _limits(schema)


def _limits(schema: Json) -> str:
    said = [
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
    return "".join(f", {one}" for one in (" ".join(said) + unit, pattern) if one)


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

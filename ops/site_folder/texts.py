"""The texts of the page: `frontend/strings.js`, and what the site folder's strings.js changes.

Both are programs, so they are run, in a JavaScript engine without access to anything.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import quickjs

from chalicelib.errors import SettingsError

LANGUAGE = "language"  # a text that the page does not have: the `lang` of its documents

# Limits of the program, which needs a millisecond and less than a megabyte.
_SECONDS = 2
_BYTES = 64 * 1024 * 1024

# Each text with its type, and the source of those that are functions.
_DESCRIBE = """
JSON.stringify((function describe(value) {
  if (typeof value === "function") return { kind: "function", text: value.toString() };
  if (typeof value !== "object" || value === null) return { kind: typeof value, text: `${value}` };
  const texts = Object.entries(value).map(([name, inner]) => [name, describe(inner)]);
  return { kind: "object", texts: Object.fromEntries(texts) };
})(strings))
"""
_PLACE = re.compile(r"<input>:(\d+)")
_WORDS = {"string": "a text", "function": "a function", "object": "an object of texts"}

Texts = Mapping[str, Any]  # by name: `kind`, and `text` or, of an object, `texts`


def wrapped(own: str, name: str) -> str:
    """The program `own` as a part of the page's strings.js, which an error in it does not stop."""
    return (
        f"\ntry {{\n(() => {{\n{own}\n}})();\n"
        f"}} catch (error) {{\n  console.error({json.dumps(f'{name}:')}, error);\n}}\n"
    )


def texts_of(source: str, own: str = "", name: str = "strings.js") -> Texts:
    """The texts of the module `source`, changed by the program `own`.

    SettingsError, with the file's `name`, if `own` fails or if a text would be unusable then.
    """
    engine = quickjs.Context()
    engine.set_memory_limit(_BYTES)
    engine.set_time_limit(_SECONDS)
    # A module's export cannot be read from outside; a script's variable can.
    engine.eval(source.replace("export const strings", "const strings", 1))
    before: Texts = json.loads(engine.eval(_DESCRIBE))["texts"]
    if not own:
        return before
    try:
        # The body of a function, as in `wrapped`: what is one here cannot end that one early.
        engine.eval(f"Function('strings', {json.dumps(_strict(own))})")
        engine.eval(f"(() => {{{_strict(own)}\n}})();")
    except quickjs.JSException as reason:
        raise SettingsError(f"{name} is wrong: {_sentence(str(reason))}.") from reason
    after: Texts = json.loads(engine.eval(_DESCRIBE))["texts"]
    for path, was in _flattened(before):
        _check(path, was, _at(after, path), name)
    return after


def unknown(before: Texts, after: Texts, name: str) -> list[str]:
    """A sentence for each text that the page does not have."""
    present = [".".join(path) for path, _ in _flattened(before)]
    given = [".".join(path) for path, _ in _flattened(after)]
    return [
        f"{name} sets {path}, which is no text of this version{_similar(path, present)}."
        for path in given
        if path not in present and path != LANGUAGE
    ]


def changes(before: Texts, after: Texts, present: Texts) -> tuple[str, list[str]]:
    """A program that changes `present` as `after` differs from `before`; empty if it does not.

    Also the names of the changed texts that `present` no longer has, or not in this form.
    """
    groups: dict[tuple[str, ...], dict[str, str]] = {}
    gone = []
    for path, text in _flattened(after):
        if text["kind"] == "object" or _at(before, path) == text:
            continue
        if (_at(present, path) or {}).get("kind") == text["kind"]:
            groups.setdefault(path[:-1], {})[path[-1]] = _literal(text)
        else:
            gone.append(".".join(path))
    return "\n".join(_assignment(path, texts) for path, texts in groups.items()), gone


def _assignment(path: tuple[str, ...], texts: Mapping[str, str]) -> str:
    lines = "".join(f"  {name}: {text},\n" for name, text in texts.items())
    return f"Object.assign({'.'.join(('strings', *path))}, {{\n{lines}}});\n"


def _literal(text: Mapping[str, str]) -> str:
    if text["kind"] == "function":
        return text["text"]
    return json.dumps(text["text"], ensure_ascii=False)


def _strict(own: str) -> str:
    # On the first line, so that errors keep their lines; the page's modules are strict, too.
    return f'"use strict"; {own}'


def _sentence(trace: str) -> str:
    """The message of an exception, with the line."""
    message, *places = trace.strip().splitlines()
    lines = [int(found[1]) for place in places if (found := _PLACE.search(place))]
    # Function() puts two lines of its own before the text.
    line = lines[0] - 2 if "Function (native)" in trace else lines[0] if lines else 0
    return f"{message.rstrip('.')}, in line {line}" if line > 0 else message.rstrip(".")


def _check(path: tuple[str, ...], was: Mapping[str, Any], now: Any, name: str) -> None:
    shown = ".".join(path)
    if now is None:
        raise SettingsError(
            f"{name} is wrong: {shown} is missing; change the texts of "
            f"{'.'.join(('strings', *path[:-1]))} one by one, with Object.assign."
        )
    if now["kind"] != was["kind"]:
        raise SettingsError(f"{name} is wrong: {shown} must be {_WORDS[was['kind']]}.")


def _flattened(texts: Texts, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, text in texts.items():
        yield (*path, name), text
        yield from _flattened(text.get("texts", {}), (*path, name))


def _at(texts: Texts, path: tuple[str, ...]) -> Any:
    found: Any = {"texts": texts}
    for name in path:
        found = found.get("texts", {}).get(name)
        if found is None:
            return None
    return found


def _similar(path: str, present: list[str]) -> str:
    close = difflib.get_close_matches(path, present, 1)
    return f" (did you mean {close[0]}?)" if close else ""

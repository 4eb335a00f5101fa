"""Texts that the site folder changes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import SettingsError
from ops.project import FRONTEND
from ops.site_folder import texts

PAGE = """\
/** A comment. */
export const strings = {
  title: "Photos",
  count: (number) => (number === 1 ? "1 photo" : `${number} photos`),
  labels: { ready: "Ready", failed: "Failed" },
};
"""
BEFORE = texts.texts_of(PAGE)
NAMES = ("title", "labels.ready", "labels.failed")


def error(own: str) -> str:
    with pytest.raises(SettingsError) as refused:
        texts.texts_of(PAGE, own, "site/strings.js")
    return str(refused.value)


def flat(found: Any) -> dict[str, Any]:
    return {".".join(path): text for path, text in texts._flattened(found)}


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ("\nlet x = ;", "SyntaxError: unexpected token in expression: ';', in line 2"),
        ("} late(() => {", "SyntaxError: Unexpected identifier 'late', in line 1"),
        ("\n\nstring.title = 1", "ReferenceError: string is not defined, in line 3"),
        ("title = 'undeclared'", "ReferenceError: title is not defined, in line 1"),
        ("document.title = 'x'", "ReferenceError: document is not defined, in line 1"),
        ("strings.label.ready = 'x'", "TypeError: "),
        ("while (true);", "InternalError: interrupted"),
        ("const all = []; while (true) all.push(new Array(1e6).fill(1));", "out of memory"),
        ("strings.count = 'many'", "count must be a function"),
        ("strings.title = () => 'x'", "title must be a text"),
        ("strings.title = 5", "title must be a text"),
        ("strings.labels = 'x'", "labels must be an object of texts"),
        ("strings.labels = { ready: 'x' }", "labels.failed is missing"),
        ("delete strings.title", "title is missing"),
        ("import './other.js'", "SyntaxError: "),
    ],
)
def test_a_program_that_would_break_the_page_is_refused(own: str, reason: str) -> None:
    sentence = error(own)
    assert sentence.startswith("site/strings.js is wrong: ")
    assert reason in sentence
    assert sentence.count("\n") == 0


def test_single_texts_can_be_changed() -> None:
    own = "Object.assign(strings, { title: 'Fotos' }); strings.labels.ready = 'Fertig'; // done"
    found = flat(texts.texts_of(PAGE, own))
    assert (found["title"]["text"], found["labels.ready"]["text"]) == ("Fotos", "Fertig")
    assert found["labels.failed"]["text"] == "Failed"


def test_a_text_that_does_not_exist_is_named_with_a_similar_one() -> None:
    after = texts.texts_of(PAGE, "strings.titel = 'x'; strings.language = 'de'")
    assert texts.unknown(BEFORE, after, "site/strings.js") == [
        "site/strings.js sets titel, which is no text of this version (did you mean title?)."
    ]


@given(changed=st.dictionaries(st.sampled_from(NAMES), st.text()))
def test_the_changes_between_two_versions_make_one_of_the_other(changed: dict[str, str]) -> None:
    own = "".join(f"strings.{name} = {json.dumps(text)};\n" for name, text in changed.items())
    after = texts.texts_of(PAGE, own)
    program, gone = texts.changes(BEFORE, after, BEFORE)
    assert gone == []
    assert texts.texts_of(PAGE, program) == after


def test_changed_functions_are_among_them() -> None:
    after = texts.texts_of(PAGE, "strings.count = (n) => `${n} Fotos`")
    program, _ = texts.changes(BEFORE, after, BEFORE)
    assert program == "Object.assign(strings, {\n  count: (n) => `${n} Fotos`,\n});\n"


def test_texts_that_a_later_version_lacks_or_has_otherwise_are_left_out() -> None:
    after = texts.texts_of(PAGE, "strings.title = 'Fotos'; strings.labels.ready = 'Fertig'")
    later = texts.texts_of(
        "export const strings = { title: (n) => `${n}`, labels: { failed: 'x' } };"
    )
    assert texts.changes(BEFORE, after, later) == ("", ["title", "labels.ready"])


def test_the_pages_own_texts_can_be_read() -> None:
    found = flat(texts.texts_of((FRONTEND / "strings.js").read_text()))
    assert found["addTitle"] == {"kind": "string", "text": "Add photos"}
    assert {text["kind"] for text in found.values()} == {"string", "function", "object"}

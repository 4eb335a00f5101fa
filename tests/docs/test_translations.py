"""The example that translates the uploader names texts that exist."""

import re

from ops.project import PROJECT


def test_the_translation_example_names_texts_of_the_page() -> None:
    document = (PROJECT / "docs" / "uploader.md").read_text("utf-8")
    examples = re.findall(r"Object\.assign\(strings, \{(.*?)\}\)", document, re.DOTALL)
    named = {name for example in examples for name in re.findall(r"(\w+): \"", example)}
    strings = (PROJECT / "frontend" / "strings.js").read_text("utf-8")
    assert named
    assert named <= set(re.findall(r"(?m)^  (\w+):", strings))

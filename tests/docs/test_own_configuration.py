"""The examples of the site folder's files, and of translating the uploader, are valid."""

import re
import tomllib

import pytest

from chalicelib.settings import Settings
from ops.project import PROJECT
from ops.site_folder import stages, texts
from ops.site_folder.stage_schema import checked
from tests.docs.markdown import Block, blocks

PAGE = (PROJECT / "frontend" / "strings.js").read_text("utf-8")
OWN_TEXTS = [block for block in blocks("js") if block.document == "docs/uploader.md"]
OWN_STAGES = [block for block in blocks("toml") if block.document == "docs/configuration.md"]


def test_the_translation_example_names_texts_of_the_page() -> None:
    document = (PROJECT / "docs" / "uploader.md").read_text("utf-8")
    examples = re.findall(r"Object\.assign\(strings, \{(.*?)\}\)", document, re.DOTALL)
    named = {name for example in examples for name in re.findall(r"(\w+): \"", example)}
    assert named
    assert named <= set(re.findall(r"(?m)^  (\w+):", PAGE)) | {texts.LANGUAGE}


@pytest.mark.parametrize("block", OWN_TEXTS, ids=str)
def test_the_example_of_strings_js_changes_texts_of_the_page(block: Block) -> None:
    before, after = texts.texts_of(PAGE), texts.texts_of(PAGE, block.text)
    assert before != after
    assert texts.unknown(before, after, "strings.js") == []


@pytest.mark.parametrize("block", OWN_STAGES, ids=str)
def test_the_examples_of_stages_toml_are_valid(block: Block) -> None:
    found = checked("stages.toml", tomllib.loads(block.text), stages.functions())
    for section in found.values():
        names = section.get("environment_variables", {})
        assert {name.lower() for name in names} <= set(Settings.__struct_fields__)

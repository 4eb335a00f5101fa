"""Each fenced block of the documents is checked as its language allows, or exempted by name."""

import ast
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cfnlint.decode import decode_str

from chalicelib.settings import Settings, read_settings
from tests.docs.markdown import PROJECT, Block, Document, blocks, documents
from tests.docs.programs import fault, fault_of_mention
from tests.docs.reasons import ELSEWHERE, NOWHERE, SHOWN, is_exempt
from tests.docs.shell import Command, commands
from tests.environment import SETTINGS
from tests.html_validator import html_faults

ALL = [block for document in documents() for block in document.blocks]
# Programs that exist on the system or in a fresh checkout, where `python` lacks our packages.
PROGRAMS = [
    "./darkroom",
    "darkroom",
    "aws",
    "cd",
    "curl",
    "cut",
    "eval",
    "exiftool",
    "gh",
    "git",
    "make",
    "openssl",
    "printf",
    "python3",
    "rclone",
    "rm",
    "sha256sum",
]


def parses(text: str) -> None:
    assert ast.parse(text).body


def names_settings(text: str) -> None:
    """The text is JSON, or members of an object, in which names in capitals are valid settings."""
    read = json.loads(text if text.lstrip()[0] in "{[" else f"{{{text}}}")
    chosen = read.get("environment_variables", read)
    names = [name for name in chosen if name.isupper()]
    assert [name for name in names if name.lower() not in Settings.__struct_fields__] == []
    assert read_settings({**SETTINGS, **{name: chosen[name] for name in names}})


def is_valid_html(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert html_faults(Path(folder), {"block": text}) == []


def is_javascript(text: str) -> None:
    """The text is valid JavaScript; it is not run."""
    node = shutil.which("node")
    assert node
    command = [node, "--check", "--input-type=module", "-"]
    read = subprocess.run(command, input=text, capture_output=True, text=True)
    assert (read.returncode, read.stderr) == (0, "")


def names_properties(text: str) -> None:
    """The text is CSS with custom properties that the page or the uploader reads."""
    styles = (PROJECT / "frontend/style.css", PROJECT / "frontend/uploader/style.js")
    read = "".join(path.read_text() for path in styles)
    named = re.findall(r"^ +(--[\w-]+):", text, re.MULTILINE)
    assert named
    assert [name for name in named if f"var({name}" not in read] == []


def is_a_template(text: str) -> None:
    read, faults = decode_str(text)
    assert read
    assert not faults


CHECKS: dict[str, Callable[[str], None]] = {
    "css": names_properties,
    "html": is_valid_html,
    "js": is_javascript,
    "json": names_settings,
    "python": parses,
    "yaml": is_a_template,
}


def checked(language: str) -> list[Block]:
    return [block for block in blocks(language) if not is_exempt(block)]


@pytest.mark.parametrize("block", ALL, ids=str)
def test_a_block_is_exempt_or_has_a_checked_language(block: Block) -> None:
    assert is_exempt(block) or block.language in (*CHECKS, "console", "sh", "toml")


def test_every_exemption_has_its_block() -> None:
    used = {
        (document, words)
        for document, words in NOWHERE
        for block in ALL
        if block.document == document and block.text.startswith(words)
    }
    languages = {(block.document, block.language) for block in ALL}
    assert (
        used,
        SHOWN.keys() & {language for _, language in languages},
        ELSEWHERE.keys() & languages,
    ) == (
        set(NOWHERE),
        set(SHOWN),
        set(ELSEWHERE),
    )


@pytest.mark.parametrize(("document", "tests"), [(d, t) for (d, _), t in ELSEWHERE.items()])
def test_the_tests_that_run_a_document_mention_it(document: str, tests: str) -> None:
    assert document.rpartition("/")[2] in (PROJECT / tests).read_text()


@pytest.mark.parametrize("block", checked("sh"), ids=str)
def test_a_shell_block_has_valid_syntax(block: Block) -> None:
    read = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True)
    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize("block", checked("sh"), ids=str)
def test_every_command_is_valid_for_its_program(block: Block) -> None:
    found = commands(block.text)
    assert found
    assert [(command.words, fault(command)) for command in found if fault(command)] == []
    assert [command.words for command in found if not is_available(command)] == []


@pytest.mark.parametrize("document", documents(), ids=str)
def test_every_command_in_a_sentence_is_valid_for_its_program(document: Document) -> None:
    wrong = {
        text: fault_of_mention(command)
        for text in document.mentions
        if re.match(r"(python -m ops|\./darkroom|make|aws) [a-z][^,]*$", text)
        for command in commands(text)
    }
    assert {text: error for text, error in wrong.items() if error} == {}


def is_available(command: Command) -> bool:
    if command.program.endswith("pip"):
        return (PROJECT / command.words[-1]).is_file()
    if command.program.startswith(".venv/bin/"):
        return (PROJECT / command.program).is_file()  # `make setup` installs it
    return command.program in ("", *PROGRAMS)


def test_a_command_that_a_fresh_checkout_lacks_is_found() -> None:
    (command,) = commands("python -m ops sweep --stage dev")
    assert not is_available(command)


@pytest.mark.parametrize(
    "text",
    [
        "python -m ops frobnicate",
        "python -m ops backfill old-photos",
        "python -m ops token create",
        "make deploy STAGE=dev ARGS=--no-such-option",
        "make nothing",
        "make deploy STAGES=dev",
        "aws s3api no-such-thing --bucket x",
        "aws events describe-rule --no-such-member x",
        "KEEP_CREDIT=true make run",
    ],
)
def test_a_wrong_command_is_found(text: str) -> None:
    (command,) = commands(text)
    assert fault(command)


@pytest.mark.parametrize(
    "block", [block for language in CHECKS for block in checked(language)], ids=str
)
def test_a_block_passes_the_check_of_its_language(block: Block) -> None:
    CHECKS[block.language](block.text)

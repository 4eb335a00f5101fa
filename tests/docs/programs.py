"""Finds errors in the documents' commands without running them."""

import re
import shlex
from functools import cache

import botocore.session
import click
from botocore import xform_name
from botocore.exceptions import UnknownServiceError

from chalicelib.settings import Settings
from ops.__main__ import main
from ops.commands.run import run
from tests.docs.markdown import PROJECT
from tests.docs.shell import Command

_MAKEFILE = (PROJECT / "Makefile").read_text()
_TARGETS = set(re.findall(r"^([a-z-]+):", _MAKEFILE, re.MULTILINE))
_MAKE_VARIABLES = set(
    re.findall(r"^([A-Z][A-Z0-9]*) \?=|\$\(([A-Z][A-Z0-9]*)\)", _MAKEFILE, re.MULTILINE)
)
_QUOTED = re.compile(r'"([A-Z][A-Z_]+)"')
_READERS = (*PROJECT.glob("ops/**/*.py"), PROJECT / "tests/photographs.py")  # of variables
_VARIABLES = {
    *(name.upper() for name in Settings.__struct_fields__),
    *(str(option.envvar) for option in run.params if isinstance(option, click.Option)),
    *(name for file in _READERS for name in _QUOTED.findall(file.read_text())),
}
_HIGH_LEVEL = {
    ("cloudformation", "deploy"),
    ("configure",),
    ("logs", "tail"),
    ("s3", "cp"),
    ("s3", "ls"),
    ("s3", "sync"),
    ("sso", "login"),
}
_GLOBAL = {"query", "output", "profile", "region"}  # options of every command of aws


def fault_of_mention(command: Command) -> str | None:
    """The error in a command within a sentence, which may omit arguments; None if there is none."""
    found = fault(command)
    return None if found and found.startswith("Missing ") else found


def fault(command: Command) -> str | None:
    """The error in a command; None if there is none."""
    unknown = sorted(command.variables.keys() - _VARIABLES)
    if unknown and (command.program == "make" or command.verb is not None):
        return f"there is no setting {unknown[0]}"
    if command.verb is not None:
        return _fault_of_verb(list(command.verb))
    if command.program == "make":
        return _fault_of_make(command.words[1:])
    if command.program == "aws":
        return _fault_of_aws(list(command.words[1:]))
    return None


def _fault_of_verb(words: list[str]) -> str | None:
    """The error from the command line's own parser."""
    command: click.Command = main
    parent: click.Context | None = None
    try:
        while isinstance(command, click.Group):
            parent = click.Context(command, parent, **command.context_settings)
            if not words:
                return "Missing verb."
            name, found, words = command.resolve_command(parent, words)
            if found is None:
                return f"there is no verb {name}"
            command = found
        command.make_context(command.name, words, parent)
    except click.exceptions.Exit:
        return None  # --help
    except click.ClickException as error:
        return error.format_message()
    return None


def _fault_of_make(words: tuple[str, ...]) -> str | None:
    given = dict(word.split("=", 1) for word in words if "=" in word)
    targets = [word for word in words if "=" not in word]
    variables = {name for pair in _MAKE_VARIABLES for name in pair}
    wrong = [target for target in targets if target not in _TARGETS]
    wrong += [variable for variable in given if variable not in variables]
    if wrong or not targets:
        return f"the Makefile has no {' '.join(wrong) or 'such target'}"
    if targets[-1] in ("deploy", "destroy"):
        return _fault_of_verb([targets[-1], *_options(given)])
    return None


def _options(given: dict[str, str]) -> list[str]:
    return ["--stage", given.get("STAGE", ""), *shlex.split(given.get("ARGS", ""))]


def _fault_of_aws(words: list[str]) -> str | None:
    """Whether AWS's API lacks the operation or an option; high-level commands are not checked."""
    if tuple(words[:2]) in _HIGH_LEVEL:
        return None
    service, operation, *rest = words
    try:
        members = _operations("s3" if service == "s3api" else service)[operation]
    except (UnknownServiceError, KeyError):
        return f"AWS has no {service} {operation}"
    options = {word.removeprefix("--") for word in rest if word.startswith("--")}
    unknown = sorted(options - members - _GLOBAL)
    return f"{operation} has no option {unknown[0]}" if unknown else None


@cache
def _operations(service: str) -> dict[str, set[str]]:
    model = botocore.session.get_session().get_service_model(service)
    found = {}
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        members = shape.members if shape else {}
        found[xform_name(name, "-")] = {xform_name(member, "-") for member in members}
    return found

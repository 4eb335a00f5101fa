"""Errors are sentences without a traceback."""

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ops.__main__ import main
from ops.local.stack.ports import free_ports
from tests.builders import ULID
from tests.maintenance.operator import run

VERBS = ("backfill", "rebuild-table", "redrive", "reprocess", "sweep")
AWS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def refusal(*arguments: str, **variables: str) -> str:
    """The error output of a command that fails."""
    outcome = run(arguments, variables)
    assert (outcome.code, outcome.out, "Traceback" in outcome.err) == (1, "", False)
    return outcome.err


@pytest.mark.parametrize("verb", VERBS)
def test_a_verbs_help_has_an_example_and_the_exit_codes(verb: str) -> None:
    shown = CliRunner().invoke(main, [verb, "--help"])
    assert f"\n      python -m ops {verb}" in shown.output
    assert "130 after Ctrl-C" in shown.output


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_options_for_the_stage_and_json(verb: str) -> None:
    command = main.get_command(click.Context(main), verb)
    assert command
    options = {name for parameter in command.params for name in parameter.opts}
    assert options >= {"--stage", "--region", "--profile", "--data-dir", "--json"}


def test_without_a_stack_the_error_says_how_to_start_one(tmp_path: Path) -> None:
    s3, aws = map(str, free_ports(2))
    message = refusal("sweep", DATA_DIR=str(tmp_path), S3_PORT=s3, AWS_PORT=aws)
    assert "No Darkroom is running here" in message
    assert "Start it with `make run`" in message


def test_an_unknown_stage_is_an_error_that_lists_all_stages() -> None:
    message = refusal("redrive", "--stage", "elsewhere")
    assert "The stage elsewhere is not recorded here; recorded are local, dev." in message


def test_without_credentials_the_error_says_where_they_come_from() -> None:
    message = refusal("redrive", "--stage", "dev", "--region", "eu-central-1", **AWS)
    assert "There are no AWS credentials here. Sign in" in message


def test_an_invalid_port_is_named(tmp_path: Path) -> None:
    assert "S3_PORT must be a port number" in refusal("sweep", S3_PORT="x", DATA_DIR=str(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["backfill", "photos"], "is not of the form s3://bucket/prefix"),
        (["backfill", "s3://"], "is not of the form s3://bucket/prefix"),
        (["reprocess"], "Give IDS, --all, --status or --only-missing."),
        (["reprocess", ULID, "--all"], "only one of"),
        (["reprocess", "photo.jpg"], "'photo.jpg' is not an image id."),
        (["redrive", "--limit", "0"], "0 is not in the range"),
        (["backfill", "s3://photos", "--concurrency", "99"], "99 is not in the range"),
    ],
)
def test_wrong_usage_is_reported_before_anything_is_done(
    arguments: list[str], message: str
) -> None:
    outcome = CliRunner().invoke(main, arguments)
    assert (outcome.exit_code, message in outcome.output) == (click.UsageError.exit_code, True)

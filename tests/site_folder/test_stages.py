"""The site folder's stages."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.errors import SettingsError
from ops.aws_errors import CloudError
from ops.deploy import stage_config
from ops.deploy.stage import Stage
from ops.iam.names import configuration_of
from ops.local.stack.environment import application_environment
from ops.local.stack.options import StackError, current_options
from ops.site_folder import checks, creation, stages

STAGE = Stage("prod", "123456789012", "eu-central-1")
FUNCTIONS = tuple(stages.defaults()["stages"]["dev"]["lambda_functions"])

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
VARIABLES = st.dictionaries(st.from_regex(r"OWN_[A-Z]{1,9}", fullmatch=True), TEXTS, max_size=4)
SIZES = st.fixed_dictionaries(
    {},
    optional={
        "lambda_memory_size": st.integers(128, 3008),
        "environment_variables": VARIABLES.filter(bool),
    },
)
SECTIONS = st.fixed_dictionaries(
    {"environment_variables": VARIABLES},
    optional={
        "xray": st.booleans(),
        "tags": st.dictionaries(TEXTS.filter(bool), TEXTS, max_size=3),
        "lambda_functions": st.dictionaries(st.sampled_from(FUNCTIONS), SIZES, max_size=3),
        "subnet_ids": st.lists(TEXTS, max_size=2),
    },
)
IN_PLACE = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(site: Path, text: str) -> Path:
    file = site / "stages.toml"
    file.write_text(text)
    return file


def deployed(**own: Any) -> dict[str, Any]:
    """The section of a deployment of the stage, with `own` settings."""
    section = stages.over(own, stage_config.recorded("prod"))
    return stage_config.with_settings(
        section, "prod", {"UPLOADS_BUCKET": STAGE.uploads_bucket}, STAGE.tags
    )


@IN_PLACE
@given(own=SECTIONS)
def test_what_is_recorded_is_what_chalice_reads(site: Path, own: dict[str, Any]) -> None:
    (site / "stages.toml").unlink(missing_ok=True)
    section = deployed(**own)
    stages.record("prod", section)
    assert stages.section_of("prod") == section
    assert not stages.record("prod", section)


@IN_PLACE
@given(first=SECTIONS, second=SECTIONS, template=st.booleans())
def test_recording_again_keeps_comments_and_other_stages(
    site: Path, first: dict[str, Any], second: dict[str, Any], template: bool
) -> None:
    comments = creation.templates()["stages.toml"] if template else "# mine\n"
    text = (
        f"{comments}\n[test.environment_variables] # ours\nA = '1'\n\n# below\n[qa.tags]\nB = '2'\n"
    )
    file = write(site, text)
    for own in (first, second):
        stages.record("prod", deployed(**own))
    written = file.read_text()
    assert written.startswith(text)
    assert tomllib.loads(written)["qa"] == {"tags": {"B": "2"}}


def test_a_comment_stays_above_its_section(site: Path) -> None:
    file = write(
        site,
        "[prod.environment_variables]\nKEEP_CREDITS = true # yes\n\n"
        "# Here\n[local.environment_variables]\nMAX_PIXELS = 1_000\n",
    )
    stages.record("prod", deployed())
    text = file.read_text()
    assert "KEEP_CREDITS = true # yes\n" in text
    assert text.endswith("\n# Here\n[local.environment_variables]\nMAX_PIXELS = 1_000\n")


def test_only_what_differs_from_the_defaults_is_recorded(site: Path) -> None:
    stages.record("prod", deployed(lambda_functions={"sweep": {"lambda_timeout": 301}}))
    found = stages.own_stages()["prod"]
    assert found.keys() == {"environment_variables", "lambda_functions", "tags"}
    assert found["lambda_functions"] == {"sweep": {"lambda_timeout": 301}}
    assert [path.name for path in site.iterdir()] == ["stages.toml"]


def test_numbers_and_switches_are_environment_variables_too(site: Path) -> None:
    write(
        site,
        "[prod.environment_variables]\nKEEP_CREDITS = true\nMAX_PIXELS = 1_000\nJWT_ISSUER = 'x'\n",
    )
    variables = stages.own_stages()["prod"]["environment_variables"]
    assert variables == {"KEEP_CREDITS": "true", "MAX_PIXELS": "1000", "JWT_ISSUER": "x"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[prod]\nlambda_memory = 1\n", "The stage prod in {}: .*`lambda_memory`"),
        ("[prod]\nlambda_timeout = 'long'\n", r"The stage prod in {}: .*lambda_timeout"),
        ("[prod.lambda_functions.uploads]\n", "The stage prod in {}: there is no function uploads"),
        ("[prod.environment_variables]\nKEEP_CREDIT = true\n", "Is it KEEP_CREDITS?"),
        ("[prod.environment_variables]\nMAX_PIXELS = [1]\n", "environment_variables"),
        ("prod = 1\n", "{}: prod is no section of a stage"),
        ("[environment_variables]\nA = 'b'\n", "{}: environment_variables is no section"),
        ("[prod\n", "{}: "),
        ("[local]\nxray = true\n", "The stage local in {}: .*`xray`"),
        ("[local.environment_variables]\nIMAGES_TABLE = 'a'\n", "`make run` sets IMAGES_TABLE"),
        ("[local.environment_variables]\nAWS_PROFILE = 'a'\n", "`make run` sets AWS_PROFILE"),
    ],
)
def test_what_is_wrong_is_named_with_file_stage_and_key(site: Path, text: str, reason: str) -> None:
    file = write(site, text)
    with pytest.raises(SettingsError, match=reason.format(f"{file} is wrong")):
        stages.configuration()
    assert file.read_text() == text


def test_a_stage_that_the_user_has_only_begun_is_not_recorded(site: Path) -> None:
    write(site, "[prod.environment_variables]\nKEEP_CREDITS = true\n")
    with pytest.raises(CloudError, match="The stage prod is not recorded here"):
        configuration_of("prod")


def test_a_new_stage_starts_with_tokens_and_without_the_examples_names(site: Path) -> None:
    write(site, "[prod.environment_variables]\nKEEP_CREDITS = true\n")
    section = stages.section_of("prod")
    assert section
    assert section["environment_variables"] == {"AUTH_MODE": "token", "KEEP_CREDITS": "true"}


@pytest.fixture
def earlier(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The tracked file of a checkout in which an earlier version recorded a stage."""
    tracked = stages.defaults()
    prod = deployed(environment_variables={"LOG_LEVEL": "DEBUG"}, lambda_timeout=9)
    config = {**tracked, "stages": {**tracked["stages"], "prod": prod}}
    monkeypatch.setattr(stages, "defaults", lambda _project=None: config)
    return prod


@pytest.mark.usefixtures("site")
def test_a_stage_that_an_earlier_version_recorded_is_read(earlier: dict[str, Any]) -> None:
    assert stages.section_of("prod") == earlier


def test_what_the_user_sets_goes_over_it(site: Path, earlier: dict[str, Any]) -> None:
    write(site, "[prod.environment_variables]\nKEEP_CREDITS = true\n")
    expected = stages.over({"environment_variables": {"KEEP_CREDITS": "true"}}, earlier)
    assert stages.section_of("prod") == expected


def test_the_next_deployment_records_all_of_it(
    site: Path, earlier: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stages.record("prod", earlier)
    monkeypatch.undo()  # the tracked file is restored
    monkeypatch.setenv("DARKROOM_SITE", str(site))
    assert stages.section_of("prod") == earlier


@pytest.mark.usefixtures("site")
def test_a_section_that_is_not_read_any_more_is_reported(earlier: dict[str, Any]) -> None:
    assert checks.check() == []
    stages.record("prod", earlier)
    [note] = checks.check()
    assert note.startswith("The stage prod in .chalice/config.json is not read any more: it is in ")


def test_make_run_reads_the_variables_of_local(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        site,
        "[local.environment_variables]\nMAX_PIXELS = 77\nSITE_PORT = 8099\nLOG_LEVEL='DEBUG'\n",
    )
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    monkeypatch.delenv("MAX_PIXELS", raising=False)
    environment = application_environment(current_options(), "api")
    assert environment["MAX_PIXELS"] == "77"
    assert environment["SITE_PORT"] == "8099"
    assert environment["LOG_LEVEL"] == "ERROR"


def test_a_wrong_option_of_make_run_is_named(site: Path) -> None:
    write(site, "[local.environment_variables]\nSITE_PORT = 'http'\n")
    with pytest.raises(StackError, match="SITE_PORT must be a port number"):
        current_options()

"""Deploying with a site folder."""

import json
import zipfile
from typing import Any

import pytest

from tests.deploy.history import DEPLOY, SITE
from tests.deploy.inventory import inventory, is_empty
from tests.deploy.test_chalice import OWN, chalice
from tests.deploy.test_refusals import sentence
from tests.deploy.world import World
from tests.pictures import encoded, photo

LOGO = encoded(photo(20, 10), "PNG")
FILES = {
    "variants.toml": b"[square]\nwidth = 64\nwatermark = { file = 'logo.png' }\n",
    "logo.png": LOGO,
    "strings.js": b"Object.assign(strings, { addTitle: 'Fotos', adTitle: 'x' });",
    "theme.css": b":root { --paper: red; }",
    "stages.toml": b"# ours\n[test.environment_variables]\nKEEP_CREDITS = true # yes\n",
}


@pytest.fixture(scope="module")
def deployed(account: World) -> World:
    """A stage with variants, settings, texts and colours of a user's."""
    account.restore()
    write(account, FILES)
    outcome = account.run(*DEPLOY).succeeded()
    assert "site/strings.js sets adTitle, which is no text of this version" in outcome.out
    return account


def write(world: World, files: dict[str, bytes]) -> None:
    world.site.mkdir(exist_ok=True)
    for name, content in files.items():
        (world.site / name).write_bytes(content)


def test_the_page_has_the_texts_and_colours(deployed: World) -> None:
    s3 = deployed.client("s3")
    page = {
        key: s3.get_object(Bucket=SITE, Key=key)["Body"].read().decode()
        for key in ("index.html", "strings.js", "style.css")
    }
    assert 'data-text="addTitle">Fotos<' in page["index.html"]
    assert "addTitle: 'Fotos'" in page["strings.js"]
    assert page["style.css"].endswith(":root { --paper: red; }")


def test_the_functions_have_the_variants_and_settings(deployed: World) -> None:
    [archive] = (deployed.project / ".chalice/deployments").glob("appcode-*")
    with zipfile.ZipFile(archive) as code:
        assert code.read("chalicelib/variants.toml") == FILES["variants.toml"]
        assert code.read("chalicelib/logo.png") == LOGO
    settings = inventory(deployed)["functions"]["darkroom-test"]["settings"]
    assert (settings["KEEP_CREDITS"], settings["AUTH_MODE"]) == ("true", "token")


def test_the_cdn_has_the_variants(deployed: World) -> None:
    stacks = deployed.client("cloudformation").describe_stacks(StackName="darkroom-test-delivery")
    parameters: dict[str, Any] = {
        p["ParameterKey"]: p["ParameterValue"] for p in stacks["Stacks"][0]["Parameters"]
    }
    assert json.loads(parameters["EdgeTable"])["variants"] == {"square": "w"}
    printed = deployed.run("edge-table", "--stage", "test").succeeded().out
    assert printed.strip() == parameters["EdgeTable"]


def test_what_the_user_wrote_stays_in_the_file(deployed: World) -> None:
    text = (deployed.site / "stages.toml").read_text()
    assert text.startswith("# ours\n[test.environment_variables]\nKEEP_CREDITS = true # yes\n")
    assert 'UPLOADS_BUCKET = "darkroom-test-uploads-' in text


def test_a_second_deployment_changes_nothing(deployed: World) -> None:
    before = inventory(deployed), (deployed.site / "stages.toml").read_bytes()
    shown = deployed.run(*DEPLOY, "--dry-run").succeeded().out
    assert "->" not in shown
    assert "~ strings.js" not in shown
    deployed.run(*DEPLOY).succeeded()
    assert (inventory(deployed), (deployed.site / "stages.toml").read_bytes()) == before


def test_chalices_own_commands_read_it(deployed: World) -> None:
    before = inventory(deployed)
    chalice(deployed, "deploy", "--stage", "test", program=OWN).succeeded()
    assert inventory(deployed) == before


def test_a_format_is_explained_once_and_stays_on_until_it_is_switched_off(
    deployed: World,
) -> None:
    def setting(*options: str) -> tuple[str, bool]:
        printed = deployed.run(*DEPLOY, *options).succeeded().out
        functions = inventory(deployed)["functions"]
        return functions["darkroom-test"]["settings"].get("ALLOW_HEIC", ""), "LGPL" in printed

    assert setting() == ("", False)
    assert setting("--heic") == ("1", True)
    assert setting() == ("1", False)
    assert setting("--heic") == ("1", False)
    assert setting("--no-heic") == ("0", False)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("variants.toml", "[a]\nwidht = 1\n", "site/variants.toml: The variant a"),
        ("variants.toml", "[a]\nwidth = 1\nwatermark = { file = 'no.png' }\n", "no.png"),
        ("stages.toml", "[test]\nmemory = 1\n", "The stage test in site/stages.toml is wrong"),
        ("strings.js", "strings.addTitle = ;", "site/strings.js is wrong: SyntaxError"),
        ("themes.css", "", "site/themes.css is not read"),
    ],
)
def test_a_wrong_file_is_named_before_anything_is_changed(
    world: World, name: str, content: str, error: str
) -> None:
    write(world, {name: content.encode()})
    assert error in sentence(world.run(*DEPLOY))
    assert is_empty(inventory(world))
    assert [path.name for path in world.site.iterdir()] == [name]


def test_a_folder_that_is_missing_is_named(world: World) -> None:
    assert "none, which is not a folder" in sentence(world.run(*DEPLOY, DARKROOM_SITE="none"))
    assert is_empty(inventory(world))


def test_a_stage_of_an_earlier_version_is_updated_and_recorded_in_it(world: World) -> None:
    world.run(*DEPLOY).succeeded()
    config, recorded = world.config(), world.stages()["test"]
    variables = {**recorded["environment_variables"], "AUTH_MODE": "token"}
    earlier = (
        config["stages"]["dev"] | recorded | {"environment_variables": variables, "xray": True}
    )
    config["stages"]["test"] = json.loads(json.dumps(earlier).replace("policy-dev", "policy-test"))
    world.restore_project()
    world.write_config(config)
    world.run(*DEPLOY).succeeded()
    assert world.stages()["test"] == recorded | {"xray": True}
    assert world.config() == config

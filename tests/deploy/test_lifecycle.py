"""A stage is created, updated, destroyed, adopted, and deleted with its data."""

from dataclasses import replace

import pytest

from chalicelib import __version__
from ops.iam.names import Location, configured_names
from ops.iam.policies import FUNCTIONS, policy_of
from ops.project import PROJECT
from tests.deploy.history import IMAGES, UPLOADS, History
from tests.deploy.inventory import DISTRIBUTION, is_empty
from tests.deploy.world import ACCOUNT, REGION

NAMES = {
    function: "darkroom-test" if function == "api_handler" else f"darkroom-test-{function}"
    for function in FUNCTIONS
}
KEPT = {"buckets": sorted([IMAGES, UPLOADS]), "tables": ["darkroom-test-images"]}


@pytest.mark.parametrize("step", ["created", "updated", "adopted"])
def test_the_account_has_only_the_functions_of_the_application(history: History, step: str) -> None:
    functions = history.found[step]["functions"]
    assert sorted(functions) == sorted(NAMES.values())
    assert {f["role"] for f in functions.values()} == {f"darkroom-test-{n}" for n in FUNCTIONS}
    assert {f["layers"] for f in functions.values()} == {1}


@pytest.mark.parametrize("step", ["created", "updated", "adopted"])
def test_each_role_has_only_the_policy_that_the_code_renders(
    history: History, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DARKROOM_SITE", str(history.world.site))
    configured = configured_names("test", Location("aws", REGION, ACCOUNT))
    names = replace(configured, distribution_id=DISTRIBUTION)
    assert history.found[step]["roles"] == {
        f"darkroom-test-{function}": {f"darkroom-test-{function}": policy_of(function, names)}
        for function in FUNCTIONS
    }


@pytest.mark.parametrize("step", ["created", "updated", "adopted"])
def test_the_buckets_events_reach_their_functions(history: History, step: str) -> None:
    assert history.found[step]["notifications"] == {
        "darkroom-test-process_upload": ["s3:ObjectCreated:*"],
        "darkroom-test-process_removal": ["s3:ObjectRemoved:*"],
    }


@pytest.mark.parametrize("step", ["created", "updated", "adopted"])
def test_the_queues_are_read_by_their_functions(history: History, step: str) -> None:
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:darkroom-test-"
    assert history.found[step]["queues read"] == {
        "darkroom-test-process_again": f"{queue}work",
        "darkroom-test-record_failure": f"{queue}failures",
        "darkroom-test-send_webhook": f"{queue}webhooks",
    }


@pytest.mark.parametrize("step", ["created", "updated", "adopted"])
def test_events_that_asynchronous_functions_give_up_go_to_the_failures_queue(
    history: History, step: str
) -> None:
    lost = {
        "queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:darkroom-test-failures",
        "retries": 2,
        "seconds": 21600,
    }
    configs = history.found[step]["on failure"]
    assert {name: value for name, value in configs.items() if value and value["queue"]} == {
        "darkroom-test-process_upload": lost,
        "darkroom-test-process_removal": lost,
    }


@pytest.mark.parametrize("step", ["created", "updated", "adopted"])
def test_the_sweep_is_called_every_ten_minutes_one_at_a_time_without_retries(
    history: History, step: str
) -> None:
    found = history.found[step]
    sweep = "darkroom-test-sweep"
    assert found["rules"] == {f"{sweep}-event": ("rate(10 minutes)", [sweep])}
    assert found["functions"][sweep]["at once"] == 1
    assert found["on failure"][sweep] == {"queue": None, "retries": 0, "seconds": 300}


@pytest.mark.parametrize("step", ["created", "updated", "adopted"])
def test_there_is_one_throttled_api_with_all_routes(history: History, step: str) -> None:
    found = history.found[step]
    assert found["apis"] == ["darkroom"]
    assert found["throttling"] == [("api", 50, 100)]
    assert {"POST /uploads", "GET /images/{image_id}", "GET /health"} <= found["routes"]


@pytest.mark.parametrize("step", ["created", "updated", "adopted"])
def test_a_new_stage_requires_tokens_and_the_output_shows_how_to_create_one(
    history: History, step: str
) -> None:
    settings = history.found[step]["functions"]["darkroom-test"]["settings"]
    assert settings["AUTH_MODE"] == "token"
    assert "./darkroom token create --stage test" in history.output[step]


@pytest.mark.parametrize("step", ["created", "updated", "adopted"])
def test_every_function_has_a_log_with_a_retention(history: History, step: str) -> None:
    logs = {f"/aws/lambda/{name}": 30 for name in NAMES.values()}
    assert history.found[step]["logs"] == logs


@pytest.mark.parametrize("step", ["created", "updated", "adopted"])
def test_there_is_one_stack_of_each_part(history: History, step: str) -> None:
    found = history.found[step]
    stacks = [f"darkroom-test-{part}" for part in ("delivery", "stores", "watch")]
    assert found["stacks"] == stacks
    assert (found["distributions"], found["topics"], found["dashboards"]) == (1, 1, 1)
    assert found["alarms"]


def test_functions_get_their_addresses_as_settings(history: History) -> None:
    settings = history.found["updated"]["functions"]["darkroom-test"]["settings"]
    site = settings["PUBLIC_URL"].removesuffix("/images")
    assert site.endswith(".cloudfront.net")
    assert settings["UPLOADS_BUCKET"] == UPLOADS
    assert settings["API_URL"] == f"{site}/api"
    assert settings["DISTRIBUTION_ID"] in history.distributions["updated"]
    # The second deployment passed no origin: that of the first one is kept.
    assert settings["ALLOWED_ORIGINS"] == f"{site},https://shop.example"


def test_the_page_has_every_file_with_its_type_and_caching(history: History) -> None:
    page = history.page["created"]
    frontend = history.world.project / "frontend"
    files = [file for file in frontend.rglob("*") if file.is_file()]
    paths = {file.relative_to(frontend).as_posix() for file in files}
    assert set(page) == paths | {"config.json", "favicon.svg"}
    kinds = {key: head["ContentType"] for key, head in page.items()}
    assert kinds["index.html"] == "text/html; charset=utf-8"
    assert kinds["app.js"] == "text/javascript; charset=utf-8"
    assert kinds["config.json"] == "application/json; charset=utf-8"
    assert {head["CacheControl"] for head in page.values()} == {
        "public, max-age=0, s-maxage=3600, must-revalidate"
    }


def test_the_pages_settings_have_its_version_and_the_addresses_of_api_and_images(
    history: History,
) -> None:
    settings = history.found["adopted"]["functions"]["darkroom-test"]["settings"]
    assert history.config["adopted"] == {
        "api": settings["API_URL"],
        "images": settings["PUBLIC_URL"],
        "version": __version__,
    }


def test_only_changed_files_are_uploaded_and_invalidated(history: History) -> None:
    before, after = history.page["created"], history.page["updated"]
    changed = {key for key in after if after[key]["LastModified"] != before[key]["LastModified"]}
    assert changed == {"style.css"}
    assert "favicon.svg" not in after
    assert {"/", "/index.html", "/app.js", "/config.json"} <= history.invalidated["created"]
    assert history.invalidated["updated"] == {"/style.css", "/favicon.svg"}


def test_destroying_keeps_the_data_and_nothing_else(history: History) -> None:
    found = history.found["destroyed"]
    assert {name: found[name] for name in KEPT} == KEPT
    assert is_empty({**found, **{name: [] for name in KEPT}})


def test_the_output_lists_what_is_kept(history: History) -> None:
    output = history.output["destroyed"]
    assert output.count(f"bucket {UPLOADS}") == 2
    assert "Kept; `make deploy` of the same stage uses it again:" in output


def test_a_later_deployment_adopts_kept_data(history: History) -> None:
    assert history.found["adopted"] == {
        **history.found["updated"],
        "functions": history.found["adopted"]["functions"],
    }


def test_deleting_the_data_leaves_nothing_at_all(history: History) -> None:
    assert is_empty(history.found["deleted"])


def test_a_new_stage_has_the_memory_sizes_of_dev(history: History) -> None:
    dev = history.world.config()["stages"]["dev"]["lambda_functions"]
    found = history.found["created"]["functions"]
    assert {NAMES[n]: f["lambda_memory_size"] for n, f in dev.items()} == {
        name: function["memory"] for name, function in found.items()
    }


def test_only_what_differs_from_the_defaults_is_recorded(history: History) -> None:
    assert history.world.stages()["test"].keys() == {"environment_variables", "tags"}


def test_the_tracked_configuration_is_not_written(history: History) -> None:
    tracked = (PROJECT / ".chalice" / "config.json").read_bytes()
    assert (history.world.project / ".chalice" / "config.json").read_bytes() == tracked

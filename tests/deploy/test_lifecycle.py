"""A stage made, brought up to date, taken away, adopted, and deleted with its data."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ops.cloud.policies import FUNCTIONS, policy_of
from ops.permissions.names import Place, configured_names
from tests.deploy.inventory import DISTRIBUTION, Found, inventory, nothing
from tests.deploy.world import ACCOUNT, REGION, World

DEPLOY = ("deploy", "--stage", "test", "--yes", "--no-smoke")
DESTROY = ("destroy", "--stage", "test", "--yes")
UPLOADS, IMAGES, SITE = (
    f"darkroom-test-{purpose}-{ACCOUNT}-{REGION}" for purpose in ("uploads", "images", "site")
)
NAMES = {
    function: "darkroom-test" if function == "api_handler" else f"darkroom-test-{function}"
    for function in FUNCTIONS
}
KEPT = {"buckets": sorted([IMAGES, UPLOADS]), "tables": ["darkroom-test-images"]}


@dataclass
class Story:
    """What the account held after each chapter, and what was said."""

    world: World
    found: dict[str, Found] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    page: dict[str, dict[str, Any]] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    invalidated: dict[str, set[str]] = field(default_factory=dict)
    distributions: dict[str, set[str]] = field(default_factory=dict)

    def tell(self, chapter: str, *arguments: str) -> None:
        self.said[chapter] = self.world.run(*arguments).succeeded().out
        self.found[chapter] = inventory(self.world)
        if SITE in self.found[chapter]["buckets"]:
            self.page[chapter] = self._page()
            self.config[chapter] = self._config()
            self.invalidated[chapter] = self._last_invalidated()
            self.distributions[chapter] = self._distributions()

    def _page(self) -> dict[str, Any]:
        s3 = self.world.client("s3")
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=SITE)["Contents"]]
        return {key: s3.head_object(Bucket=SITE, Key=key) for key in keys}

    def _config(self) -> Any:
        found = self.world.client("s3").get_object(Bucket=SITE, Key="config.json")
        return json.load(found["Body"])

    def _distributions(self) -> set[str]:
        listed = self.world.client("cloudfront").list_distributions()["DistributionList"]
        return {distribution["Id"] for distribution in listed["Items"]}

    def _last_invalidated(self) -> set[str]:
        client = self.world.client("cloudfront")
        (distribution,) = self._distributions()
        listed = client.list_invalidations(DistributionId=distribution)["InvalidationList"]
        last = max(listed["Items"], key=lambda item: item["CreateTime"])
        found = client.get_invalidation(DistributionId=distribution, Id=last["Id"])
        return set(found["Invalidation"]["InvalidationBatch"]["Paths"]["Items"])


@pytest.fixture(scope="module")
def story(account: World) -> Story:
    account.restore()
    story = Story(account)
    story.tell("created", *DEPLOY, "--allowed-origin", "https://shop.example")
    _send(account, UPLOADS, "uploads/a.jpg")
    (account.project / "frontend" / "favicon.svg").unlink()
    (account.project / "frontend" / "style.css").write_text("body { color: red }")
    story.tell("updated", *DEPLOY)
    story.tell("destroyed", *DESTROY)
    story.tell("adopted", *DEPLOY)
    story.tell("deleted", *DESTROY, "--delete-data")
    return story


def _send(world: World, bucket: str, key: str) -> None:
    for content in (b"first", b"second"):
        world.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
    world.client("s3").delete_object(Bucket=bucket, Key=f"{key}.gone")


@pytest.mark.parametrize("chapter", ["created", "updated", "adopted"])
def test_the_account_holds_just_the_functions_of_the_application(
    story: Story, chapter: str
) -> None:
    functions = story.found[chapter]["functions"]
    assert sorted(functions) == sorted(NAMES.values())
    assert {f["role"] for f in functions.values()} == {f"darkroom-test-{n}" for n in FUNCTIONS}
    assert {f["layers"] for f in functions.values()} == {1}


@pytest.mark.parametrize("chapter", ["created", "updated", "adopted"])
def test_each_role_has_just_the_policy_that_code_renders(
    story: Story, chapter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ops.permissions.names.CONFIG", story.world.project / ".chalice/config.json"
    )
    configured = configured_names("test", Place("aws", REGION, ACCOUNT))
    names = replace(configured, distribution_id=DISTRIBUTION)
    assert story.found[chapter]["roles"] == {
        f"darkroom-test-{function}": {f"darkroom-test-{function}": policy_of(function, names)}
        for function in FUNCTIONS
    }


@pytest.mark.parametrize("chapter", ["created", "updated", "adopted"])
def test_the_buckets_events_reach_their_functions(story: Story, chapter: str) -> None:
    assert story.found[chapter]["notifications"] == {
        "darkroom-test-process_upload": ["s3:ObjectCreated:*"],
        "darkroom-test-process_removal": ["s3:ObjectRemoved:*"],
    }


@pytest.mark.parametrize("chapter", ["created", "updated", "adopted"])
def test_the_queues_are_read_by_their_functions(story: Story, chapter: str) -> None:
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:darkroom-test-"
    assert story.found[chapter]["queues read"] == {
        "darkroom-test-process_again": f"{queue}work",
        "darkroom-test-record_failure": f"{queue}failures",
        "darkroom-test-send_webhook": f"{queue}webhooks",
    }


@pytest.mark.parametrize("chapter", ["created", "updated", "adopted"])
def test_what_asynchronous_functions_give_up_goes_to_the_failures_queue(
    story: Story, chapter: str
) -> None:
    lost = {
        "queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:darkroom-test-failures",
        "retries": 2,
        "seconds": 21600,
    }
    known = story.found[chapter]["on failure"]
    assert {name: value for name, value in known.items() if value and value["queue"]} == {
        "darkroom-test-process_upload": lost,
        "darkroom-test-process_removal": lost,
    }


@pytest.mark.parametrize("chapter", ["created", "updated", "adopted"])
def test_the_sweep_is_called_every_ten_minutes_alone_and_not_again(
    story: Story, chapter: str
) -> None:
    found = story.found[chapter]
    sweep = "darkroom-test-sweep"
    assert found["rules"] == {f"{sweep}-event": ("rate(10 minutes)", [sweep])}
    assert found["functions"][sweep]["at once"] == 1
    assert found["on failure"][sweep] == {"queue": None, "retries": 0, "seconds": 300}


@pytest.mark.parametrize("chapter", ["created", "updated", "adopted"])
def test_there_is_one_throttled_api_with_all_routes(story: Story, chapter: str) -> None:
    found = story.found[chapter]
    assert found["apis"] == ["darkroom"]
    assert found["throttling"] == [("api", 50, 100)]
    assert {"POST /uploads", "GET /images/{image_id}", "GET /health"} <= found["routes"]


@pytest.mark.parametrize("chapter", ["created", "updated", "adopted"])
def test_a_new_stage_asks_for_tokens_and_tells_how_to_make_one(story: Story, chapter: str) -> None:
    settings = story.found[chapter]["functions"]["darkroom-test"]["settings"]
    assert settings["AUTH_MODE"] == "token"
    assert "./darkroom token create --stage test" in story.said[chapter]


@pytest.mark.parametrize("chapter", ["created", "updated", "adopted"])
def test_every_function_has_a_log_that_ends(story: Story, chapter: str) -> None:
    logs = {f"/aws/lambda/{name}": 30 for name in NAMES.values()}
    assert story.found[chapter]["logs"] == logs


@pytest.mark.parametrize("chapter", ["created", "updated", "adopted"])
def test_there_is_one_stack_of_each_part(story: Story, chapter: str) -> None:
    found = story.found[chapter]
    stacks = [f"darkroom-test-{part}" for part in ("delivery", "stores", "watch")]
    assert found["stacks"] == stacks
    assert (found["distributions"], found["topics"], found["dashboards"]) == (1, 1, 1)
    assert found["alarms"]


def test_functions_are_told_where_everything_is(story: Story) -> None:
    settings = story.found["updated"]["functions"]["darkroom-test"]["settings"]
    site = settings["PUBLIC_URL"].removesuffix("/images")
    assert site.endswith(".cloudfront.net")
    assert settings["UPLOADS_BUCKET"] == UPLOADS
    assert settings["API_URL"] == f"{site}/api"
    assert settings["DISTRIBUTION_ID"] in story.distributions["updated"]
    # The second deployment named no origin: the first one's stays.
    assert settings["ALLOWED_ORIGINS"] == f"{site},https://shop.example"


def test_the_page_has_every_file_with_its_type_and_caching(story: Story) -> None:
    page = story.page["created"]
    frontend = story.world.project / "frontend"
    files = [file for file in frontend.rglob("*") if file.is_file()]
    there = {file.relative_to(frontend).as_posix() for file in files}
    assert set(page) == there | {"config.json", "favicon.svg"}
    kinds = {key: head["ContentType"] for key, head in page.items()}
    assert kinds["index.html"] == "text/html; charset=utf-8"
    assert kinds["app.js"] == "text/javascript; charset=utf-8"
    assert kinds["config.json"] == "application/json; charset=utf-8"
    assert {head["CacheControl"] for head in page.values()} == {
        "public, max-age=0, s-maxage=3600, must-revalidate"
    }


def test_the_page_is_told_where_the_api_is(story: Story) -> None:
    settings = story.found["adopted"]["functions"]["darkroom-test"]["settings"]
    assert story.config["adopted"] == {"api": settings["API_URL"], "images": settings["PUBLIC_URL"]}


def test_only_changed_files_are_sent_and_forgotten(story: Story) -> None:
    before, after = story.page["created"], story.page["updated"]
    changed = {key for key in after if after[key]["LastModified"] != before[key]["LastModified"]}
    assert changed == {"style.css"}
    assert "favicon.svg" not in after
    assert {"/", "/index.html", "/app.js", "/config.json"} <= story.invalidated["created"]
    assert story.invalidated["updated"] == {"/style.css", "/favicon.svg"}


def test_destroying_keeps_the_data_and_nothing_else(story: Story) -> None:
    found = story.found["destroyed"]
    assert {name: found[name] for name in KEPT} == KEPT
    assert nothing({**found, **{name: [] for name in KEPT}})


def test_what_stays_is_said(story: Story) -> None:
    said = story.said["destroyed"]
    assert said.count(f"bucket {UPLOADS}") == 2
    assert "This stays" in said


def test_a_later_deployment_finds_kept_data(story: Story) -> None:
    assert story.found["adopted"] == {
        **story.found["updated"],
        "functions": story.found["adopted"]["functions"],
    }


def test_deleting_the_data_leaves_nothing_at_all(story: Story) -> None:
    assert nothing(story.found["deleted"])


def test_the_shape_of_dev_is_the_new_stages(story: Story) -> None:
    stages = story.world.config()["stages"]
    shape, made = stages["dev"]["lambda_functions"], stages["test"]["lambda_functions"]
    assert {n: f["lambda_memory_size"] for n, f in made.items()} == {
        n: f["lambda_memory_size"] for n, f in shape.items()
    }

"""Three ways to deploy the application, and the list of limits that all of them apply."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ops.packaging.gateway import ANSWERS
from ops.packaging.runtime_limits import (
    BURST,
    INVOCATIONS,
    LOG_DAYS,
    REQUESTS_PER_SECOND,
    RESERVED,
)
from tests.deploy.history import DEPLOY
from tests.deploy.inventory import DISTRIBUTION, Found, inventory
from tests.deploy.packaged import of_sam, of_stage, of_terraform
from tests.deploy.test_chalice import OWN, chalice
from tests.deploy.test_lifecycle import NAMES
from tests.deploy.world import ACCOUNT, REGION, World

WAYS = ("make deploy", "CloudFormation", "Terraform", "stage template")
WRITE_STAGE = (
    "import sys; from pathlib import Path; "
    "from ops.deploy.stage_template.release import write_stage_template; "
    "write_stage_template(Path(sys.argv[1]), 'test')"
)
SAME = (
    *("functions", "on failure", "queues read", "rules", "apis", "routes", "throttling"),
    *("notifications", "layers", "roles", "logs"),
)


@dataclass(frozen=True)
class Ways:
    """What each way creates."""

    found: dict[str, Found]


@pytest.fixture(scope="module")
def ways(account: World, tmp_path_factory: pytest.TempPathFactory) -> Ways:
    account.restore()
    account.run(*DEPLOY).succeeded()
    out = tmp_path_factory.mktemp("packaged")
    for kind in ("cloudformation", "terraform"):
        options = ("package", "--stage", "test", "--pkg-format", kind, str(out))
        chalice(account, *options, program=OWN).succeeded()
    account.start([sys.executable, "-c", WRITE_STAGE, str(out)]).succeeded()
    settings = account.stages()["test"]["environment_variables"]
    distribution = settings["DISTRIBUTION_ID"]
    domain = settings["PUBLIC_URL"].removeprefix("https://").removesuffix("/images")
    found = {
        "make deploy": _compared(inventory(account)),
        "CloudFormation": of_sam(_read(out / "sam.json", distribution)),
        "Terraform": of_terraform(_read(out / "chalice.tf.json", distribution)),
        "stage template": json.loads(
            _anonymous(
                json.dumps(
                    of_stage((out / "stage.json").read_text(), "test", domain, distribution)
                ),
                distribution,
            )
        ),
    }
    return Ways(json.loads(json.dumps(found, default=sorted)))


def _read(file: Path, distribution: str) -> str:
    """A template with `inventory`'s word for the distribution in its policies."""
    return _anonymous(file.read_text(), distribution)


def _anonymous(text: str, distribution: str) -> str:
    return text.replace(f"distribution/{distribution}", f"distribution/{DISTRIBUTION}")


def _compared(found: Found) -> Found:
    """Without functions that have no limits on invocations, and rules that are not Chalice's."""
    return {
        **found,
        "on failure": {name: value for name, value in found["on failure"].items() if value},
        "rules": {name: rule for name, rule in found["rules"].items() if rule[0]},
    }


@pytest.mark.parametrize("part", SAME)
@pytest.mark.parametrize("way", WAYS[1:])
def test_a_template_creates_what_make_deploy_creates(ways: Ways, way: str, part: str) -> None:
    assert ways.found[way][part] == ways.found["make deploy"][part]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_limits_retries_as_listed(ways: Ways, way: str) -> None:
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:darkroom-test-failures"
    functions = ways.found[way]["functions"]
    assert ways.found[way]["on failure"] == {
        NAMES[function]: {
            "queue": queue if invocation.keeps_failed else None,
            "retries": invocation.retries,
            "seconds": invocation.max_age(functions[NAMES[function]]["seconds"]),
        }
        for function, invocation in INVOCATIONS.items()
    }


@pytest.mark.parametrize("way", WAYS)
def test_every_way_reserves_executions_as_listed(ways: Ways, way: str) -> None:
    functions = ways.found[way]["functions"]
    reserved = {name: f["at once"] for name, f in functions.items() if f["at once"] is not None}
    assert reserved == {NAMES[function]: most for function, most in RESERVED.items()}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_throttles_the_api_and_keeps_logs_as_listed(ways: Ways, way: str) -> None:
    found = ways.found[way]
    assert found["throttling"] == [["api", REQUESTS_PER_SECOND, BURST]]
    assert found["logs"] == {f"/aws/lambda/{name}": LOG_DAYS for name in NAMES.values()}


@pytest.mark.parametrize("way", WAYS[1:])
def test_a_template_has_the_listed_gateway_responses(ways: Ways, way: str) -> None:
    answers: dict[str, Any] = ways.found[way]["answers"]
    statuses = {kind: int(answer["statusCode"]) for kind, answer in answers.items()}
    assert statuses == {kind: answer.status for kind, answer in ANSWERS.items()}


@pytest.mark.parametrize("way", WAYS[1:])
def test_a_template_polls_queues_as_the_application_says(ways: Ways, way: str) -> None:
    assert ways.found[way]["polling"] == {
        "darkroom-test-process_again": [1, 5],
        "darkroom-test-record_failure": [1, None],
        "darkroom-test-send_webhook": [1, 5],
    }

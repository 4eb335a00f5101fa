"""What the dashboard shows."""

import json
import re

import pytest

from tests.infrastructure.stacks import Json, Stack, deployed

OWN_METRICS = (
    *("Pictures", "Rejections", "Failures", "Repairs", "BytesIn", "BytesOut"),
    *("ReadMilliseconds", "RenderMilliseconds", "StoreMilliseconds"),
)


@pytest.mark.parametrize("metric", OWN_METRICS)
def test_the_dashboard_shows_darkrooms_own_metrics(watch: Stack, metric: str) -> None:
    assert f'"{metric}"' in metrics_json(watch)


def test_the_dashboard_shows_rejections_by_their_reasons(watch: Stack) -> None:
    assert (
        "SEARCH('{Darkroom,stage,reason} MetricName=\"Rejections\" stage=\"dev\"', 'Sum', 300)"
        in metrics_json(watch)
    )


def test_the_dashboard_shows_every_function(watch: Stack, functions: set[str]) -> None:
    assert functions <= set(re.findall(r'"(darkroom-dev[\w-]*)"', metrics_json(watch)))


@pytest.mark.parametrize(
    "name",
    ["darkroom-dev-images", "darkroom-dev-work", "darkroom-dev-failures", "E2EXAMPLE", "darkroom"],
)
def test_the_dashboard_shows_table_queues_distribution_and_api(watch: Stack, name: str) -> None:
    assert f'"{name}"' in metrics_json(watch)


def test_no_two_widgets_of_the_dashboard_overlap(watch: Stack) -> None:
    taken = [
        (column, row)
        for widget in widgets(watch)
        for column in range(widget["x"], widget["x"] + widget["width"])
        for row in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(taken) == len(set(taken))
    assert max(column for column, _ in taken) < 24


def test_cloudfronts_metrics_are_read_in_their_own_region(watch: Stack) -> None:
    regions = {
        widget["properties"]["region"]
        for widget in widgets(watch)
        if "AWS/CloudFront" in json.dumps(widget)
    }
    assert regions == {"us-east-1"}


@pytest.mark.parametrize(
    ("partition", "host"),
    [
        ("aws", "console.aws.amazon.com"),
        ("aws-cn", "console.amazonaws.cn"),
        ("aws-us-gov", "console.amazonaws-us-gov.com"),
    ],
)
def test_the_dashboards_address_is_that_of_the_partitions_console(
    partition: str, host: str
) -> None:
    address = deployed("watch", {"AWS::Partition": partition}).outputs["DashboardUrl"]
    assert address.startswith(f"https://{host}/cloudwatch/home?region=eu-central-1#dashboards:")


def widgets(stack: Stack) -> list[Json]:
    return list(json.loads(stack.properties("Dashboard")["DashboardBody"])["widgets"])


def metrics_json(stack: Stack) -> str:
    """The dashboard's metrics as JSON, with quotation marks unescaped."""
    metrics = [widget["properties"]["metrics"] for widget in widgets(stack)]
    return json.dumps(metrics).replace('\\"', '"')

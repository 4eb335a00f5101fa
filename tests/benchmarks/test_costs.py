import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.costs.bills import Bill, Sizes, tiered
from benchmarks.costs.document import COST_PAGE, cost_page, dollars
from benchmarks.costs.prices import prices
from benchmarks.costs.usage import Mean, assumed, mean_of
from benchmarks.results import LATEST, load
from chalicelib.views.costs import GB
from tests.benchmarks.runs import results
from tests.infrastructure.stacks import deployed

TIERS = ((10.0, 3.0), (20.0, 2.0), (float("inf"), 1.0))
MEAN = Mean(milliseconds=200, upload=2e6, renditions=3e5, files=4, viewed=1e5)
SIZES = Sizes(api=512, processing=1769, sweep=1024, sweep_seconds=300)


def bill(pictures: float = 1e6, **changes: object) -> Bill:
    return Bill(pictures, MEAN, replace(assumed(), **changes), SIZES, prices())


def test_the_page_has_the_figures_of_the_latest_run_and_prices():
    assert COST_PAGE.read_text(encoding="utf-8") == cost_page(load(LATEST))


@pytest.mark.parametrize(("amount", "price"), [(0, 0), (10, 30), (15, 40), (30, 70), (40, 80)])
def test_each_part_of_an_amount_has_the_price_of_its_tier(amount: float, price: float):
    assert tiered(amount, TIERS) == price


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_never_costs_less(a: float, b: float):
    less, more = sorted((a, b))
    assert tiered(less, TIERS) <= tiered(more, TIERS)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "$0.00"), (0.001, "under $0.01"), (1.5, "$1.50"), (80, "$80.00"), (21_032.4, "$21,032")],
)
def test_amounts_are_formatted_for_people(amount: float, text: str):
    assert dollars(amount) == text


@pytest.mark.parametrize("kind", ["once", "delivered"])
def test_a_bill_grows_with_the_pictures_and_no_faster(kind: str):
    few = sum(line.dollars for line in getattr(bill(1e6), kind)())
    many = sum(line.dollars for line in getattr(bill(1e8), kind)())
    assert few < many <= 100 * few * 1.000001


def test_fixed_costs_are_the_same_for_any_number_of_pictures():
    assert list(bill(1).standing()) == list(bill(1e8).standing())


def test_as_many_alarm_metrics_are_billed_as_the_template_has():
    alarms = deployed("watch").of_type("AWS::CloudWatch::Alarm").values()
    metrics = [[m for m in a.get("Metrics", ()) if "MetricStat" in m] for a in alarms]
    assert sum(len(found) or 1 for found in metrics) == assumed().alarm_metrics


def test_the_bill_has_as_many_waf_rules_as_the_template():
    (firewall,) = deployed("delivery", {"UseWaf": "true"}).of_type("AWS::WAFv2::WebACL").values()
    assert len(firewall["Rules"]) == assumed().waf_rules


def test_a_sweep_of_a_small_stage_scans_every_image_each_time():
    small = bill(1000, sweep_runs=200, sweep_scans=100)
    assert sum(line.dollars for line in small.swept()) == pytest.approx(
        100 * sum(small.scan()) + 200 * prices().lambda_request
    )


def test_no_sweep_takes_longer_than_its_limit():
    few, many = (sum(line.dollars for line in bill(number).swept()) for number in (1e7, 1e9))
    assert few == pytest.approx(many)
    compute = {line.text: line.dollars for line in bill(1e9).swept()}["Lambda: sweep"]
    runs = assumed().sweep_runs
    seconds = runs * (300 * prices().lambda_gb_second + prices().lambda_request)
    assert compute == pytest.approx(seconds)


def test_an_idle_stage_costs_less_than_eight_dollars_a_month():
    assert bill(0).idle < 8


def test_originals_and_renditions_with_their_stable_copies_are_stored():
    lines = {line.text: line.dollars for line in bill(1000).kept()}
    price = prices().s3_gb_month[0][1]
    assert lines["S3: originals"] == pytest.approx(1000 * 2e6 / GB * price)
    assert lines["S3: renditions"] == pytest.approx(2 * 1000 * 3e5 / GB * price)


def test_lambda_bills_waiting_time_too():
    def processing(waiting: int) -> float:
        lines = {line.text: line.dollars for line in bill(waiting_milliseconds=waiting).once()}
        return lines["Lambda: processing"]

    gigabyte_seconds = 1e6 * 0.1 * 1769 / 1024
    assert processing(300) - processing(200) == pytest.approx(
        gigabyte_seconds * prices().lambda_gb_second
    )


def test_the_mean_is_taken_over_the_runs_photographs():
    found = mean_of(results(), 1769, ("720p",))
    assert found == Mean(
        milliseconds=150, upload=1_000_000, renditions=300_000, files=3, viewed=100_000
    )

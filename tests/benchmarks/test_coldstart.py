from benchmarks.coldstart.page import PAGE, page
from benchmarks.coldstart.results import Package, Results, Share, Starts, load


def starts(name: str, *wall: float) -> Starts:
    return Starts(name=name, title=name, wall=wall, cpu=wall, megabytes=50)


def results(api: float, processor: float) -> Results:
    """A run in which a mere boto3 client takes one second, and two in the second round."""
    return Results(
        date="2026-11-21",
        commit="abc",
        machine="a machine",
        load=0.1,
        versions={"Python": "3.11"},
        rounds=2,
        packages=(Package(name="a.zip", packed=1, unpacked=2),),
        starts=(
            starts("boto3", 1.0, 2.0),
            starts("api", api, 2 * api),
            starts("processor", processor, 2 * processor),
        ),
        calls=(),
        shares=(Share(megabytes=512, share=0.29, seconds={"`GET /variants`": 0.1}),),
    )


def test_the_page_has_the_figures_of_the_latest_run():
    assert PAGE.read_text(encoding="utf-8") == page(load())


def test_ratios_are_computed_within_a_round():
    assert results(0.4, 1.1).ratio("api", "boto3") == 0.4


def test_a_missed_aim_is_reported():
    lines = page(results(0.4, 1.3)).splitlines()
    (api,) = (line for line in lines if line.startswith("| API  "))
    (processor, _) = (line for line in lines if line.startswith("| processor "))
    assert api.endswith("yes |")
    assert processor.endswith("no |")

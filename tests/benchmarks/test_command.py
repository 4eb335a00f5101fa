"""The benchmark's command line."""

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main


@pytest.mark.parametrize(
    "narrowed", [["--quick"], ["--only", "darkroom-2"], ["--photographs", "3"]], ids=" ".join
)
def test_times_are_measured_again_for_all_that_the_figures_are_of(narrowed: list[str]) -> None:
    done = CliRunner().invoke(main, ["--again", *narrowed])
    assert done.exit_code == 2
    assert "--again goes with all photographs" in done.output

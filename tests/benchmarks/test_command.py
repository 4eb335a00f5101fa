"""The benchmark's command line."""

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main


@pytest.mark.parametrize("narrowed", [["--quick"], ["--only", "darkroom-2"]], ids=" ".join)
def test_again_cannot_be_combined_with_a_subset(narrowed: list[str]) -> None:
    done = CliRunner().invoke(main, ["--again", *narrowed])
    assert done.exit_code == 2
    assert "--again measures everything" in done.output

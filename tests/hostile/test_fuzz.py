import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.imaging.signatures import sniff
from chalicelib.model.formats import FORMATS
from tests.hostile.seeds import seeds
from tests.imaging.samples import rendered


@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_pictures_end_with_renditions_or_a_reason(seed: int, tmp_path: Path):
    options = ["--seed", str(seed), "--count", "1500", "--minutes", "inf", "--keep", str(tmp_path)]
    command = [sys.executable, "-W", "always", "-m", "tests.fuzz", *options]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith("1500 images, 0 harmful")


def test_the_seeds_are_valid_and_of_every_format():
    assert {sniff(data) for data in seeds()} == set(FORMATS)
    assert all(rendered(data).renditions for data in seeds())

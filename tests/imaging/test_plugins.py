import subprocess
import sys

import pytest

from chalicelib.imaging.plugins import plugin
from chalicelib.model.formats import FORMATS, CodedFormat, coded_format

IMPORTED = """
import sys
from chalicelib import imaging
print(*sorted(name for name in sys.modules if name.endswith("ImagePlugin")))
"""


@pytest.mark.parametrize("kind", sorted({coded_format(kind) for kind in FORMATS}))
def test_every_kind_has_its_reader(kind: CodedFormat) -> None:
    assert plugin(kind).format == ("HEIF" if kind == "heic" else kind.upper())


def test_importing_the_core_imports_no_plugin() -> None:
    command = [sys.executable, "-c", IMPORTED]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from chalicelib.errors import Rejection
from chalicelib.imaging.library_output import no_stderr, no_warnings
from tests.imaging.samples import rendered, saved, scene


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "group4"])
def test_a_broken_tiff_prints_nothing(compression: str, capfd: pytest.CaptureFixture[str]):
    image = scene(200, 100).convert("1" if compression == "group4" else "RGB")
    data = bytearray(saved(image, "tiff", compression=compression))
    data[40:400] = b"\xff" * 360
    with suppress(Rejection):
        rendered(bytes(data))
    assert capfd.readouterr() == ("", "")


def test_standard_error_works_again_afterwards(capfd: pytest.CaptureFixture[str]):
    with no_stderr:
        os.write(2, b"lost")
    os.write(2, b"kept")
    assert capfd.readouterr().err == "kept"


def test_warnings_come_back_when_the_last_thread_has_left():
    before, together = list(warnings.filters), Barrier(2)

    def work(waits_first: bool) -> None:
        if waits_first:
            together.wait()
        with no_warnings:
            if not waits_first:
                together.wait()
            warnings.warn("unheard", stacklevel=1)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, (True, False)))
    assert list(warnings.filters) == before
    with pytest.raises(UserWarning):
        warnings.warn("heard", stacklevel=1)

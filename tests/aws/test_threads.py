import subprocess
import sys

from ops.project import PROJECT
from tests.waiting import GENEROUS

_PROCESSES = 12  # one in eight crashed before model/image.py prepared its types


def test_threads_that_decode_for_the_first_time_do_not_crash_the_process() -> None:
    command = [sys.executable, "-m", "tests.aws.threads"]
    codes = [
        subprocess.run(command, cwd=PROJECT, timeout=GENEROUS, check=False).returncode
        for _ in range(_PROCESSES)
    ]
    assert set(codes) == {0}

"""Fails the run if a test is skipped, unless it is listed here with its reason."""

import pytest

_FULL_DISK = "tests/stack/test_full_disk.py"
_MOUNTS = "it mounts a small disk, which a process in a container often may not"

# Why these tests cannot run everywhere, by their ids.
ALLOWED: dict[str, str] = {
    f"{_FULL_DISK}::test_a_full_disk_fails_no_image_and_needs_no_restart": _MOUNTS,
    f"{_FULL_DISK}::test_a_stack_that_a_full_disk_kept_from_starting_starts_with_space": _MOUNTS,
}

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and report.nodeid not in ALLOWED:
        _skipped.append(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped and report.nodeid not in ALLOWED:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for nodeid in _skipped:
        terminalreporter.write_line(f"SKIPPED WITHOUT PERMISSION {nodeid}", red=True)

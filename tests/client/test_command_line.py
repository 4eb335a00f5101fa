"""The command line as a whole: help, examples, completion, and errors."""

import json
import os
import pty
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ops.__main__ import main
from ops.cli import GROUPS, MODULE
from ops.docs.manual import PAGE, page
from ops.project import PROJECT
from tests.client.darkroom import FakeDarkroom, new_image
from tests.stack.running import users_environment
from tests.waiting import GENEROUS, until

CONTEXT = click.Context(main, info_name=MODULE)
LAUNCHER = PROJECT / "darkroom"


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """The words of every verb, including those of nested groups."""
    for name in group.list_commands(CONTEXT):
        command = group.get_command(CONTEXT, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


VERBS = [*commands(main)]


def find(words: tuple[str, ...]) -> click.Command:
    command: click.Command | None = main
    for word in words:
        assert isinstance(command, click.Group)
        command = command.get_command(CONTEXT, word)
    assert command
    return command


def examples(words: tuple[str, ...]) -> list[list[str]]:
    """The arguments of each command in a verb's examples, split as by a shell."""
    text = CliRunner().invoke(main, [*words, "--help"], prog_name=MODULE).stdout
    lines = [line.strip() for line in text.splitlines() if line.startswith("      ")]
    pieces = [piece for line in lines for piece in line.split("|")]
    commands = [piece.partition(MODULE)[2] for piece in pieces if MODULE in piece]
    return [shlex.split(command.partition(">")[0]) for command in commands]


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_every_verb_has_valid_examples(words: tuple[str, ...]) -> None:
    if isinstance(find(words), click.Group):
        return
    found = examples(words)
    assert words in [tuple(arguments[: len(words)]) for arguments in found]
    for arguments in found:
        verb = words if tuple(arguments[: len(words)]) == words else (arguments[0],)
        with find(verb).make_context(verb[-1], arguments[len(verb) :]) as context:
            assert context.args == []


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
@pytest.mark.parametrize("nonsense", [["--no-such-option"], ["\x1b[2J", "--stage"], ["🙂", "-"]])
def test_nonsense_is_an_error_with_a_message(
    words: tuple[str, ...], nonsense: list[str], tmp_path: Path
) -> None:
    variables = {"DARKROOM_API": "http://127.0.0.1:1", "DATA_DIR": str(tmp_path)}
    done = CliRunner().invoke(main, [*words, *nonsense], env=variables)
    assert done.exit_code in (1, 2)
    assert done.stderr
    assert "Traceback" not in done.output


def test_an_unknown_verb_is_an_error_with_a_suggestion() -> None:
    done = CliRunner().invoke(main, ["uplaod"])
    message = "No such command 'uplaod'. Did you mean 'upload'?"
    assert (done.exit_code, message in done.stderr) == (2, True)


def test_every_group_of_verbs_is_in_the_help() -> None:
    shown = CliRunner().invoke(main, ["--help"]).stdout
    assert [line[:-1] for line in shown.splitlines() if line[:-1] in GROUPS] == [*GROUPS]
    assert all(f"\n  {verb} " in shown for verbs in GROUPS.values() for verb in verbs)


def test_the_manual_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(main), "Run `python -m ops manual`."


def test_an_internal_error_is_a_sentence_with_a_traceback_on_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_names: object) -> None:
        raise LookupError("no\nsuch thing")

    monkeypatch.setattr("darkroom_client.cli.commands.upload.find_files", fail)
    done = CliRunner().invoke(main, ["upload", "x"])
    message = "Something went wrong inside Darkroom (LookupError: no such thing)."
    assert (done.exit_code, done.stderr) == (1, f"{message} DARKROOM_DEBUG=1 shows where.\n")
    assert "Traceback" in CliRunner().invoke(main, ["--debug", "upload", "x"]).stderr
    shown = CliRunner().invoke(main, ["upload", "x"], env={"DARKROOM_DEBUG": "1"})
    assert "Traceback" in shown.stderr


def test_errors_of_this_machine_are_reported(darkroom: FakeDarkroom, tmp_path: Path) -> None:
    (tmp_path / "uploads.sqlite").write_text("no database" * 20)
    for place, message in (
        (tmp_path, "file is not a database"),
        (Path(__file__), f"[Errno 17] File exists: '{__file__}'"),
    ):
        variables = {"DARKROOM_API": darkroom.address, "DATA_DIR": str(place)}
        done = CliRunner().invoke(main, ["upload", __file__], env=variables)
        assert (done.exit_code, done.stderr) == (1, f"Not finished. {message}\n")


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_no_color_disables_colours(variables: dict[str, str], coloured: bool) -> None:
    done = CliRunner().invoke(main, ["upload", "no.jpg"], color=True, env={**variables})
    assert ("\x1b[" in done.stdout) == coloured


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_shells_script(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert f"_DARKROOM_COMPLETE={shell}_complete" in done.stdout


def launched(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`darkroom ARGUMENTS` from another folder."""
    return subprocess.run(
        [LAUNCHER, *arguments],
        cwd="/",
        env=users_environment() | variables,
        capture_output=True,
        text=True,
        timeout=GENEROUS,
    )


def test_the_launcher_runs_anywhere_and_names_itself() -> None:
    done = launched("upload", "--help")
    assert done.stdout.startswith("Usage: darkroom upload")
    assert "\n      darkroom upload holiday.jpg\n" in done.stdout


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("darkroom upl", {"plain,upload"}),
        ("darkroom upload --wa", {"plain,--wait"}),
        ("darkroom list --status re", {"plain,ready", "plain,rejected"}),
    ],
)
def test_verbs_options_and_values_are_completed(words: str, wanted: set[str]) -> None:
    number = str(words.count(" "))
    variables = {"_DARKROOM_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": number}
    done = CliRunner().invoke(main, prog_name="darkroom", env=variables)
    assert set(done.stdout.split()) == wanted


def test_the_launcher_says_how_to_set_up_the_environment(tmp_path: Path) -> None:
    copy = tmp_path / "darkroom"
    copy.write_text(LAUNCHER.read_text())
    done = subprocess.run([sys.executable, copy, "list"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == f"Darkroom is not set up yet. Run this once: make -C '{tmp_path}' setup\n"


def test_ctrl_c_ends_the_launcher_quietly_while_it_starts(tmp_path: Path) -> None:
    (tmp_path / "darkroom").write_text(LAUNCHER.read_text())
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops/__main__.py").write_text("raise KeyboardInterrupt")
    command = [sys.executable, tmp_path / "darkroom", "list"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "Stopped.\n")


def test_a_closed_pipe_ends_a_list_quietly(darkroom: FakeDarkroom) -> None:
    order = {"filename": "a" * 200, "content_type": "image/jpeg", "size": 5, "sha256": "0"}
    for number in range(900):
        image = new_image(number, order)
        darkroom.images[image["id"]] = image
    assert first_line(f"list --all --json --api {darkroom.address}").startswith("{")


def test_a_closed_pipe_ends_the_logs_quietly(tmp_path: Path) -> None:
    line = {"timestamp": "2026-05-01T12:00:01Z", "level": "INFO", "message": "a" * 200}
    (tmp_path / "log").write_text(f"{json.dumps(line)}\n" * 2000)
    assert "INFO" in first_line(f"logs {tmp_path}/log")


def first_line(command: str) -> str:
    """The first line of a verb's output, after which the pipe is closed."""
    line = f"{LAUNCHER} {command} | head -1"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=GENEROUS)
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
    return done.stdout


def sending(darkroom: FakeDarkroom, folder: Path) -> subprocess.Popen[str]:
    """Start `upload FOLDER`."""
    command = [sys.executable, "-m", "ops", "upload", str(folder), "--json", "--concurrency", "3"]
    variables = {"DARKROOM_API": darkroom.address, "DATA_DIR": str(folder.parent / ".data")}
    return subprocess.Popen(
        command,
        cwd=PROJECT,
        env=users_environment() | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_in_the_middle(darkroom: FakeDarkroom) -> bool:
    """Whether the bucket is closed, with three uploads waiting."""
    return not darkroom.open.is_set() and darkroom.at_once == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_upload_continues_and_no_file_is_sent_twice(
    darkroom: FakeDarkroom, tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for name in range(8):
        (folder / f"{name}.jpg").write_bytes(b"%d" % name * 3_000_000)
    darkroom.polls = 3
    darkroom.closes_at = 2
    with sending(darkroom, folder) as process:
        until(lambda: is_in_the_middle(darkroom) or process.poll() is not None)
        process.send_signal(number)
        out, err = process.communicate(timeout=GENEROUS)
    darkroom.open.set()
    if number == signal.SIGKILL:
        assert process.returncode == -number
    else:
        message = "the same command continues from here."
        assert (process.returncode, message in err) == (130, True)
    assert len(out.splitlines()) < 8
    until(lambda: darkroom.at_once == 0)
    with sending(darkroom, folder) as process:
        out, err = process.communicate(timeout=GENEROUS)
    assert (process.returncode, err) == (0, "")
    outcomes = [json.loads(line) for line in out.splitlines()]
    assert {outcome["status"] for outcome in outcomes} == {"ready"}
    assert len({outcome["image_id"] for outcome in outcomes}) == len(outcomes) == 8
    assert len(set(darkroom.arrivals)) == 8
    unused = [image for image in darkroom.images.values() if image["status"] == "pending"]
    # A kill may come between a ticket and its record.
    assert not unused or number == signal.SIGKILL


def test_a_terminal_shows_bars_for_each_file_and_for_all(
    darkroom: FakeDarkroom, folder: Path
) -> None:
    ours, theirs = pty.openpty()
    variables = {"TERM": "xterm", "COLUMNS": "120", "DATA_DIR": str(folder.parent)}
    darkroom.open.clear()
    with subprocess.Popen(
        [LAUNCHER, "upload", folder, "--api", darkroom.address],
        env=users_environment() | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        seen = b""
        while b"c.webp" not in seen or b"0 of 3 finished" not in seen:
            seen += os.read(ours, 65_536)
        darkroom.open.set()
        out = process.communicate(timeout=GENEROUS)[0].decode()
    os.close(ours)
    assert "\x1b" not in out
    assert out.splitlines()[-1] == "3 files, 3 ready"

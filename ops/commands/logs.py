"""`python -m ops logs`: shows the application's JSON logs in readable form."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from darkroom_client.cli.exit_codes import FAILED
from ops.project import PROJECT

_DATA_HELP = "Data directory with the logs, if no files are given  [default: .darkroom]"
_COLOURS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}
_SHOWN = ("timestamp", "level", "message", "image_id", "function", "exception")
# Fields that are the same on every line, or only for CloudWatch.
_HIDDEN = ("logger", "stage", "request_id", "_aws")

Line = dict[str, Any]


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--image", metavar="ID", help="Only lines about this image.")
@click.option("--data-dir", envvar="DATA_DIR", type=click.Path(path_type=Path), help=_DATA_HELP)
def logs(files: tuple[Path, ...], image: str | None, data_dir: Path | None) -> None:
    """Show log lines of the application; without FILES, those of `make run`.

        python -m ops logs --image 01M7Y2N0N9BYRK049JRFXGS292

    A dash is standard input, which is shown live:

        tail -F .darkroom/logs/worker-1.log | python -m ops logs -

        aws logs tail /aws/lambda/darkroom-dev-process_upload --follow | python -m ops logs -
    """
    try:
        found = _read(files or _logs_of(data_dir or PROJECT / ".darkroom"))
        for line in found:
            if image in (None, line.get("image_id")):
                click.echo(readable(line))
    except BrokenPipeError:
        raise  # the reader has closed the pipe
    except OSError as error:
        click.echo(f"No logs can be read. {error}", err=True)
        sys.exit(FAILED)


def _logs_of(data: Path) -> tuple[Path, ...]:
    return (data / "logs" / "api.log", *sorted((data / "logs").glob("worker-*.log")))


def _read(files: Iterable[Path]) -> Iterable[Line]:
    """Lines of standard input as they come, or lines of files, sorted by time."""
    if list(files) == [Path("-")]:
        return parsed(sys.stdin)
    lines = [line for file in files for line in parsed(file.read_text("utf-8").splitlines())]
    return sorted(lines, key=lambda line: line["timestamp"])


def parsed(texts: Iterable[str]) -> Iterator[Line]:
    """The JSON log lines among `texts`; prefixes such as those of the AWS CLI are removed."""
    for text in texts:
        try:
            line = json.loads(text[text.index("{") :])
        except ValueError:
            continue
        if isinstance(line, dict) and {"timestamp", "level", "message"} <= line.keys():
            yield line


def readable(line: Line) -> str:
    """One readable line, followed by the traceback if there is one."""
    at = datetime.fromisoformat(line["timestamp"]).astimezone()
    level = click.style(f"{line['level']:<7}", fg=_COLOURS.get(line["level"]))
    rest = [f"{name}={line[name]}" for name in line if name not in (*_SHOWN, *_HIDDEN)]
    parts = [f"{at:%H:%M:%S}", level, line.get("function", ""), line.get("image_id", "")]
    trace = [f"\n{line['exception']}"] if "exception" in line else []
    return "  ".join([part for part in (*parts, line["message"], *rest) if part]) + "".join(trace)

"""Runs the command line as an operator of a running stack."""

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Container, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from ops.local.names import IMAGES_TABLE
from ops.project import PROJECT
from tests.holding_proxy import running_proxy
from tests.stack.running import Stack, users_environment
from tests.waiting import GENEROUS, until


@dataclass(frozen=True)
class Outcome:
    """A command's exit code and output."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> Any:
        """The JSON output; AssertionError if the command failed."""
        assert self.code == 0, self.out + self.err
        return json.loads(self.out)


class Operator:
    """Runs verbs against a stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        addresses = {
            "API_PORT": stack.api,
            "SITE_PORT": stack.site,
            "S3_PORT": stack.s3_address,
            "AWS_PORT": stack.aws_address,
        }
        ports = {name: _port(address) for name, address in addresses.items()}
        self.environment = {"DATA_DIR": str(stack.data), **ports}

    def run(self, *arguments: str, **variables: str) -> Outcome:
        """Run a verb to its end."""
        return run(arguments, {**self.environment, **variables})

    def see(self, *arguments: str) -> str:
        """Everything that a verb prints to a terminal."""
        ours, theirs = pty.openpty()
        variables = {"TERM": "xterm", "COLUMNS": "120"}
        process = subprocess.Popen(
            command(arguments),
            cwd=PROJECT,
            env={**users_environment(), **self.environment, **variables},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        seen = b""
        with os.fdopen(ours, "rb", buffering=0) as terminal, suppress(OSError):  # EIO at the end
            while some := terminal.read(65_536):
                seen += some
        assert process.wait(GENEROUS) == 0, seen
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())

    def interrupt(self, number: signal.Signals, done: int, *arguments: str) -> Outcome:
        """Run a backfill, and send it a signal once it has imported `done` objects."""
        with (
            running_proxy(self.stack.s3_address, _is_import, done) as s3,
            running_proxy(self.stack.aws_address, _is_import, done) as aws,
            subprocess.Popen(
                command(arguments),
                cwd=PROJECT,
                env={
                    **users_environment(),
                    **self.environment,
                    "S3_PORT": _port(s3.address),
                    "AWS_PORT": _port(aws.address),
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as process,
        ):
            try:
                until(lambda: s3.is_holding or aws.is_holding or process.poll() is not None)
                process.send_signal(number)
                s3.open()
                aws.open()
                out, err = process.communicate(timeout=GENEROUS)
            finally:
                process.kill()
        return Outcome(process.returncode, out, err)

    def is_idle(self) -> bool:
        """Whether the workers are idle; the tables are too slow to poll."""
        with closing(
            sqlite3.connect(self.stack.data / "events.sqlite", timeout=GENEROUS)
        ) as events:
            return not events.execute("SELECT count(*) FROM tasks").fetchone()[0]

    def statuses(self) -> Counter[str]:
        """The number of images by status."""
        return Counter(row["status"]["S"] for row in self._rows() if "status" in row)

    def tries(self) -> Counter[str]:
        """How often processing of each image was started, by id."""
        begun = [row for row in self._rows() if row.get("event", {}).get("S") == "processing"]
        return Counter(row["id"]["S"] for row in begun)

    def lose_rows(self, ids: Container[str] | None = None) -> None:
        """Delete all rows of the table, or those of the images `ids`."""
        rows = [row for row in self._rows() if ids is None or row["id"]["S"] in ids]
        keys = [{part: row[part] for part in ("id", "entry")} for row in rows]
        for first in range(0, len(keys), 25):
            some = [{"DeleteRequest": {"Key": key}} for key in keys[first : first + 25]]
            self.stack.client("dynamodb").batch_write_item(RequestItems={IMAGES_TABLE: some})

    def _rows(self) -> list[dict[str, Any]]:
        pages = self.stack.client("dynamodb").get_paginator("scan")
        return [row for page in pages.paginate(TableName=IMAGES_TABLE) for row in page["Items"]]


def _port(address: str) -> str:
    return str(urlsplit(address).port)


def _is_import(_request: str, headers: Message) -> bool:
    """Whether a request copies an object, or queues its processing."""
    target = headers.get("X-Amz-Target", "")
    return "x-amz-copy-source" in headers or target.endswith(".SendMessage")


def run(arguments: tuple[str, ...], variables: Mapping[str, str]) -> Outcome:
    """Run a verb to its end. Empty variables are removed."""
    environment = {**users_environment(), **variables}
    done = subprocess.run(
        command(arguments),
        cwd=PROJECT,
        env={name: value for name, value in environment.items() if value},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=GENEROUS,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "ops", *arguments]

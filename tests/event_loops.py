"""Runs asynchronous functions in tests, also where the browser's event loop is running."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import anyio

T = TypeVar("T")


def run(function: Callable[[], Awaitable[T]], backend: str = "asyncio") -> T:
    """What `function` returns, run in a thread of its own: Playwright's loop stays in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, function, backend=backend).result()

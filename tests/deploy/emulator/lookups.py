"""Caches for moto's lookups.

For each request moto lists its own package's directories, and the methods of the response class.
"""

import functools

from moto import backends
from moto.core import responses, utils


def cache_lookups() -> None:
    """Make this process's moto look these up only once."""
    modules = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    cached = functools.cache(utils.method_names_from_class)
    responses.method_names_from_class = cached  # type: ignore[attr-defined]

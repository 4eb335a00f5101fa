"""moto's lookups at a bearable price.

For each request moto lists the folders of its own code, and the methods of the class that answers.
"""

import functools

from moto import backends
from moto.core import responses, utils


def remember_lookups() -> None:
    """Teach this process's moto to look once."""
    modules = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    remembered = functools.cache(utils.method_names_from_class)
    responses.method_names_from_class = remembered  # type: ignore[attr-defined]

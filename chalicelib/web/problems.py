"""The problems that the API returns; docs/api.md lists them in a table."""

from chalicelib.errors import RequestError

# Sorted by status, then in order of definition.
PROBLEMS: tuple[type[RequestError], ...] = tuple(
    sorted(RequestError.__subclasses__(), key=lambda problem: problem.status)
)

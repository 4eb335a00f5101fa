"""API Gateway's own answers, as the application would give them."""

from chalice.app import Response

from chalicelib.errors import RequestError
from chalicelib.web.answers import problem


def refusal(error: RequestError, page: str) -> Response:
    """The problem details of `error`, which the page at the origin `page` may read.

    They tell nothing of anybody, and cannot depend on who asks: a further page does not see them.
    """
    answered = problem(error)
    answered.headers |= {
        "Access-Control-Allow-Origin": page,
        "Access-Control-Expose-Headers": "Retry-After, WWW-Authenticate",
        "X-Content-Type-Options": "nosniff",
    }
    return answered

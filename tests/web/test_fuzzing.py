"""A short round of `python -m tests.web.fuzzing`."""

from tests.web.conftest import Api
from tests.web.fuzzing import fuzz


def test_every_answer_is_as_the_openapi_document_says(api: Api) -> None:
    report = fuzz(api.address, api.token, examples=3, seed=1)
    assert report.passed, report.said
    assert report.requests > 300

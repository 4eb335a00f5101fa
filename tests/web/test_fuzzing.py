"""A short run of `python -m tests.web.fuzzing`."""

from tests.web.conftest import Api
from tests.web.fuzzing import fuzz


def test_every_response_is_as_the_openapi_document_says(api: Api) -> None:
    report = fuzz(api.address, api.token, examples=3, seed=1)
    assert report.passed, report.output
    assert report.requests > 300

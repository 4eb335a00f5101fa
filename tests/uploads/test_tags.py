"""Tags that a ticket gives its image."""

import json
from types import ModuleType

from chalice.test import Client

from chalicelib.model.image import ObjectVersion
from tests.builders import put
from tests.pictures import jpeg

ORDER = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 1000}


def ticket(application: ModuleType, **changes: object) -> tuple[int, dict[str, object]]:
    with Client(application.app, stage_name="none") as client:
        answer = client.http.post(
            "/uploads",
            body=json.dumps(ORDER | changes).encode(),
            headers={"Content-Type": "application/json"},
        )
    return answer.status_code, answer.json_body


def test_an_image_gets_the_tags_of_its_ticket(application: ModuleType) -> None:
    status, given = ticket(application, tags=[" Red door", "summer", "Summer"])
    assert status == 201
    image = application.wiring.images.get(given["image_id"])
    put(application.wiring, jpeg(), image.original_file)
    version = ObjectVersion(bucket=image.bucket, key=image.original_file, sequencer="A1")
    done = application.wiring.processor.process(version)
    assert (done.status, done.tags) == ("ready", ("Red door", "summer"))


def test_a_tag_with_a_control_character_is_refused(application: ModuleType) -> None:
    status, problem = ticket(application, tags=["a\u0007b"])
    assert (status, str(problem["detail"]).startswith("tags:")) == (422, True)


def test_more_than_fifty_tags_are_refused(application: ModuleType) -> None:
    assert ticket(application, tags=[str(number) for number in range(51)])[0] == 422

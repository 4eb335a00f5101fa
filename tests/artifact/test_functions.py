"""The whole pipeline in the packaged functions, run by Lambda's own runtime client."""

import json
from typing import Any

import requests

from ops.local import names
from ops.local.runtime.schedule import schedule_event
from ops.local.stack.credentials import profiles_file
from ops.local.stack.options import Options
from ops.local.stack.ports import free_ports
from tests.artifact.conftest import Start
from tests.auth.issuer import AUDIENCE, running_issuer
from tests.pictures import jpeg
from tests.policies.stores import distribution_config
from tests.sandbox.events import api_event, created_event
from tests.sandbox.function import Function
from tests.stack.running import client
from tests.waiting import GENEROUS

ISSUER = {
    "AUTH_MODE": "jwt",
    "JWT_AUDIENCE": AUDIENCE,
    "JWT_DEFAULT_SCOPES": "read",
}


def body_of(function: Function, event: dict[str, Any]) -> dict[str, Any]:
    """The JSON body of the API's response."""
    answer = function.call(event)
    assert answer.outcome == "response", answer
    assert answer.body["statusCode"] < 300, answer.body["body"] + function.output()
    shown: dict[str, Any] = json.loads(answer.body["body"])
    return shown


def uploaded(start: Start, data: bytes) -> dict[str, Any]:
    """Upload a file to SeaweedFS with a ticket of the packaged API; return its event."""
    order = {"filename": "cat.jpg", "content_type": "image/jpeg", "size": len(data)}
    with start("app.app") as api:
        ticket = body_of(api, api_event("POST", "/uploads", body=order))
    sent = requests.post(
        ticket["url"], data=ticket["fields"], files={"file": ("cat.jpg", data)}, timeout=GENEROUS
    )
    assert sent.status_code in (200, 204), sent.text
    etag = sent.headers["ETag"].strip('"')
    return created_event(names.UPLOADS_BUCKET, ticket["fields"]["key"], len(data), etag)


def image_of(start: Start, event: dict[str, Any]) -> dict[str, Any]:
    """The image of an upload's event, from the packaged API."""
    image_id = event["Records"][0]["s3"]["object"]["key"].split("/")[2]
    shown = api_event(
        "GET", f"/images/{image_id}", resource="/images/{image_id}", image_id=image_id
    )
    with start("app.app") as api:
        return body_of(api, shown)


def test_an_upload_with_a_ticket_becomes_ready_and_its_renditions_are_stored(
    start: Start, stores: Options
) -> None:
    event = uploaded(start, jpeg(2000, 1500))
    with start("app.process_upload") as processor:
        assert processor.call(event).outcome == "response"
    image = image_of(start, event)
    assert image["status"] == "ready"
    assert [r["variant"] for r in image["renditions"]] == ["1080p", "720p", "mobile", "thumbnail"]
    s3 = client("s3", stores.s3_url, profiles_file(stores.data), "admin")
    for rendition in image["renditions"]:
        stored = s3.head_object(Bucket=names.IMAGES_BUCKET, Key=rendition["key"])
        assert stored["ContentLength"] == rendition["bytes"]


def test_the_api_describes_itself(start: Start) -> None:
    with start("app.app") as api:
        assert body_of(api, api_event("GET", "/openapi.json"))["info"]["title"] == "Darkroom"


def test_a_bad_picture_is_rejected_without_an_error(start: Start) -> None:
    event = uploaded(start, b"no picture at all")
    with start("app.process_upload") as processor:
        assert processor.call(event).outcome == "response"
    image = image_of(start, event)
    assert (image["status"], image["reason"]) == ("rejected", "not_an_image")


def test_a_transient_error_leaves_the_handler(start: Start) -> None:
    event = uploaded(start, jpeg())
    (unused_port,) = free_ports(1)
    away = f"http://{names.HOST}:{unused_port}"
    with start("app.process_upload", AWS_ENDPOINT_URL_S3=away) as processor:
        answer = processor.call(event)
    assert (answer.outcome, answer.body["errorType"]) == ("error", "TransientError")
    assert image_of(start, event)["status"] == "processing"


def test_the_removal_of_an_unknown_object_succeeds(start: Start) -> None:
    with start("app.process_removal") as function:
        event = created_event(names.UPLOADS_BUCKET, "unknown.jpg", 1, "")
        assert function.call(event).outcome == "response"


def test_a_scheduled_call_sweeps_to_the_end(start: Start) -> None:
    with start("app.sweep") as function:
        assert function.call(schedule_event("sweep")).outcome == "response"
        lines = [json.loads(line) for line in function.output().splitlines()]
    (ended,) = [line for line in lines if line["message"] == "sweep ended"]
    assert ended["complete"]


def test_an_erased_image_is_invalidated_in_cloudfront(
    start: Start, stores: Options, moto: str
) -> None:
    event = uploaded(start, jpeg(seed=7))
    key = event["Records"][0]["s3"]["object"]["key"]
    cloudfront = client("cloudfront", moto, profiles_file(stores.data), "admin")
    config = distribution_config("artifact")
    made = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
    image_id = key.split("/")[2]
    erasing = api_event(
        "DELETE", f"/images/{image_id}", resource="/images/{image_id}", image_id=image_id
    )
    settings = {"DISTRIBUTION_ID": made["Id"], "AWS_ENDPOINT_URL_CLOUDFRONT": moto}
    with start("app.app", **settings) as api:
        receipt = body_of(api, erasing)
    found = cloudfront.get_invalidation(DistributionId=made["Id"], Id=receipt["invalidation"])
    paths = found["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]
    assert paths == [f"/images/{image_id}/*", f"/i/{image_id}*", f"/{image_id}/*"]


def test_the_authorizer_accepts_an_issuers_tokens(start: Start) -> None:
    request = {"type": "TOKEN", "methodArn": "arn:aws:execute-api:r:1:api/api/GET/images"}
    with (
        running_issuer() as issuer,
        start("app.authorize", JWT_ISSUER=issuer.address, **ISSUER) as authorizer,
    ):
        contexts = [
            authorizer.call({**request, "authorizationToken": f"Bearer {token}"}).body["context"]
            for token in (issuer.token(), issuer.token()[:-4], issuer.token(aud="x"))
        ]
    assert contexts == [{"subject": "auth0%7Cann", "scopes": "read"}, {}, {}]

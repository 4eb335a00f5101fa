"""Darkroom's wiring: routes and event handlers. What they do is in chalicelib."""

import os

from chalice.app import Chalice, CloudWatchEvent, Rate, Response, S3Event, SQSEvent

from chalicelib import __version__, notifications
from chalicelib.batches import for_each
from chalicelib.deadlines import seconds_left
from chalicelib.records import EVERYONE
from chalicelib.telemetry import watched, write_json_lines
from chalicelib.web import openapi
from chalicelib.web.answers import Edge, respond
from chalicelib.web.requests import (
    AgainRequest,
    ListQuery,
    ObjectRequest,
    UploadQuery,
    UploadRequest,
    valid_id,
)
from chalicelib.wiring import Wiring

app = Chalice(app_name="darkroom", configure_logs=False)
app.register_middleware(watched)
wiring = Wiring.from_environment(os.environ)
write_json_lines(wiring.settings.log_level)
edge = Edge(app, wiring.settings.origins)


def owner() -> str:
    """Whose images this request is about."""
    return EVERYONE


@app.route("/uploads", methods=["POST"])
@edge
def create_upload() -> Response:
    asked = edge.body(UploadRequest)
    ticket = wiring.tickets.post(
        owner(),
        asked.filename,
        asked.content_type,
        asked.size,
        asked.sha256,
        asked.focal_point,
    )
    return respond(ticket, 200 if hasattr(ticket, "duplicate_of") else 201)


@app.route("/generate-upload-url")
@edge
def generate_upload_url() -> object:
    asked = edge.query(UploadQuery)
    return wiring.tickets.put(owner(), asked.filename, asked.content_type, asked.size)


@app.route("/images")
@edge
def list_images() -> object:
    asked = edge.query(ListQuery)
    return wiring.library.list(owner(), asked.status, asked.limit, asked.cursor)


@app.route("/images", methods=["POST"])
@edge
def process_object() -> object:
    asked = edge.body(ObjectRequest)
    return wiring.library.process(asked.bucket, asked.key, owner(), asked.focal_point)


@app.route("/images/{image_id}")
@edge
def show_image(image_id: str) -> object:
    return wiring.library.show(valid_id(image_id), owner())


@app.route("/images/{image_id}", methods=["DELETE"])
@edge
def delete_image(image_id: str) -> object:
    return wiring.library.delete(valid_id(image_id), owner())


@app.route("/images/{image_id}/reprocess", methods=["POST"])
@edge
def reprocess_image(image_id: str) -> Response:
    asked = edge.optional_body(AgainRequest)
    shown = wiring.library.reprocess(valid_id(image_id), owner(), asked.focal_point)
    return respond(shown, 202)


@app.route("/variants")
@edge
def list_variants() -> object:
    return {"variants": wiring.variants}


@app.route("/health")
@edge
def health() -> object:
    return {"status": "ok", "version": __version__}


@app.route("/openapi.json")
@edge
def show_openapi() -> object:
    return openapi.document()


for path in list(app.routes):
    app.route(path, methods=["OPTIONS"], name=f"preflight {path}")(edge.preflight)


@app.on_s3_event(bucket=wiring.settings.uploads_bucket, events=["s3:ObjectCreated:*"])
def process_upload(event: S3Event) -> None:
    versions = notifications.object_versions(event.to_dict())
    time_left = seconds_left(event.context)
    for_each(versions, lambda one: wiring.processor.process(one, time_left=time_left))


@app.on_s3_event(bucket=wiring.settings.uploads_bucket, events=["s3:ObjectRemoved:*"])
def process_removal(event: S3Event) -> None:
    for_each(notifications.object_versions(event.to_dict()), wiring.eraser.object_removed)


# Five at once process a million images a day, and leave the account's other calls to uploads.
@app.on_sqs_message(queue=wiring.settings.work_queue, batch_size=1, maximum_concurrency=5)
def process_again(event: SQSEvent) -> None:
    for record in event:
        wish = notifications.request_to_process_again(record.body)
        wiring.processor.again(wish, seconds_left(event.context))


@app.on_sqs_message(queue=wiring.settings.failures_queue, batch_size=1)
def record_failure(event: SQSEvent) -> None:
    for record in event:
        wiring.failures.record(notifications.failure(record.body))


# A receiver that is slow holds so many functions, and no more.
@app.on_sqs_message(queue=wiring.settings.webhooks_queue, batch_size=1, maximum_concurrency=5)
def send_webhook(event: SQSEvent) -> None:
    for record in event:
        wiring.webhooks.deliver(notifications.webhook(record.to_dict()))


@app.schedule(Rate(10, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> None:
    wiring.sweeper.run(seconds_left(event.context, reserve=20))

"""Darkroom's wiring: routes and event handlers. What they do is in chalicelib."""

import os

from chalice.app import (
    AuthRequest,
    AuthResponse,
    Chalice,
    CloudWatchEvent,
    Rate,
    Response,
    S3Event,
    SQSEvent,
)

from chalicelib import __version__, notifications
from chalicelib.access.callers import Scope
from chalicelib.batches import for_each
from chalicelib.deadlines import seconds_left
from chalicelib.telemetry import judged, watched, write_json_lines
from chalicelib.web.answers import Edge, respond
from chalicelib.web.gate import VERDICT_SECONDS, Gate, verdict
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
app.register_middleware(edge.frame, "http")
gate = Gate(app, wiring.settings.auth_mode)


@app.authorizer(ttl_seconds=VERDICT_SECONDS)
def authorize(request: AuthRequest) -> AuthResponse:
    return judged(request, lambda asked: verdict(wiring.doorkeeper.recognize(asked.token)))


guard = None if gate.is_open else authorize


@app.route("/uploads", methods=["POST"], authorizer=guard)
@edge
def create_upload() -> Response:
    caller = gate.caller(Scope.UPLOAD)
    asked = edge.body(UploadRequest)
    ticket = wiring.tickets.post(
        caller.owner,
        asked.filename,
        asked.content_type,
        asked.size,
        asked.sha256,
        asked.focal_point,
    )
    return respond(ticket, 200 if hasattr(ticket, "duplicate_of") else 201)


@app.route("/generate-upload-url", authorizer=guard)
@edge
def generate_upload_url() -> object:
    caller = gate.caller(Scope.UPLOAD)
    asked = edge.query(UploadQuery)
    return wiring.tickets.put(caller.owner, asked.filename, asked.content_type, asked.size)


@app.route("/images", authorizer=guard)
@edge
def list_images() -> object:
    caller = gate.caller(Scope.READ)
    asked = edge.query(ListQuery)
    owner = caller.listing(asked.owner)
    return wiring.library.list(owner, asked.status, asked.limit, asked.cursor)


@app.route("/images", methods=["POST"], authorizer=guard)
@edge
def process_object() -> object:
    caller = gate.caller(Scope.UPLOAD)
    asked = edge.body(ObjectRequest)
    return wiring.library.process(asked.bucket, asked.key, caller.reach, asked.focal_point)


@app.route("/images/{image_id}", authorizer=guard)
@edge
def show_image(image_id: str) -> object:
    caller = gate.caller(Scope.READ)
    return wiring.library.show(valid_id(image_id), caller.reach)


@app.route("/images/{image_id}", methods=["DELETE"], authorizer=guard)
@edge
def delete_image(image_id: str) -> object:
    caller = gate.caller(Scope.DELETE)
    return wiring.library.delete(valid_id(image_id), caller.reach)


@app.route("/images/{image_id}/reprocess", methods=["POST"], authorizer=guard)
@edge
def reprocess_image(image_id: str) -> Response:
    caller = gate.caller(Scope.UPLOAD)
    asked = edge.optional_body(AgainRequest)
    shown = wiring.library.reprocess(valid_id(image_id), caller.reach, asked.focal_point)
    return respond(shown, 202)


@app.route("/variants", authorizer=guard)
@edge
def list_variants() -> object:
    gate.caller(Scope.READ)
    return {"variants": wiring.variants}


@app.route("/health")
@edge
def health() -> object:
    return {"status": "ok", "version": __version__}


@app.route("/openapi.json")
@edge
def show_openapi() -> object:
    from chalicelib.web import openapi  # which no other request waits for

    return openapi.document(openapi.Terms.of(wiring.settings))


edge.complete()


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

"""Routes and event handlers, as Chalice needs them; the logic is in chalicelib."""

import os
import sys

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

from chalicelib import __version__, lambda_events
from chalicelib.auth.callers import Scope
from chalicelib.lambda_events import for_each, seconds_left
from chalicelib.model.patch import ImagePatch
from chalicelib.telemetry import log_authorizer, log_invocation, write_json_lines
from chalicelib.web.boundary import HttpBoundary
from chalicelib.web.request_auth import AUTHORIZER_TTL_SECONDS, RequestAuth, authorizer_response
from chalicelib.web.requests import (
    ORIGIN_SECRET_HEADER,
    PATCH_TYPES,
    AgainRequest,
    CompletionRequest,
    ListQuery,
    ObjectRequest,
    PartsRequest,
    ShareRequest,
    ShowQuery,
    UploadQuery,
    UploadRequest,
    valid_id,
)
from chalicelib.web.responses import image_response, json_response, redirect
from chalicelib.wiring import Wiring

# Chalice's own command line lacks this project's policies, packagers and limits. Commands that need
# them start again as `.venv/bin/chalice`: they import this module before they change anything.
_extended = "AWS_CHALICE_CLI_MODE" not in os.environ or "ops.packaging" in sys.modules
if not _extended and {"deploy", "package", "plan"} & {*sys.argv}:
    command = [sys.executable, "-m", "ops.deploy.chalice_cli", *sys.argv[1:]]
    os.execv(sys.executable, command)  # noqa: S606

app = Chalice(app_name="darkroom", configure_logs=False)
app.register_middleware(log_invocation)
wiring = Wiring.from_environment(os.environ)
write_json_lines(wiring.settings.log_level)
boundary = HttpBoundary(app, wiring.settings.origins)
app.register_middleware(boundary.middleware, "http")
request_auth = RequestAuth(app, wiring.settings.auth_mode)


@app.authorizer(ttl_seconds=AUTHORIZER_TTL_SECONDS)
def authorize(request: AuthRequest) -> AuthResponse:
    return log_authorizer(
        request, lambda auth: authorizer_response(wiring.authenticator.authenticate(auth.token))
    )


guard = None if request_auth.is_open else authorize


@app.route("/uploads", methods=["POST"], authorizer=guard)
@boundary
def create_upload() -> Response:
    caller = request_auth.caller(Scope.UPLOAD)
    body = boundary.body(UploadRequest)
    issue = wiring.tickets.multipart if body.multipart else wiring.tickets.post
    ticket = issue(
        caller.owner, body.filename, body.content_type, body.size, body.sha256, body.choices
    )
    return json_response(ticket, 200 if hasattr(ticket, "duplicate_of") else 201)


@app.route("/uploads/{image_id}/parts", authorizer=guard)
@boundary
def show_upload(image_id: str) -> object:
    caller = request_auth.caller(Scope.UPLOAD)
    return wiring.multipart_uploads.show(valid_id(image_id), caller)


@app.route("/uploads/{image_id}/parts", methods=["POST"], authorizer=guard)
@boundary
def sign_parts(image_id: str) -> object:
    caller = request_auth.caller(Scope.UPLOAD)
    body = boundary.body(PartsRequest)
    return wiring.multipart_uploads.sign(valid_id(image_id), caller, body.checksums)


@app.route("/uploads/{image_id}/complete", methods=["POST"], authorizer=guard)
@boundary
def complete_upload(image_id: str) -> object:
    caller = request_auth.caller(Scope.UPLOAD)
    body = boundary.body(CompletionRequest)
    return wiring.multipart_uploads.complete(valid_id(image_id), caller, body.parts)


@app.route("/uploads/{image_id}", methods=["DELETE"], authorizer=guard)
@boundary
def abort_upload(image_id: str) -> object:
    caller = request_auth.caller(Scope.UPLOAD)
    return wiring.multipart_uploads.abort(valid_id(image_id), caller)


@app.route("/generate-upload-url", authorizer=guard)
@boundary
def generate_upload_url() -> object:
    caller = request_auth.caller(Scope.UPLOAD)
    query = boundary.query(UploadQuery)
    return wiring.tickets.put(
        caller.owner, query.filename, query.content_type, query.size, query.choices
    )


@app.route("/images", authorizer=guard)
@boundary
def list_images() -> object:
    caller = request_auth.caller(Scope.READ)
    query = boundary.query(ListQuery)
    return wiring.library.list(caller, query.owner, query.search(), query.limit, query.cursor)


@app.route("/images", methods=["POST"], authorizer=guard)
@boundary
def process_object() -> object:
    caller = request_auth.caller(Scope.UPLOAD)
    body = boundary.body(ObjectRequest)
    return wiring.library.process(body.bucket, body.key, caller, body.focal_point)


@app.route("/images/{image_id}", authorizer=guard)
@boundary
def show_image(image_id: str) -> Response:
    caller = request_auth.caller(Scope.READ)
    query = boundary.query(ShowQuery)
    return image_response(wiring.library.show(valid_id(image_id), caller, query.sizes or ""))


@app.route(
    "/images/{image_id}", methods=["PATCH"], authorizer=guard, content_types=list(PATCH_TYPES)
)
@boundary
def change_image(image_id: str) -> Response:
    caller = request_auth.caller(Scope.UPLOAD)
    patch = boundary.body(ImagePatch)
    revisions = boundary.expected_revisions()
    return image_response(wiring.library.change(valid_id(image_id), caller, patch, revisions))


@app.route("/images/{image_id}", methods=["DELETE"], authorizer=guard)
@boundary
def delete_image(image_id: str) -> object:
    caller = request_auth.caller(Scope.DELETE)
    return wiring.library.delete(valid_id(image_id), caller)


@app.route("/images/{image_id}/reprocess", methods=["POST"], authorizer=guard)
@boundary
def reprocess_image(image_id: str) -> Response:
    caller = request_auth.caller(Scope.UPLOAD)
    body = boundary.optional_body(AgainRequest)
    image = wiring.library.reprocess(valid_id(image_id), caller, body.focal_point)
    return json_response(image, 202)


@app.route("/images/{image_id}/original", authorizer=guard)
@boundary
def download_original(image_id: str) -> Response:
    caller = request_auth.caller(Scope.READ)
    return redirect(wiring.library.original(valid_id(image_id), caller), 303)


@app.route("/images/{image_id}/share", methods=["POST"], authorizer=guard)
@boundary
def share_image(image_id: str) -> Response:
    caller = request_auth.caller(Scope.UPLOAD)
    body = boundary.optional_body(ShareRequest)
    return json_response(wiring.library.share(valid_id(image_id), caller, body.expires_in), 201)


@app.route("/images/{image_id}/share", authorizer=guard)
@boundary
def list_shares(image_id: str) -> object:
    caller = request_auth.caller(Scope.READ)
    return wiring.library.shares(valid_id(image_id), caller)


@app.route("/images/{image_id}/share/{share_id}", methods=["DELETE"], authorizer=guard)
@boundary
def revoke_share(image_id: str, share_id: str) -> object:
    caller = request_auth.caller(Scope.UPLOAD)
    return wiring.library.revoke_share(valid_id(image_id), caller, share_id)


@app.route("/shared/{token}")
@boundary
def follow_share(token: str) -> Response:
    return redirect(wiring.sharing.follow(token), 303)


@app.route("/renditions/private/{image_id}/{folder}/{name}")
@boundary
def locate_private_rendition(image_id: str, folder: str, name: str) -> Response:
    secret = boundary.header(ORIGIN_SECRET_HEADER)
    return redirect(wiring.delivery.locate(valid_id(image_id), folder, name, secret))


@app.route("/renditions/{image_id}/{folder}/{name}")
@boundary
def locate_rendition(image_id: str, folder: str, name: str) -> Response:
    return redirect(wiring.delivery.locate(valid_id(image_id), folder, name))


@app.route("/variants", authorizer=guard)
@boundary
def list_variants() -> object:
    request_auth.caller(Scope.READ)
    return {"variants": wiring.variants}


@app.route("/health")
@boundary
def health() -> object:
    return {"status": "ok", "version": __version__}


@app.route("/openapi.json")
@boundary
def show_openapi() -> object:
    from chalicelib.web.openapi import document  # no other request pays for this import

    return document.build(document.Terms.of(wiring.settings))


boundary.add_missing_methods()


@app.on_s3_event(bucket=wiring.settings.uploads_bucket, events=["s3:ObjectCreated:*"])
def process_upload(event: S3Event) -> None:
    versions = lambda_events.object_versions(event.to_dict())
    time_left = seconds_left(event.context)
    for_each(versions, lambda version: wiring.processor.process(version, time_left=time_left))


@app.on_s3_event(bucket=wiring.settings.uploads_bucket, events=["s3:ObjectRemoved:*"])
def process_removal(event: S3Event) -> None:
    for_each(lambda_events.object_versions(event.to_dict()), wiring.deleter.object_removed)


# Five at once process a million images a day and leave the account's concurrency to uploads.
@app.on_sqs_message(queue=wiring.settings.work_queue, batch_size=1, maximum_concurrency=5)
def process_again(event: SQSEvent) -> None:
    for record in event:
        request = lambda_events.reprocess_request(record.body)
        wiring.processor.reprocess(request, seconds_left(event.context))


@app.on_sqs_message(queue=wiring.settings.failures_queue, batch_size=1)
def record_failure(event: SQSEvent) -> None:
    for record in event:
        wiring.failures.record(lambda_events.failure(record.body))


# A slow receiver occupies at most this many functions.
@app.on_sqs_message(queue=wiring.settings.webhooks_queue, batch_size=1, maximum_concurrency=5)
def send_webhook(event: SQSEvent) -> None:
    for record in event:
        wiring.webhooks.deliver(lambda_events.webhook(record.to_dict()))


@app.schedule(Rate(10, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> None:
    wiring.sweeper.run(seconds_left(event.context, reserve=20))

"""What the widget in a browser asks this site, and what Darkroom does."""

import base64
import hashlib
import hmac
import json
import re
import time
from typing import Any
from urllib.parse import quote

from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from django_darkroom import api, snapshots, tokens
from django_darkroom.conf import Mode, configuration
from django_darkroom.signed import sign, verify

_TOLERANCE = 300  # seconds by which a webhook's time may differ, as the standard's libraries allow

# What an upload needs, and nothing else that the site's token would allow.
_PROXIED = {
    "GET": re.compile(r"images/\w+|uploads/\w+/parts"),
    "POST": re.compile(r"uploads|uploads/\w+/(?:parts|complete)"),
    "DELETE": re.compile(r"uploads/\w+"),
}
_ADDRESSES = ("status_url", "parts_url")


@never_cache
@require_GET
def token(request: HttpRequest) -> HttpResponse:
    """A short-lived token for the signed-in user's browser."""
    if not tokens.may_upload(request.user):
        return _problem(403, "You may not upload photos here.")
    found = {"token": tokens.browser_token(request.user), "expires_in": tokens.LIFETIME}
    return JsonResponse(found)


# Its response can be read by pages of this origin only, and what it stores comes from Darkroom.
@csrf_exempt
@never_cache
@require_POST
def image(request: HttpRequest, image_id: str) -> HttpResponse:
    """The signed value of an image that the user has uploaded, or whose present value they have."""
    if not tokens.may_upload(request.user):
        return _problem(403, "You may not upload photos here.")
    present = verify(request.POST.get("value", ""))
    known = present if present and present.id == image_id else None
    try:
        if known:
            found = snapshots.refresh(known)
        else:
            found = snapshots.fetch(image_id, tokens.owner_of(request.user))
    except api.ApiError as reason:
        return _problem(reason.status if reason.status == 404 else 502, str(reason))
    return JsonResponse({"value": sign(found), "status": found.status})


# It authenticates with a header that no other site's page can send, not with cookies.
@csrf_exempt
@never_cache
def proxy(request: HttpRequest, path: str = "") -> HttpResponse:
    """Forward what an upload needs to the API, with the site's token."""
    allowed = _PROXIED.get(request.method or "")
    if configuration().mode is not Mode.TOKEN or not (allowed and allowed.fullmatch(path)):
        raise Http404
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not _may_use(tokens.user_of(bearer)):
        return _problem(401, "The token is not valid, or has expired.")
    try:
        response = api.call(
            request.method or "", f"/{quote(path)}", tokens.server_token(), request.body
        )
    except api.ApiError as reason:
        return _problem(502, str(reason))
    # A 401 would have the browser request another token, which helps nobody.
    status = 502 if response.status == 401 else response.status
    answer = HttpResponse(_local(response.body), status=status, content_type="application/json")
    if response.retry_after:
        answer["Retry-After"] = response.retry_after
    return answer


@require_GET
def discovery(request: HttpRequest) -> HttpResponse:
    """The discovery document of this site as an issuer (OpenID Connect)."""
    issuer = _issuer()
    return JsonResponse({"issuer": issuer, "jwks_uri": f"{issuer.rstrip('/')}/jwks.json"})


@require_GET
def jwks(request: HttpRequest) -> HttpResponse:
    """The keys with which Darkroom verifies this site's tokens."""
    _issuer()
    return JsonResponse(tokens.public_keys())


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Store the new state of an image that one of Darkroom's events is about."""
    if not _is_genuine(request):
        return _problem(401, "The signature is not valid.")
    try:
        event = json.loads(request.body)
        image_id, owner = str(event["id"]), str(event.get("owner", ""))
    except (ValueError, LookupError, TypeError, AttributeError):
        return _problem(400, "This is no event of Darkroom.")
    try:
        # Events arrive in any order, so the image is read as it is now.
        snapshots.store(snapshots.fetch(image_id, owner))
    except api.ApiError as reason:
        if reason.status != 404:
            return _problem(503, str(reason))  # Darkroom sends it again
    return HttpResponse(status=204)


def _issuer() -> str:
    given = configuration()
    if given.mode is not Mode.ISSUER:
        raise Http404
    return given.issuer


def _may_use(primary_key: str | None) -> bool:
    if primary_key is None:
        return False
    user = get_user_model()._default_manager.filter(pk=primary_key).first()
    return user is not None and tokens.may_upload(user)


def _local(body: bytes) -> bytes:
    """The body with paths in place of the API's addresses, so that they lead to the proxy."""
    try:
        found: Any = json.loads(body)
    except ValueError:
        return body
    if not isinstance(found, dict):
        return body
    for name in _ADDRESSES:
        match = re.search(r"/(?:images|uploads)/[^?#]*$", str(found.get(name, "")))
        if match:
            found[name] = match.group()
    return json.dumps(found).encode()


def _is_genuine(request: HttpRequest) -> bool:
    """Whether Darkroom sent it, by one of the secrets (Standard Webhooks)."""
    timestamp = request.headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > _TOLERANCE:
        return False
    signed = f"{request.headers.get('webhook-id', '')}.{timestamp}.".encode() + request.body
    given = request.headers.get("webhook-signature", "").split()
    return any(
        hmac.compare_digest(signature, f"v1,{_mac(secret, signed)}")
        for secret in configuration().webhook_secret.split()
        for signature in given
        if signature.isascii()
    )


def _mac(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _problem(status: int, detail: str) -> HttpResponse:
    found = {"title": detail, "status": status, "detail": detail}
    return JsonResponse(found, status=status, content_type="application/problem+json")

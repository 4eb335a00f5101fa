"""The webhooks of the OpenAPI document."""

from typing import Any

from chalicelib.events.schemas import NAMES, SCHEMAS, ImageEvent

Json = dict[str, Any]


def webhooks(reference: str) -> Json:
    """The webhooks by event name; `reference` is the schema reference, with `{name}`."""
    return {NAMES[line]: _webhook(NAMES[line], form, reference) for line, form in SCHEMAS.items()}


def _webhook(name: str, form: type[ImageEvent], reference: str) -> Json:
    """The request sent to the webhook URL; see docs/events.md."""
    summary = (form.__doc__ or "").partition("\n")[0]
    properties = {
        "type": {"const": name},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": {"$ref": reference.format(name=form.__name__)},
    }
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    headers = [
        {"name": f"webhook-{name}", "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("id", "timestamp", "signature")
    ]
    accepted = {"2XX": {"description": "Accepted; any other response is retried for a day."}}
    return {
        "post": {
            "summary": summary,
            "parameters": headers,
            "requestBody": body,
            "responses": accepted,
        }
    }

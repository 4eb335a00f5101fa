"""The webhooks of the OpenAPI document."""

from typing import Any

from chalicelib.telling.forms import FORMS, NAMES, Told

Json = dict[str, Any]


def webhooks(reference: str) -> Json:
    """What is posted, by the events' names; `reference` leads to a form by its `{name}`."""
    return {
        NAMES[status]: _webhook(NAMES[status], form, reference) for status, form in FORMS.items()
    }


def _webhook(name: str, form: type[Told], reference: str) -> Json:
    """What is posted to the receiver of webhooks; docs/events.md says more."""
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
    taken = {"2XX": {"description": "Taken; anything else is tried again for a day."}}
    return {
        "post": {
            "summary": summary,
            "parameters": headers,
            "requestBody": body,
            "responses": taken,
        }
    }

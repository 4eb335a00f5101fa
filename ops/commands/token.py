"""`python -m ops token`: manages bearer tokens of a stage with AUTH_MODE token."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import click

from chalicelib.auth.callers import LONGEST_SUBJECT, Scope, is_valid_subject
from chalicelib.auth.tokens import ApiToken, new_token
from chalicelib.web.request_auth import AUTHORIZER_TTL_SECONDS
from chalicelib.wiring import utc_now
from darkroom_client.cli.exit_codes import DONE, EXPLAINED, FAILED
from darkroom_client.cli.terminal import say
from ops.aws_errors import explained
from ops.maintenance.options import stage_options, where
from ops.maintenance.stage_access import LOCAL, open_stage
from ops.terminal import report

_USUAL = "upload,read,delete"
_SPANS = {"m": "minutes", "h": "hours", "d": "days"}
_COLUMNS = ("id", "ending", "subject", "scopes", "name", "created", "expires")


@click.group()
def token() -> None:
    """Create, list and revoke API tokens."""


@token.command(epilog=EXPLAINED)
@click.option("--subject", required=True, help="Owner of the images, such as an e-mail address.")
@click.option(
    "--scopes",
    default=_USUAL,
    show_default=True,
    help="Permissions: upload, read, delete; admin is all of them, for all owners' images.",
)
@click.option("--name", default="", help="Description for the list.")
@click.option("--expires-in", help="Lifetime, such as 90d, 12h or 30m  [default: unlimited]")
@stage_options
def create(subject: str, scopes: str, name: str, expires_in: str | None, **given: Any) -> None:
    """Create a token. It is shown only once: only its hash is stored.

        python -m ops token create --stage dev --subject ann@example.com --expires-in 90d

    Callers send it in the header `Authorization: Bearer TOKEN`.
    """
    if not is_valid_subject(subject):
        raise click.UsageError(
            f"A subject must have 1 to {LONGEST_SUBJECT} bytes and no control characters."
        )
    wanted, now = _scopes(scopes), utc_now()
    expires_at = now + _span(expires_in) if expires_in else None
    as_json = given.pop("as_json")
    with explained():
        place = where(given)
        wiring = open_stage(place)
        text, made = new_token(subject, wanted, name, now, expires_at)
        wiring.token_store.put(made)
    if as_json:
        click.echo(json.dumps({**_shown(made), "token": text}))
        return
    click.echo(text)
    say("Save it now: it is not shown again.")
    if place.stage != LOCAL and wiring.settings.auth_mode != "token":
        say(f"It is not needed: this stage's AUTH_MODE is {wiring.settings.auth_mode}.")


@token.command("list", epilog=EXPLAINED)
@stage_options
def list_tokens(**given: Any) -> None:
    """List all tokens, oldest first, with owners and scopes, but not the tokens themselves.

        python -m ops token list --stage dev

    `revoke` needs their ids.
    """
    as_json = given.pop("as_json")
    with explained():
        found = [_shown(api_token) for api_token in open_stage(where(given)).token_store.all()]
    report({"tokens": found}, _table(found) or ["There are no tokens."], as_json=as_json)


@token.command(epilog=EXPLAINED)
@click.argument("ids", nargs=-1, required=True)
@stage_options
def revoke(ids: tuple[str, ...], **given: Any) -> None:
    """Revoke tokens, by the ids that `token list` shows.

        python -m ops token revoke 01M7Y2N0N9BYRK049JRFXGS292 --stage dev

    They are refused within a minute.
    """
    as_json = given.pop("as_json")
    with explained():
        store = open_stage(where(given)).token_store
        unknown = [token_id for token_id in ids if not store.remove(token_id)]
    revoked = [token_id for token_id in ids if token_id not in unknown]
    after = f"is revoked, and refused within {AUTHORIZER_TTL_SECONDS} seconds."
    lines = [f"{token_id} {after}" for token_id in revoked]
    lines += [f"There is no token {token_id}." for token_id in unknown]
    report({"revoked": revoked, "unknown": unknown}, lines, as_json=as_json)
    sys.exit(FAILED if unknown else DONE)


def _scopes(text: str) -> frozenset[Scope]:
    words = [word for word in re.split(r"[,\s]+", text) if word]
    wrong = [word for word in words if word not in set(Scope)]
    if wrong or not words:
        raise click.UsageError(f"--scopes allows {', '.join(Scope)}, not {text!r}.")
    return frozenset(Scope(word) for word in words)


def _span(text: str) -> timedelta:
    match = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text)
    if not match:
        raise click.UsageError(f"--expires-in must be a number with m, h or d, not {text!r}.")
    return timedelta(**{_SPANS[match.group(2)]: int(match.group(1))})


def _shown(api_token: ApiToken) -> dict[str, Any]:
    return {
        "id": api_token.id,
        "ending": api_token.ending,
        "subject": api_token.subject,
        "scopes": [scope.value for scope in api_token.scopes],
        "name": api_token.name,
        "created": _time(api_token.created_at),
        "expires": _time(api_token.expires_at) if api_token.expires_at else None,
    }


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _table(found: list[dict[str, Any]]) -> list[str]:
    rows = [[_cell(row, column) for column in _COLUMNS] for row in found]
    lines = [list(_COLUMNS), *rows] if rows else []
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]


def _cell(row: Mapping[str, Any], column: str) -> str:
    value = row[column]
    if isinstance(value, list):
        return ",".join(value)
    return str(value or "-").translate({ord(c): "?" for c in "\n\r\t\x1b"})

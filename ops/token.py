"""`python -m ops token`: bearer tokens of a stage that runs with AUTH_MODE token."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import click

from chalicelib.access.callers import LONGEST_SUBJECT, Scope, is_subject
from chalicelib.access.tokens import Token, new_token
from chalicelib.web.gate import VERDICT_SECONDS
from chalicelib.wiring import utc_now
from ops.cloud.faults import explained
from ops.upkeep.command import EXIT_CODES, stage_options, where
from ops.upkeep.reaching import LOCAL, reach
from ops.upkeep.showing import report, say

_USUAL = "upload,read,delete"
_SPANS = {"m": "minutes", "h": "hours", "d": "days"}
_COLUMNS = ("id", "ending", "subject", "scopes", "name", "created", "expires")


@click.group()
def token() -> None:
    """Make, list and revoke the tokens that callers of the API bring."""


@token.command(epilog=EXIT_CODES)
@click.option("--subject", required=True, help="Whose images it is about, such as an e-mail.")
@click.option(
    "--scopes",
    default=_USUAL,
    show_default=True,
    help="What it allows: upload, read, delete; admin is all of it, for everybody's images.",
)
@click.option("--name", default="", help="What it is for, as the list shows it.")
@click.option("--expires-in", help="How long it holds, such as 90d, 12h or 30m  [default: always]")
@stage_options
def create(subject: str, scopes: str, name: str, expires_in: str | None, **given: Any) -> None:
    """Make a token. It is shown once: what is kept of it cannot be turned back.

        python -m ops token create --stage dev --subject ann@example.com --expires-in 90d

    Callers send it in the header Authorization, after the word Bearer.
    """
    if not is_subject(subject):
        raise click.UsageError(
            f"A subject has 1 to {LONGEST_SUBJECT} bytes, no control characters."
        )
    wanted, now = _scopes(scopes), utc_now()
    expires_at = now + _span(expires_in) if expires_in else None
    as_json = given.pop("as_json")
    with explained():
        place = where(given)
        wiring = reach(place)
        text, made = new_token(subject, wanted, name, now, expires_at)
        wiring.token_store.put(made)
    if as_json:
        click.echo(json.dumps({**_shown(made), "token": text}))
        return
    click.echo(text)
    say("Keep it now: it is not shown again.")
    if place.stage != LOCAL and wiring.settings.auth_mode != "token":
        say(f"Nothing asks for it: AUTH_MODE of this stage is {wiring.settings.auth_mode}.")


@token.command("list", epilog=EXIT_CODES)
@stage_options
def list_tokens(**given: Any) -> None:
    """List all tokens, oldest first: whose they are and what they allow, not the tokens.

        python -m ops token list --stage dev

    Their ids are what `revoke` takes.
    """
    as_json = given.pop("as_json")
    with explained():
        found = [_shown(one) for one in reach(where(given)).token_store.all()]
    report({"tokens": found}, _table(found) or ["There are no tokens."], as_json=as_json)


@token.command(epilog=EXIT_CODES)
@click.argument("ids", nargs=-1, required=True)
@stage_options
def revoke(ids: tuple[str, ...], **given: Any) -> None:
    """Revoke tokens, by the ids that `token list` shows.

        python -m ops token revoke 01M7Y2N0N9BYRK049JRFXGS292 --stage dev

    Within a minute nobody is let in with them.
    """
    as_json = given.pop("as_json")
    with explained():
        store = reach(where(given)).token_store
        unknown = [one for one in ids if not store.remove(one)]
    revoked = [one for one in ids if one not in unknown]
    lines = [f"{one} is revoked, and refused within {VERDICT_SECONDS} seconds." for one in revoked]
    lines += [f"There is no token {one}." for one in unknown]
    report({"revoked": revoked, "unknown": unknown}, lines, as_json=as_json)
    sys.exit(1 if unknown else 0)


def _scopes(text: str) -> frozenset[Scope]:
    words = [word for word in re.split(r"[,\s]+", text) if word]
    wrong = [word for word in words if word not in set(Scope)]
    if wrong or not words:
        raise click.UsageError(f"--scopes may name {', '.join(Scope)}; {text!r} does not.")
    return frozenset(Scope(word) for word in words)


def _span(text: str) -> timedelta:
    known = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text)
    if not known:
        raise click.UsageError(f"--expires-in is a number with m, h or d, not {text!r}.")
    return timedelta(**{_SPANS[known.group(2)]: int(known.group(1))})


def _shown(one: Token) -> dict[str, Any]:
    return {
        "id": one.id,
        "ending": one.ending,
        "subject": one.subject,
        "scopes": [scope.value for scope in one.scopes],
        "name": one.name,
        "created": _time(one.created_at),
        "expires": _time(one.expires_at) if one.expires_at else None,
    }


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _table(found: list[dict[str, Any]]) -> list[str]:
    rows = [[_cell(one, column) for column in _COLUMNS] for one in found]
    lines = [list(_COLUMNS), *rows] if rows else []
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]


def _cell(one: Mapping[str, Any], column: str) -> str:
    value = one[column]
    if isinstance(value, list):
        return ",".join(value)
    return str(value or "-").translate({ord(c): "?" for c in "\n\r\t\x1b"})

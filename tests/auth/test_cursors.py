"""Attempts with cursors that the API did not issue for this list."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from chalicelib.auth.callers import Scope
from tests.auth.harness import UPLOAD, Harness


@dataclass
class Lists:
    """Cursors of the lists of ann and bob."""

    ann: str
    ann_pending: str
    bob: str
    newest: str


def flipped(cursor: str, place: int) -> str:
    other = "A" if cursor[place] != "A" else "B"
    return cursor[:place] + other + cursor[place:][1:]


def by_hand(lists: Lists) -> str:
    key = {"id": lists.newest, "created_at": "2026-01-01T00:00:00.000000Z"}
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


ATTEMPTS: dict[str, Callable[[Lists], str]] = {
    "another owner's": lambda lists: lists.bob,
    "that of another filter": lambda lists: lists.ann_pending,
    "a position with its first letter changed": lambda lists: flipped(lists.ann, 0),
    "a signature with its last letter changed": lambda lists: flipped(lists.ann, -1),
    "the position alone": lambda lists: lists.ann.rpartition(".")[0],
    "the signature alone": lambda lists: "." + lists.ann.rpartition(".")[2],
    "a truncated signature": lambda lists: lists.ann[:-1],
    "a signature with a letter more": lambda lists: lists.ann + "0",
    "a signature in capitals": lambda lists: (
        lists.ann.rpartition(".")[0] + "." + lists.ann.rpartition(".")[2].upper()
    ),
    "one's own position with another's signature": lambda lists: (
        lists.ann.rpartition(".")[0] + "." + lists.bob.rpartition(".")[2]
    ),
    "one made by hand": by_hand,
    "one made by hand, with a signature": lambda lists: f"{by_hand(lists)}.{64 * '0'}",
    "a dot": lambda _: ".",
    "a word": lambda _: "forged",
}


@pytest.fixture
def lists(harness: Harness) -> Lists:
    tokens = {subject: harness.token(subject) for subject in ("ann", "bob")}
    newest = ""
    for token in tokens.values():
        for _ in range(2):
            newest = harness.request("POST", "/uploads", token, UPLOAD).json_body["image_id"]
    cursors = {
        name: harness.request("GET", f"/images?limit=1{query}", tokens[subject]).json_body[
            "next_cursor"
        ]
        for name, subject, query in (
            ("ann", "ann", ""),
            ("ann_pending", "ann", "&status=pending"),
            ("bob", "bob", ""),
        )
    }
    return Lists(newest=newest, **cursors)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_cursor_of_another_list_or_none_is_refused(
    harness: Harness, lists: Lists, attempt: str
) -> None:
    cursor = ATTEMPTS[attempt](lists)
    answer = harness.request("GET", f"/images?limit=1&cursor={cursor}", harness.token("ann"))
    assert (answer.status_code, answer.json_body["code"]) == (422, "invalid_request")
    assert "cursor" in answer.json_body["detail"]


def test_the_right_cursor_continues_the_list(harness: Harness, lists: Lists) -> None:
    answer = harness.request("GET", f"/images?limit=1&cursor={lists.ann}", harness.token("ann"))
    assert len(answer.json_body["images"]) == 1


def test_an_admin_needs_a_cursor_of_the_same_list(harness: Harness, lists: Lists) -> None:
    root = harness.token("root", frozenset({Scope.ADMIN}))
    path = "/images?limit=1&owner={}&cursor={}"
    assert harness.request("GET", path.format("bob", lists.bob), root).status_code == 200
    assert harness.request("GET", path.format("bob", lists.ann), root).status_code == 422

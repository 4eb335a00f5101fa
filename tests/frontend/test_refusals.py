"""Uploads that do not succeed: each shows the reason in a sentence."""

from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.actions import (
    big_file,
    data_transfer,
    drop,
    expect_end,
    items,
    photo,
    pick,
    thumbnails,
)
from tests.frontend.api import problem
from tests.frontend.darkroom import FakeDarkroom


@pytest.mark.parametrize(
    ("name", "mime_type", "content", "sentence"),
    [
        ("notes.txt", "text/plain", b"words", "This file isn't an image."),
        ("none.jpg", "image/jpeg", b"", "This file is empty."),
        (
            "mystery",
            "",
            b"?",
            "We can't tell what type of file this is. "
            "Check that its name ends in .jpg, .png or similar.",
        ),
    ],
)
def test_a_file_that_cannot_be_processed_is_refused_before_it_is_sent(
    page: Page, darkroom: FakeDarkroom, name: str, mime_type: str, content: bytes, sentence: str
) -> None:
    page.goto(darkroom.site)
    drop(page.locator("body"), data_transfer(page, (name, mime_type, content)))
    expect_end(items(page), "rejected", sentence)
    assert darkroom.orders == []


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "rejected"),
        (HTTPStatus.UNPROCESSABLE_ENTITY, "rejected"),
        (HTTPStatus.FORBIDDEN, "failed"),
    ],
)
def test_a_problem_document_is_shown_as_its_detail(
    page: Page, darkroom: FakeDarkroom, status: HTTPStatus, state: str
) -> None:
    darkroom.problem = problem(status, "A sentence from the server.")
    page.goto(darkroom.site)
    expect_end(pick(page, photo()), state, "A sentence from the server.")
    assert darkroom.arrivals == []


@pytest.mark.parametrize(
    ("code", "state", "sentence"),
    [
        (
            "EntityTooLarge",
            "rejected",
            "The storage service refused this file because it is too large.",
        ),
        (
            "AccessDenied",
            "failed",
            "The storage service refused this upload. Try again.",
        ),
        ("NeverHeardOf", "failed", "The storage service refused this file. Try again."),
    ],
)
def test_an_error_of_the_store_is_shown_as_a_sentence_of_ours(
    page: Page, darkroom: FakeDarkroom, code: str, state: str, sentence: str
) -> None:
    darkroom.refusal = code
    page.goto(darkroom.site)
    expect_end(pick(page, photo()), state, sentence)


def test_a_rejected_photo_shows_the_servers_sentence(page: Page, darkroom: FakeDarkroom) -> None:
    sentence = "The file ends before the picture does."
    darkroom.rejection = {"status": "rejected", "reason": "corrupt_image", "detail": sentence}
    page.goto(darkroom.site)
    expect_end(pick(page, photo()), "rejected", sentence)
    expect(thumbnails(page)).to_have_count(0)


def test_a_failed_photo_is_reported_as_our_problem(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.rejection = {"status": "failed"}
    page.goto(darkroom.site)
    expect_end(
        pick(page, photo()),
        "failed",
        "Darkroom couldn't process this photo. The problem is on our side, not with your photo.",
    )


def test_a_brief_outage_of_the_api_does_not_end_the_wait(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.goto(darkroom.site)
    expect(page.locator(".state-title")).not_to_be_empty()
    darkroom.read_faults = [503, 429, 502]
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")


def test_after_two_minutes_the_page_stops_waiting_and_says_so(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.worker_open.clear()
    page.clock.install()
    page.goto(darkroom.site)
    item = pick(page, photo())
    expect(item).to_have_attribute("data-state", "processing")
    page.clock.fast_forward("02:01")
    expect_end(
        item,
        "failed",
        "Darkroom is still processing this photo. It will appear in the gallery when it's ready.",
    )


def test_an_upload_can_be_cancelled_and_the_focus_stays_on_it(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    item = pick(page, big_file(tmp_path))
    expect(item).to_have_attribute("data-state", "uploading")
    page.get_by_role("button", name="Cancel the upload of harbour.jpg").press("Enter")
    expect_end(item, "cancelled", "You cancelled this upload.")
    expect(item).to_be_focused()


def test_a_page_without_settings_says_so(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.configured = False
    page.goto(darkroom.site)
    sentence = "This page can't find its settings (config.json), so it can't reach Darkroom."
    expect(page.locator(".state-hint")).to_have_text(sentence)
    expect_end(pick(page, photo()), "failed", sentence)

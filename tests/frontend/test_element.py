"""`<darkroom-uploader>` in pages of another origin."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import ImageColor
from playwright.sync_api import Browser, Page, expect

from tests.frontend.actions import (
    data_transfer,
    drop,
    drop_from_disk,
    expect_end,
    items,
    message,
    paste,
    photo,
    pick,
)
from tests.frontend.conftest import watched_page
from tests.frontend.darkroom import FakeDarkroom
from tests.pictures import jpeg
from tests.waiting import until

EVENTS = """() => {
    globalThis.events = [];
    for (const name of ["added", "progress", "ready", "error", "idle", "dismissed"]) {
        document.addEventListener(`darkroom:${name}`, ({ type, detail }) => {
            events.push([type.split(":")[1], detail.file?.name, detail.phase ?? detail.image?.id]);
        });
    }
}"""


def embed(darkroom: FakeDarkroom, page: Page, element: str, around: str = "{}") -> None:
    """Open a foreign page with this element in it."""
    darkroom.embed(element, around)
    page.goto(darkroom.foreign)
    page.wait_for_function("() => customElements.get('darkroom-uploader')")


def test_one_script_and_one_element_are_enough(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page, "<darkroom-uploader></darkroom-uploader>")
    expect_end(pick(page, photo()), "ready", "4 variants, 97% smaller")
    assert len(darkroom.orders[0]["sha256"]) == 64


def test_a_foreign_api_is_named_by_an_attribute(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.configured = False
    embed(darkroom, page, f'<darkroom-uploader api="{darkroom.api}/"></darkroom-uploader>')
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")


def refused_origin(darkroom: FakeDarkroom) -> str:
    """The foreign page's address under a name that is not allowed."""
    return darkroom.foreign.replace("127.0.0.1", "localhost")


def expect_refused(page: Page, darkroom: FakeDarkroom, complaints: list[str]) -> None:
    """Expect that a photo fails at once, with a sentence that names the page's origin."""
    page.evaluate(EVENTS)
    expect_end(
        pick(page, photo()),
        "failed",
        f"This Darkroom doesn't accept requests from {refused_origin(darkroom)}. "
        "Whoever runs it can add this origin to the allowed ones (ALLOWED_ORIGINS).",
    )
    assert [phase for _, _, phase in page.evaluate("events")].count("retrying") == 0
    complaints[:] = [text for text in complaints if "blocked by CORS policy" not in text]


def test_an_origin_that_the_api_refuses_is_named(
    page: Page, darkroom: FakeDarkroom, complaints: list[str]
) -> None:
    darkroom.embed("<darkroom-uploader></darkroom-uploader>")
    page.goto(refused_origin(darkroom))
    expect_refused(page, darkroom, complaints)
    assert darkroom.orders == []


def test_an_origin_that_may_not_read_the_configuration_is_named(
    page: Page, darkroom: FakeDarkroom, complaints: list[str]
) -> None:
    darkroom.configured_for = darkroom.site
    darkroom.embed("<darkroom-uploader></darkroom-uploader>")
    page.goto(refused_origin(darkroom))
    expect_refused(page, darkroom, complaints)


def test_a_page_gets_an_event_for_each_step(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page, "<darkroom-uploader></darkroom-uploader>")
    page.evaluate(EVENTS)
    item = pick(page, photo())
    expect(item).to_have_attribute("data-state", "ready")
    item.get_by_role("button", name="Dismiss harbour.jpg").click()
    events = page.evaluate("events")
    names = list(dict.fromkeys(name for name, *_ in events))
    assert names == ["added", "progress", "ready", "idle", "dismissed"]
    phases = list(dict.fromkeys(phase for name, _, phase in events if name == "progress"))
    assert phases == ["preparing", "uploading", "processing"]
    assert ["ready", "harbour.jpg", "NEW0001"] in events


def test_a_page_gets_an_error_event_with_the_reason(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page, "<darkroom-uploader></darkroom-uploader>")
    page.evaluate(
        "() => document.addEventListener('darkroom:error', ({ detail }) => {"
        " globalThis.error = [detail.error.outcome, detail.error.message]; })"
    )
    expect(pick(page, photo(content=b""))).to_have_attribute("data-state", "rejected")
    assert page.evaluate("error") == ["rejected", "This file is empty."]


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ('accept="image/png"', "This type of image isn't accepted here."),
        ('max-bytes="100"', "This file is too large. The limit is 100 bytes."),
    ],
)
def test_a_page_may_restrict_type_and_size(
    page: Page, darkroom: FakeDarkroom, attributes: str, sentence: str
) -> None:
    embed(darkroom, page, f"<darkroom-uploader {attributes}></darkroom-uploader>")
    expect_end(pick(page, photo()), "rejected", sentence)
    assert darkroom.orders == []


def test_more_files_than_the_maximum_are_not_added(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page, '<darkroom-uploader multiple max-files="2"></darkroom-uploader>')
    pick(page, *(photo(f"{number}.jpg", jpeg(32, 24, number)) for number in range(3)))
    expect(items(page, "ready")).to_have_count(2)
    note = page.locator("[part=note]")
    expect(note).to_have_text("You can add up to 2 photos here. 1 not added.")


def test_without_multiple_the_later_choice_replaces_the_earlier(
    page: Page, darkroom: FakeDarkroom
) -> None:
    embed(darkroom, page, "<darkroom-uploader></darkroom-uploader>")
    pick(page, photo("first.jpg"))
    expect(items(page, "ready")).to_have_count(1)
    pick(page, photo("second.jpg"))
    expect(page.locator("[part=name]")).to_have_text(["second.jpg"])


def test_only_files_dropped_or_pasted_on_it_are_added(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page, "<darkroom-uploader></darkroom-uploader>", "<p id=text>Words</p>{}")
    files = data_transfer(page, ("one.jpg", "image/jpeg", b"x"))
    drop(page.locator("#text"), files)
    paste(page, files)
    drop(page.locator("[part=area]"), files)
    expect(items(page, "ready")).to_have_count(1)
    expect(items(page)).to_have_count(1)


def test_slots_parts_and_properties_change_its_appearance(
    page: Page, darkroom: FakeDarkroom
) -> None:
    label = '<span slot="button">Add a product photo</span>'
    embed(darkroom, page, f"<darkroom-uploader>{label}</darkroom-uploader>")
    expect(page.get_by_role("button", name="Add a product photo")).to_have_count(1)
    page.evaluate("""() => {
        const styles = new CSSStyleSheet();
        styles.replaceSync(`darkroom-uploader { --darkroom-surface: rgb(1, 2, 3); }
            darkroom-uploader::part(area) { border-style: dashed; }`);
        document.adoptedStyleSheets = [styles];
    }""")
    area = page.locator("[part=area]")
    expect(area).to_have_css("background-color", "rgb(1, 2, 3)")
    expect(area).to_have_css("border-style", "dashed")


@pytest.mark.parametrize(
    ("accent", "text"),
    [("#0b6", "black"), ("#ffe45c", "black"), ("#a34a00", "white"), ("#5b21b6", "white")],
)
def test_the_accent_colours_the_button_and_its_text_stays_legible(
    page: Page, darkroom: FakeDarkroom, accent: str, text: str
) -> None:
    embed(darkroom, page, "<darkroom-uploader></darkroom-uploader>")
    fill, colour = page.evaluate(
        """(accent) => {
            const element = document.querySelector("darkroom-uploader");
            element.style.setProperty("--darkroom-accent", accent);
            const button = element.shadowRoot.querySelector("[part=button]");
            const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
            return ["backgroundColor", "color"].map((property) => {
                pen.fillStyle = getComputedStyle(button)[property];
                pen.fillRect(0, 0, 1, 1);
                return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
            });
        }""",
        accent,
    )
    assert fill == [*ImageColor.getrgb(accent)]
    assert colour == [*ImageColor.getrgb(text)]


def test_a_form_sends_the_ids_and_waits_for_them(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.worker_open.clear()
    element = '<darkroom-uploader name="photo" multiple required></darkroom-uploader>'
    embed(darkroom, page, element, "<form>{}</form>")
    valid = "() => document.forms[0].checkValidity()"
    assert page.evaluate(valid) is False
    pick(page, photo("1.jpg", jpeg(32, 24, 1)), photo("2.jpg", jpeg(32, 24, 2)))
    expect(items(page, "processing")).to_have_count(2)
    assert page.evaluate(valid) is False
    darkroom.worker_open.set()
    expect(items(page, "ready")).to_have_count(2)
    assert page.evaluate(valid) is True
    sent = page.evaluate("() => new FormData(document.forms[0]).getAll('photo')")
    assert sorted(sent) == ["NEW0001", "NEW0002"]
    page.evaluate("() => document.forms[0].reset()")
    expect(items(page)).to_have_count(0)


def test_a_token_comes_from_a_callback_and_is_renewed(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.tokens = {"fresh"}
    embed(darkroom, page, "<darkroom-uploader></darkroom-uploader>")
    page.evaluate("""() => {
        document.querySelector("darkroom-uploader").token =
            async ({ refused }) => (refused ? "fresh" : "stale");
    }""")
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")


def upload(page: Page, darkroom: FakeDarkroom, script: str) -> Any:
    """The result of `script`, in whose scope are upload(), UploadError and `file`."""
    content = list(jpeg(32, 24))
    return page.evaluate(
        f"""async ([address, content]) => {{
            const {{ upload, UploadError }} = await import(address);
            const bytes = new Uint8Array(content);
            const file = new File([bytes], "harbour.jpg", {{ type: "image/jpeg" }});
            {script}
        }}""",
        [f"{darkroom.site}/bundle/uploader.js", content],
    )


def test_a_script_uploads_without_an_element(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page, "")
    script = """
        const phases = new Set();
        const { image } = await upload(file, { onProgress: ({ phase }) => phases.add(phase) });
        return [image.id, image.status, ...phases];
    """
    result = upload(page, darkroom, script)
    assert result == ["NEW0001", "ready", "preparing", "uploading", "processing"]


def test_a_scripts_upload_is_stopped_by_its_signal(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.store_open.clear()
    embed(darkroom, page, "")
    script = """
        const stop = new AbortController();
        const onProgress = ({ phase }) => phase === "uploading" && stop.abort();
        return upload(file, { signal: stop.signal, onProgress }).catch(({ name }) => name);
    """
    assert upload(page, darkroom, script) == "AbortError"


def test_files_and_folders_say_when_what_sends_them_cannot_be_fetched(
    browser: Browser, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    complaints: list[str] = []
    sentence = "Something went wrong on this page. Reload it and try again."
    with browser.new_context(reduced_motion="reduce") as context:
        page = watched_page(context, complaints)
        page.route("**/uploader/upload.js", lambda route: route.abort())
        page.goto(darkroom.site)
        expect_end(pick(page, photo()), "failed", sentence)
        (tmp_path / "a.jpg").write_bytes(jpeg(32, 24))
        drop_from_disk(page, tmp_path)
        expect(page.locator("[part=note]")).to_have_text(sentence)
        darkroom.release()
    # The second one needs the first. Both are logged at any time until the page is closed.
    expected = re.compile(r"(upload|recovery)\.js")
    assert [complaint for complaint in complaints if not expected.search(complaint)] == []


def test_an_element_removed_from_the_page_stops_listening(
    page: Page, darkroom: FakeDarkroom
) -> None:
    embed(darkroom, page, "<darkroom-uploader everywhere></darkroom-uploader>")
    page.evaluate("() => document.querySelector('darkroom-uploader').remove()")
    drop(page.locator("body"), data_transfer(page, ("one.jpg", "image/jpeg", b"x")))
    assert darkroom.orders == []


def test_the_live_example_shows_its_own_snippet(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(f"{darkroom.site}/embed.html")
    snippet = page.locator("#snippet").text_content() or ""
    assert f'src="{darkroom.site}/bundle/uploader.js"' in snippet
    pick(page, photo())
    expect(page.locator("#events strong").first).to_have_text("darkroom:idle")
    expect(message(items(page))).to_have_text("4 variants, 97% smaller")
    until(lambda: len(darkroom.arrivals) == 1)

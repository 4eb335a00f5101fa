"""A tab of Firefox, with user actions and checks."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.waiting import until

Json = dict[str, Any]

# Elements that are laid out, in the page and in its shadow roots.
FIND = """(selector) => [...document.querySelectorAll("*")]
    .flatMap(({ shadowRoot }) => shadowRoot ?? [])
    .concat(document)
    .flatMap((root) => [...root.querySelectorAll(selector)])
    .filter((element) => element.checkVisibility())"""

# Firefox fetches lazy pictures below the window only when they are scrolled to.
LOADED = """() => [...document.images].filter((img) => img.checkVisibility() && img.src)
    .filter((img) => img.getBoundingClientRect().top < innerHeight)
    .every((img) => img.complete && img.naturalWidth > 0)"""


class Tab:
    """Selectors search open shadow roots too, and match only elements that are laid out."""

    def __init__(self, call: Callable[..., Json], context: str) -> None:
        self._call = call
        self._context = context

    def open(self, address: str) -> None:
        """Navigate there, and wait until the page has loaded."""
        self._call("browsingContext.navigate", context=self._context, url=address, wait="complete")
        # Firefox answers earlier now and then: before the page's scripts have run.
        until(lambda: self.ask("() => document.readyState === 'complete'"))

    def ask(self, function: str, *arguments: Any) -> Any:
        """The result of this JavaScript function for these arguments, passed as JSON."""
        called = f"await ({function})(...{json.dumps(arguments)})"
        answer = self._run(f"async () => JSON.stringify({called} ?? null)")
        return json.loads(answer["value"])

    def texts(self, selector: str) -> list[str]:
        """The elements' texts."""
        found: list[str] = self.ask(
            f"(s) => ({FIND})(s).map((e) => e.textContent.trim())", selector
        )
        return found

    def expect(self, selector: str, *texts: str) -> None:
        """Wait until the elements have these texts; AssertionError with their texts otherwise."""
        with suppress(AssertionError):
            until(lambda: self.texts(selector) == list(texts))
        found = self.texts(selector)
        assert found == list(texts), found

    def expect_pictures(self) -> None:
        """Wait until all images in the window have loaded and can be shown."""
        until(lambda: self.ask(LOADED))

    def click(self, selector: str) -> None:
        """Click the one element that matches."""
        element = self._find(selector)
        self._run("(e) => e.scrollIntoView({ behavior: 'instant', block: 'center' })", element)
        center = {"x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._act("pointer", {"type": "pointerMove", **center}, *press)

    def press(self, *keys: str) -> None:
        """Press these keys together, given as WebDriver's characters, in the focused element."""
        self._act("key", *({"type": k, "value": v} for k in ("keyDown", "keyUp") for v in keys))

    def pick(self, *files: Path) -> None:
        """Choose these files in the uploader."""
        element, paths = self._find("#picker"), [str(file) for file in files]
        self._call("input.setFiles", context=self._context, element=element, files=paths)

    def _find(self, selector: str) -> Json:
        [found] = until(lambda: self._run(FIND, {"type": "string", "value": selector})["value"])
        return {"sharedId": found["sharedId"]}

    def _act(self, device: str, *actions: Json) -> None:
        source = {"type": device, "id": device, "actions": actions}
        self._call("input.performActions", context=self._context, actions=[source])

    def _run(self, function: str, *arguments: Json) -> Json:
        answer = self._call(
            "script.callFunction",
            functionDeclaration=function,
            arguments=arguments,
            awaitPromise=True,
            userActivation=True,
            target={"context": self._context},
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        result: Json = answer["result"]
        return result

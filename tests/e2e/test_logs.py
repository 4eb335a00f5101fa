"""The log of a running stack's processes while they handle a photograph."""

from typing import Any

from ops.commands.logs import parsed
from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack
from tests.waiting import until

FILENAME = "Grandmother in hospital.jpg"


def text_of(stack: Stack) -> str:
    """The logs of the API and the workers."""
    files = [stack.data / "logs/api.log", *(stack.data / "logs").glob("worker-*.log")]
    return "".join(file.read_text() for file in files)


def test_the_log_shows_each_step_of_a_photograph(stack: Stack, client: ApiClient) -> None:
    image_id = client.upload(jpeg(seed=20), FILENAME)
    client.finished(image_id)

    def lines_of_image() -> list[dict[str, Any]]:
        lines = parsed(text_of(stack).splitlines())
        return [line for line in lines if line.get("image_id") == image_id]

    wanted = {
        ("api_handler", "ticket given"),
        ("process_upload", "picture ready"),
        ("api_handler", "request answered"),
    }
    # A step is logged only after its effect can be seen.
    until(lambda: wanted <= {(line["function"], line["message"]) for line in lines_of_image()})
    assert {line["stage"] for line in lines_of_image()} == {"local"}


def test_no_signature_and_no_file_name_is_in_the_log(stack: Stack, client: ApiClient) -> None:
    data = jpeg(seed=21)
    ticket = client.ticket(data, FILENAME)
    client.post(ticket, data)
    client.finished(ticket["image_id"])
    text = text_of(stack)
    secrets = [ticket["fields"][name] for name in ("policy", "x-amz-signature", "key")]
    assert ticket["image_id"] in text
    assert [part for part in (*secrets, "randmother", "X-Amz-") if part in text] == []

"""What the processes of a running stack write while a photograph goes its way."""

from typing import Any

from ops.logs import parsed
from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack
from tests.waiting import until

FILENAME = "Grandmother in hospital.jpg"


def text_of(stack: Stack) -> str:
    """All that the API and the workers have written."""
    files = [stack.data / "logs/api.log", *(stack.data / "logs").glob("worker-*.log")]
    return "".join(file.read_text() for file in files)


def test_the_way_of_a_photograph_can_be_read_from_the_log(stack: Stack, client: ApiClient) -> None:
    image_id = client.upload(jpeg(seed=20), FILENAME)
    client.finished(image_id)

    def own() -> list[dict[str, Any]]:
        lines = parsed(text_of(stack).splitlines())
        return [line for line in lines if line.get("image_id") == image_id]

    wanted = {
        ("api_handler", "ticket given"),
        ("process_upload", "picture ready"),
        ("api_handler", "request answered"),
    }
    # What is written of a step is written after it can be seen.
    until(lambda: wanted <= {(line["function"], line["message"]) for line in own()})
    assert {line["stage"] for line in own()} == {"local"}


def test_no_signature_and_no_file_name_is_in_the_log(stack: Stack, client: ApiClient) -> None:
    data = jpeg(seed=21)
    ticket = client.ticket(data, FILENAME)
    client.post(ticket, data)
    client.finished(ticket["image_id"])
    text = text_of(stack)
    secrets = [ticket["fields"][name] for name in ("policy", "x-amz-signature", "key")]
    assert ticket["image_id"] in text
    assert [part for part in (*secrets, "randmother", "X-Amz-") if part in text] == []

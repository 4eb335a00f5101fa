"""Signed renditions in a running stack: the key is made, and every file is signed with it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.e2e.client import ApiClient
from tests.imaging.credentials import c2pa_report, signed
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack, starting_stack
from tests.waiting import GENEROUS


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack"), SIGN_RENDITIONS="1") as running:
        yield running


def test_it_says_that_nobody_trusts_its_certificates(stack: Stack) -> None:
    assert "every reader of C2PA shows its certificate as untrusted" in "\n".join(stack.lines)


def test_its_key_is_readable_by_this_user_only(stack: Stack) -> None:
    assert (stack.data / "c2pa-key.pem").stat().st_mode & 0o777 == 0o600


def test_renditions_and_sizes_on_demand_are_signed(stack: Stack) -> None:
    client = ApiClient(stack.api)
    image = client.finished(client.upload(signed(jpeg(1400, 900), "jpeg")))
    addresses = {file["url"]: file["format"] for file in image["renditions"]}
    addresses[f"{stack.site}/i/{image['id']}?w=480"] = "webp"
    for address, kind in addresses.items():
        response = requests.get(address, headers={"Accept": "image/webp"}, timeout=GENEROUS)
        assert response.status_code == 200
        report = c2pa_report(response.content, kind)
        assert report["failures"] == {"signingCredential.untrusted"}
        assert report["signature_info"]["common_name"] == "Darkroom on this machine"
        assert [each["relationship"] for each in report["ingredients"]] == ["parentOf"]
    assert all(file["signed"] for file in image["renditions"])
    shown = stack.ops("show", image["id"]).stdout
    assert shown.count("bytes  signed") == len(image["renditions"])


def test_other_programs_know_that_it_signs(stack: Stack) -> None:
    client = ApiClient(stack.api)
    client.finished(client.upload(jpeg(700, 500)))
    found = json.loads(stack.ops("doctor", "--json").stdout)["findings"]
    (renditions,) = (finding for finding in found if finding["part"] == "renditions")
    assert renditions["level"] == "ok"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"C2PA_KEY": "/nowhere.pem", "C2PA_CERTIFICATES": "/nowhere"}, "cannot be read"),
        ({"C2PA_KEY": "alias/signer", "C2PA_CERTIFICATES": "/darkroom/chain"}, "KMS"),
        ({"C2PA_KEY": "alias/signer"}, "C2PA_CERTIFICATES is missing"),
    ],
)
def test_a_key_that_cannot_sign_ends_the_start_with_a_sentence(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    with starting_stack(tmp_path, SIGN_RENDITIONS="1", **settings) as stack:
        assert stack.process.wait(GENEROUS) == 1
    (line,) = stack.lines
    assert line.startswith("Darkroom cannot run. ")
    assert sentence in line

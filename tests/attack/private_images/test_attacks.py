"""No attack of the table succeeds, and whoever may see a private image does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import requests

from ops.local.http.cdn_signatures import cookie_values
from tests.attack.private_images.scene import Scene, cookies, make_scene
from tests.attack.private_images.table import ATTACKS, Attack
from tests.stack.running import running_stack
from tests.waiting import GENEROUS

REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 422, 501})


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with running_stack(tmp_path_factory.mktemp("private"), AUTH_MODE="token") as stack:
        yield make_scene(stack)


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_an_attack_gets_nothing(scene: Scene, attack: Attack) -> None:
    answer = attack.attempt(scene)
    assert (answer.status in REFUSALS, answer.headers.get("Location")) == (True, None)
    assert not answer.headers.get("Content-Type", "").startswith("image/")


def test_the_table_has_at_least_40_attacks_with_names_of_their_own() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 40


# What the attacks come near to works, so that none fails for another reason.


def test_the_owners_url_shows_the_image(scene: Scene) -> None:
    answer = scene.get(f"{scene.path}?{scene.query}")
    assert (answer.status, len(answer.body)) == (200, scene.file["bytes"])


def test_the_owners_hashed_url_shows_the_image(scene: Scene) -> None:
    answer = requests.get(scene.file["immutable_url"], timeout=GENEROUS)
    assert (answer.status_code, len(answer.content)) == (200, scene.file["bytes"])


def test_the_owners_url_answers_head_and_ranges(scene: Scene) -> None:
    signed = f"{scene.path}?{scene.query}"
    assert scene.get(signed, "HEAD").status == 200
    assert scene.get(signed, Range="bytes=0-9").status == 206


def test_no_cache_may_share_a_private_file(scene: Scene) -> None:
    headers = scene.get(f"{scene.path}?{scene.query}").headers
    assert headers["Cache-Control"].startswith("private, ")


def test_cookies_show_all_stable_files_of_the_image(scene: Scene) -> None:
    header = {"Cookie": cookies(scene.query)}
    paths = [f"/private/i/{scene.ann.id}/{name}" for name in ("mobile", "720p.webp")]
    assert [scene.get(path, **header).status for path in paths] == [200, 200]


def test_cookies_can_be_made_of_a_signed_query(scene: Scene) -> None:
    written = "; ".join(f"{name}={value}" for name, value in cookie_values(scene.query).items())
    assert written == cookies(scene.query)


def test_a_canned_policy_shows_its_file(scene: Scene) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    assert scene.get(scene.canned(scene.path, until)).status == 200


def test_a_size_on_demand_is_rendered_and_shown(scene: Scene) -> None:
    signed = f"{scene.stack.site}/private/i/{scene.ann.id}?w=480&{scene.query}"
    answer = requests.get(signed, headers={"Accept": "image/webp"}, timeout=GENEROUS)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")


def test_a_redirect_is_signed_for_its_own_file_alone(scene: Scene) -> None:
    answer = scene.get(f"/private/i/{scene.ann.id}?w=960&{scene.query}")
    target = urlsplit(answer.headers["Location"])
    assert scene.get(f"{target.path}?{target.query}").status == 200
    assert scene.get(f"{scene.path}?{target.query}").status == 403


def test_our_own_transformation_is_rendered_with_the_cdns_signature(scene: Scene) -> None:
    query = f"{scene.transformation}&{scene.query}"
    signed = f"{scene.stack.site}/private/i/{scene.ann.id}?{query}"
    assert requests.get(signed, timeout=GENEROUS).status_code == 200


def test_a_share_shows_the_image(scene: Scene) -> None:
    answer = scene.api(urlsplit(scene.share["url"]).path)
    assert (answer.status, answer.headers["Referrer-Policy"]) == (303, "no-referrer")
    assert requests.get(answer.headers["Location"], timeout=GENEROUS).status_code == 200


def test_a_share_leads_to_one_file_for_five_minutes(scene: Scene) -> None:
    target = urlsplit(scene.api(urlsplit(scene.share["url"]).path).headers["Location"])
    assert scene.get(f"{scene.path}?{target.query}").status == 403


def test_the_owner_downloads_the_original(scene: Scene) -> None:
    answer = requests.get(
        f"{scene.stack.api}/images/{scene.ann.id}/original",
        headers=scene.ann.client.headers,
        timeout=GENEROUS,
    )
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert len(answer.content) == scene.ann.image["bytes"]


def test_the_url_of_an_original_opens_no_other_object(scene: Scene) -> None:
    found = requests.get(
        f"{scene.stack.api}/images/{scene.ann.id}/original",
        headers=scene.ann.client.headers,
        timeout=GENEROUS,
        allow_redirects=False,
    )
    other = found.headers["Location"].replace(scene.ann.id, scene.second["id"])
    assert requests.get(other, timeout=GENEROUS).status_code == 403


def test_no_log_has_a_key_or_a_shares_token(scene: Scene) -> None:
    text = "".join(
        file.read_text(errors="replace") for file in (scene.stack.data / "logs").iterdir()
    )
    secrets = [scene.keys.private_key.splitlines()[1], scene.keys.origin_secret]
    # The token itself may have hyphens; the id before it has none.
    token = scene.share["url"].rpartition("/")[2].partition("-")[2]
    assert len(token) > 20
    assert [secret for secret in (*secrets, token) if secret in text] == []


def test_the_file_of_keys_is_the_owners_alone(scene: Scene) -> None:
    assert (scene.stack.data / "cdn-key").stat().st_mode & 0o077 == 0

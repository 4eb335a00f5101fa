"""Near-duplicates: pictures whose hashes differ in few bits."""

import json
from collections.abc import Callable
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from darkroom_client.duplicates import MOST_BITS, duplicates
from tests.client.conftest import Run
from tests.client.darkroom import FakeDarkroom
from tests.client.test_images import add

__all__ = ["add"]  # a fixture

BASE = 0x96C686F9510479DB
# Hashes near each other and far from each other.
HASHES = st.lists(
    st.builds(
        lambda value, *bits: value ^ sum({1 << bit for bit in bits}),
        st.sampled_from([BASE, ~BASE & (1 << 64) - 1, 0]) | st.integers(0, (1 << 64) - 1),
        *(st.integers(0, 63) for _ in range(6)),
    ),
    max_size=40,
)


def by_comparing_all(hashes: list[int], most: int) -> list[list[int]]:
    group = list(range(len(hashes)))
    for one, other in combinations(range(len(hashes)), 2):
        if (hashes[one] ^ hashes[other]).bit_count() <= most:
            old, new = group[other], group[one]
            group = [new if number == old else number for number in group]
    found = [[n for n, g in enumerate(group) if g == one] for one in dict.fromkeys(group)]
    return [members for members in found if len(members) > 1]


@given(HASHES, st.integers(0, MOST_BITS))
def test_groups_are_those_that_comparing_all_finds(hashes: list[int], most: int) -> None:
    found = duplicates(dict(enumerate(hashes)), most)
    assert found == sorted(by_comparing_all(hashes, most))


def facts(value: int) -> dict[str, object]:
    return {"colors": [], "perceptual_hash": f"{value:016x}", "sharpness": 0.5}


def ready(add: Callable[..., str], value: int, **more: object) -> str:
    known = {"status": "ready", "facts": facts(value), "width": 30, "height": 20, "bytes": 5}
    return add(**(known | more))


def test_images_that_look_alike_are_listed_with_the_largest_first(
    run: Run, add: Callable[..., str]
) -> None:
    small = ready(add, BASE)
    ready(add, ~BASE & (1 << 64) - 1)
    large = ready(add, BASE ^ 0b101, width=3000, height=2000, filename="large\n.jpg")
    done = run("duplicates")
    head, first, second = done.stdout.splitlines()
    assert (done.exit_code, head, done.stderr) == (0, "group 1", "")
    assert first.split()[:2] == [large, "3000×2000"]
    assert (second.split()[0], "2 bits" in second) == (small, True)


def test_fewer_bits_find_fewer(run: Run, add: Callable[..., str]) -> None:
    for value in (BASE, BASE ^ 0b111):
        ready(add, value)
    assert run("duplicates", "--bits", "2").stdout == "No images look alike.\n"
    assert run("duplicates", "--bits", "3").stdout.startswith("group 1\n")


def test_groups_as_json_are_the_apis_images(
    run: Run, add: Callable[..., str], darkroom: FakeDarkroom
) -> None:
    ids = [ready(add, BASE) for _ in range(2)]
    (line,) = run("duplicates", "--json").stdout.splitlines()
    listed = {image["id"]: image for image in json.loads(line)}
    assert set(listed) == set(ids)
    assert all(listed[key]["facts"] == darkroom.images[key]["facts"] for key in ids)


def test_images_without_facts_are_counted(run: Run, add: Callable[..., str]) -> None:
    ready(add, BASE)
    ready(add, BASE, facts=None)
    add(status="rejected")
    done = run("duplicates")
    assert done.stdout == "No images look alike.\n"
    assert "Left out, since they were last processed before hashes were computed: 1." in done.stderr


def test_only_selected_images_are_compared(
    run: Run, add: Callable[..., str], darkroom: FakeDarkroom
) -> None:
    ready(add, BASE)
    run("duplicates", "--tag", "holiday")
    assert darkroom.queries[-1]["tag"] == ["holiday"]


def test_an_images_origin_and_colours_are_shown(run: Run, add: Callable[..., str]) -> None:
    manifest = {
        "manifests": 1,
        "generator": "G",
        "claimed_signer": "Ann\nOther",
        "content_hash": "matches",
    }
    origin = {"digital_source_type": "trainedAlgorithmicMedia", "found_in": [], "c2pa": manifest}
    colors = [{"color": "#102030", "share": 0.61}]
    image_id = ready(add, BASE, provenance=origin, facts=facts(BASE) | {"colors": colors})
    text = run("show", image_id).stdout
    assert "trainedAlgorithmicMedia, signed by Ann�Other as it claims, content hash matches" in text
    assert "#102030 61%" in text

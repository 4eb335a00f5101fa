"""The limits of the packages' structure; `python -m tests.structure` prints the figures."""

import pytest

from tests import structure

# Each hop is a file that a reader opens. Tickets are written, and changes decided, through the
# repository base class.
MOST_HOPS = {
    "POST /uploads": 4,
    "GET /generate-upload-url": 4,
    "PATCH /images/{image_id}": 4,
}


@pytest.mark.parametrize("name", structure.PACKAGES)
def test_a_package_has_no_import_cycle(name: str) -> None:
    assert structure.package(name).cycle == []


def test_the_application_has_at_most_22_modules_on_8_levels() -> None:
    application = structure.package("chalicelib")
    assert (len(application.imports) <= 22, len(application.levels) <= 8) == (True, True)


def test_every_route_reaches_boto3_in_three_hops_and_a_ticket_or_a_change_in_four() -> None:
    hops = {route: len(modules) - 1 for route, modules in structure.hops().items() if modules}
    assert "GET /images/{image_id}" in hops
    assert {route: n for route, n in hops.items() if n > MOST_HOPS.get(route, 3)} == {}

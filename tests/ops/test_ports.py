import pytest

from ops.local.stack import ports


def test_no_port_is_given_out_twice_before_its_server_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ports.random, "sample", lambda choice, _: list(choice))
    first, second = ports.free_ports(5), ports.free_ports(5)
    assert len({*first, *second}) == 10

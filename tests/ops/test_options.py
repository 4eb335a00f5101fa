import socket
from pathlib import Path

import pytest

from ops.local.stack.lock import only_stack
from ops.local.stack.options import StackError, read_options
from ops.local.stack.ports import check_free, free_ports, is_free
from ops.local.storage.seaweed import inner_ports


def test_the_defaults_are_those_of_the_readme() -> None:
    options = read_options({})
    assert (options.api_port, options.site_port, options.s3_port) == (8000, 8080, 8333)
    assert (options.aws_port, options.data.name) == (5001, ".darkroom")


@pytest.mark.parametrize("port", ["", "x", "0", "65536", "-1", "8000.0", "²"])
def test_a_wrong_port_is_named(port: str) -> None:
    with pytest.raises(StackError, match=r"API_PORT must be a port number from 1 to 65535"):
        read_options({"API_PORT": port})


def test_two_servers_with_one_port_are_an_error() -> None:
    with pytest.raises(StackError, match=r"API_PORT and S3_PORT are both 9000"):
        read_options({"API_PORT": "9000", "S3_PORT": "9000"})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WORKERS", "0"),
        ("WORKERS", "many"),
        ("RETRY_SECONDS", "1"),
        ("SWEEP_SECONDS", "often"),
        ("DATA_DIR", ""),
        ("ALLOWED_ORIGINS", "shop.example"),
        ("AUTH_MODE", "password"),
    ],
)
def test_any_other_wrong_option_is_named(variable: str, value: str) -> None:
    with pytest.raises(StackError, match=variable):
        read_options({variable: value})


def test_pages_of_other_origins_may_be_allowed() -> None:
    options = read_options({"ALLOWED_ORIGINS": "http://localhost:3000, https://shop.example"})
    assert options.site_origins[2:] == ("http://localhost:3000", "https://shop.example")


def test_a_port_that_is_taken_is_named_with_its_variable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        names = ("API_PORT", "S3_PORT", "AWS_PORT")
        ports = dict(zip(names, map(str, free_ports(3)), strict=True))
        options = read_options({**ports, "SITE_PORT": str(port)})
        with pytest.raises(StackError, match=rf"Port {port}.*taken.*SITE_PORT"):
            check_free(options)


def test_free_ports_are_free_and_differ() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)


def test_a_data_directory_has_one_stack(tmp_path: Path) -> None:
    with (
        only_stack(tmp_path),
        pytest.raises(StackError, match="already running"),
        only_stack(tmp_path),
    ):
        pass
    with only_stack(tmp_path):
        pass


def test_a_port_promised_to_another_server_is_not_given_out() -> None:
    promised = set(range(20_000, 32_000)) - set(range(25_000, 25_100))
    assert promised.isdisjoint(free_ports(10, promised))


def test_s3s_inner_ports_exclude_the_stacks_ports(tmp_path: Path) -> None:
    first = inner_ports(tmp_path, ())
    again = inner_ports(tmp_path, {first["filer.port"]})
    assert first["filer.port"] not in again.values()

"""An address that cannot be listened on is refused before anything is done."""

from __future__ import annotations

import socket

import pytest

from verifier.errors import VerifierError
from verifier.listening import check_address


def test_a_taken_port_is_said_in_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(VerifierError, match=f"port_taken.*{port}"):
            check_address("127.0.0.1", port)
    check_address("127.0.0.1", port)


def test_an_address_of_another_machine_is_none() -> None:
    with pytest.raises(VerifierError, match="address_unusable"):
        check_address("192.0.2.1", 8000)


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", 99999), ("127.0.0.1", -1), (f"{'x' * 64}.cn", 8000)]
)
def test_a_port_or_a_name_beyond_all_bounds_is_none(host: str, port: int) -> None:
    with pytest.raises(VerifierError, match="address_unusable"):
        check_address(host, port)

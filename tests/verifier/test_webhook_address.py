"""Where a webhook may lead, and that nobody at the other end holds a delivery for long."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from verifier.desks.webhook_address import NotSent, read_target, safe_address, send
from verifier.desks.webhooks import read_url
from verifier.errors import KeyRefused

URL = "https://hr.example.com/hook?a=1"


@pytest.mark.parametrize(
    "url",
    [
        "http://hr.example.com/",
        "https://user@hr.example.com/",
        "https://hr.example.com:22/",
        "https://hr.example.com/#x",
        "https:///x",
        "https://hr.example.com:99999/",
        "https://例子.example/",
        "https://hr.example.com/\r\nX: y",
        "https://hr.example.com/" + "a" * 500,
        "file:///etc/passwd",
        "",
    ],
)
def test_only_a_plain_https_address_is_taken(url: str) -> None:
    with pytest.raises(KeyRefused, match="webhook_url"):
        read_target(url)


def leads_to(*addresses: str) -> Callable[[str, int], list[str]]:
    """Return a resolver that gives these addresses."""
    return lambda host, port: list(addresses)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "fe80::1", "fc00::1"),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1", "fe80::1%eth0"),
        *("fec0::1", "feff::1", "3fff::1", "192.88.99.1", "::ffff:192.88.99.1"),
    ],
)
def test_no_private_address_is_ever_asked(address: str) -> None:
    target = read_target(URL)
    with pytest.raises(KeyRefused, match="webhook_not_open"):
        safe_address(target, leads_to(address))
    with pytest.raises(KeyRefused, match="webhook_not_open"):
        safe_address(target, leads_to("8.8.8.8", address))  # one good one does not help
    with pytest.raises(NotSent, match="webhook_not_open"):
        send(URL, {}, b"", leads_to(address))


def test_a_handshake_that_never_ends_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.desks.webhook_address._TOTAL_SECONDS", 0.5)
    monkeypatch.setattr("verifier.desks.webhook_address._is_open", lambda address: True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def drip() -> None:
            caller, _ = server.accept()
            with caller, suppress(OSError):
                caller.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 kB, a byte at a time
                while not ended.wait(0.1):
                    caller.sendall(b"\0")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        url = f"https://hr.example.com:{server.getsockname()[1]}/"
        ending = threading.Timer(20, ended.set)
        ending.start()
        began = time.monotonic()
        with pytest.raises(NotSent, match="no_answer"):
            send(url, {}, b"", leads_to("127.0.0.1"))
        assert time.monotonic() - began < 15
        ended.set()
        ending.cancel()
        thread.join()


def test_an_open_address_is_taken_as_it_was_resolved() -> None:
    assert safe_address(read_target(URL), leads_to("8.8.8.8", "2606:4700::1111")) == "8.8.8.8"


def unknown(host: str, port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def slow_unknown(host: str, port: int) -> list[str]:
    time.sleep(0.2)
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize("ask", [leads_to(), leads_to("10.1.2.3"), unknown, slow_unknown])
def test_what_is_said_never_tells_whether_this_network_knows_a_name(
    ask: Callable[[str, int], list[str]],
) -> None:
    began = time.monotonic()
    with pytest.raises(KeyRefused, match="webhook_not_open") as caught:
        read_url(URL, ask, least_seconds=0.5)
    assert time.monotonic() - began >= 0.5
    with pytest.raises(KeyRefused) as other:
        safe_address(read_target(URL), leads_to("192.168.7.7"))
    assert caught.value.text == other.value.text
    assert read_target(URL).host in caught.value.text.zh and "离线" in caught.value.text.zh
    with pytest.raises(NotSent) as kept:
        send(URL, {}, b"", ask)
    assert kept.value.word == "webhook_not_open"

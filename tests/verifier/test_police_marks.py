"""Which hosts of QR codes count as shared between suspect papers."""

from __future__ import annotations

import pytest

from tests.verifier.world import key_document
from verifier.cases.marks import host_marks

HOST = "yz.example.cn"


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        (f"https://{HOST}/q#1", []),
        (f"https://{HOST}:443/q#1", []),
        (f"https://{HOST}\\.evil.example/q#1", []),
        (f"https://evil.example\\@{HOST}/q#1", ["evil.example"]),
        (f"https://{HOST}@evil.example/q#1", ["evil.example"]),
        ("https:\\\\evil.example/", ["evil.example"]),
        ("evil.example/q", []),
        ("weixin://evil.example", []),
        ("https://[::1", []),
    ],
)
def test_the_host_a_browser_would_open_is_what_papers_share(text: str, hosts: list[str]) -> None:
    assert [one.value for one in host_marks([text], key_document())] == hosts

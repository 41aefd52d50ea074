"""How a check of the database names a row."""

from __future__ import annotations

from registry.unreadable import name_row


def test_a_row_is_named_by_its_key_and_bytes_in_hexadecimal() -> None:
    assert name_row((b"NW\x07\xff", 3)) == "4e5707ff/3"

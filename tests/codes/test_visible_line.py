"""A text from outside shows all it holds."""

from __future__ import annotations

import pytest

from codes.typed import visible_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("名册 2026.xlsx", "名册 2026.xlsx"),
        ("a\u202efdp.exe.png", "a\ufffdfdp.exe.png"),
        ("n\x00ul\r\n.png", "n\ufffdul\ufffd\ufffd.png"),
        ("零\u200b宽\ufeff", "零\ufffd宽\ufffd"),
        ("\ud800", "\ufffd"),
        ("e\u0301.png", "e\u0301.png"),
    ],
)
def test_what_nobody_sees_is_marked(text: str, shown: str) -> None:
    assert visible_line(text) == shown

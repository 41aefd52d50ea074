"""A ground is a phrase: what only gets past the question is none."""

from __future__ import annotations

import pytest

from codes.grounds import says_why


@pytest.mark.parametrize(
    "ground",
    [
        "核对持证人身份",
        "答复公安询问",
        "津技鉴〔2026〕15号",
        "to decide on a proposal",
        "𠮷林省厅来函核实",
        "案件 A-17 查证登记",
        "preliminary",
    ],
)
def test_a_phrase_says_why(ground: str) -> None:
    assert says_why(ground)


@pytest.mark.parametrize(
    "ground",
    [
        "",
        "查",
        "核对",
        "查查查查查查",
        "核对核对核对",
        "1234567890123",
        "。。。 ，，， ",
        "a b c d",
        "xxxxxxxxxxxx",
    ],
)
def test_a_mark_does_not(ground: str) -> None:
    assert not says_why(ground)

"""The words for what an export leaves out."""

from __future__ import annotations

from issuer.left_out import LeftOut, WhyLeftOut, left_out_text


def test_the_first_few_are_named_and_the_others_counted() -> None:
    numbers = tuple(f"N{n}" for n in range(1, 9))
    text = left_out_text([LeftOut(why=WhyLeftOut.REVOKED, numbers=numbers)])
    assert text.zh == "未导出：已撤销 8 份（N1、N2、N3、N4、N5，另有 3 份）"
    assert text.en == "left out: revoked: 8 (N1, N2, N3, N4, N5, and 3 more)"

"""The person holds no live award of this occupation and level from this body yet.

Source: one live award per person × occupation × level of a body; a lost certificate is reissued
under its number (补发), not awarded again.
"""

from __future__ import annotations

from collections.abc import Iterator

from codes.wording import Text
from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, problem
from issuer.subjects import Subject


def _inspect(subject: Subject, context: LintContext) -> Iterator[Finding]:
    key = subject.award_key
    if key is None or subject.batch_award is not None:
        return
    number = context.live_award(*key)
    if number is not None:
        yield problem(subject, Column.DOCUMENT_NUMBER, "live_award", _holds(number))


def _holds(number: str) -> Text:
    return Text(
        f"此人已持有本机构核发的同职业、同级别有效证书，编号 {number}；"
        "遗失或损坏请办理补发，信息有误请办理更正。",
        f"This person already holds a live certificate of this occupation and level from this "
        f"body, number {number}; have it reissued or corrected instead.",
    )


LINT = Lint(code="live_award", source="registry", inspect=each_row(_inspect))

"""The name in Latin letters is one, and is there where the layout prints it.

Source: GB/T 28039-2011; the rules of `codes.latin_names`.
"""

from __future__ import annotations

from collections.abc import Iterator

from codes.wording import Text
from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, notice, problem
from issuer.subjects import Subject


def _inspect(subject: Subject, context: LintContext) -> Iterator[Finding]:
    typed = subject.latin_typed
    if typed.fault is not None:
        yield problem(subject, Column.LATIN_NAME, typed.fault.code, typed.fault.text)
    if not context.bilingual or typed.value is not None:
        return  # and the tables of spelling, which are large, are not loaded
    spelled = subject.latin_spelled
    if spelled is None:
        return
    if spelled.text is None and typed.fault is None:
        yield problem(subject, Column.LATIN_NAME, "latin_name_needed", _needed(spelled.unread))
    elif spelled.doubtful:
        yield notice(subject, Column.LATIN_NAME, "latin_name_doubtful", _DOUBTFUL)


def _needed(unread: tuple[str, ...]) -> Text:
    shown = "、".join(unread)
    return Text(
        f"姓名中的“{shown}”没有可查的读音，中英文对照版式须在“姓名拼音”列填写。",
        f"No reading is known of {shown}; the bilingual layout needs the column “姓名拼音” "
        "(Name in Latin letters).",
    )


_DOUBTFUL = Text(
    "该姓名可能另有读法或拼写，请核对结果表中的“姓名拼音”，不符的在“姓名拼音”列填写。",
    "This name may be read or spelled otherwise; check it in the result workbook, and fill in the "
    "column “姓名拼音” where it differs.",
)

LINT = Lint(code="latin_name", source="GB/T 28039-2011", inspect=each_row(_inspect))

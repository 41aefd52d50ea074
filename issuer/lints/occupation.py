"""The occupation is in the table, its standard in force, and the body is filed for it today.

Source: the filing (备案): a body awards only what it is filed for, in the term of its filing.
"""

from __future__ import annotations

from collections.abc import Iterator

from codes.wording import Text
from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, problem, report
from issuer.subjects import Subject


def _inspect(subject: Subject, context: LintContext) -> Iterator[Finding]:
    occupation, fault = subject.occupation.value, subject.occupation.fault
    if fault is not None:
        yield from report(subject, Column.OCCUPATION, [fault])
    if occupation is None:
        return
    if not occupation.in_force(context.today):
        yield problem(subject, Column.OCCUPATION, "occupation_not_in_force", _NOT_IN_FORCE)
    if context.not_filed is not None:
        yield from report(subject, Column.OCCUPATION, [context.not_filed])
    elif not context.scopes.get(occupation.index):
        yield problem(subject, Column.OCCUPATION, "occupation_not_filed", _not_filed(occupation.zh))


def _not_filed(name: str) -> Text:
    return Text(
        f"本机构今日没有职业“{name}”的有效备案，不能核发；请核对职业或备案期限。",
        f"This body is not filed for the occupation “{name}” today; check the occupation or the "
        "term of the filing.",
    )


_NOT_IN_FORCE = Text(
    "该职业的国家职业标准今日不在有效期内。",
    "The national standard of this occupation is not in force today.",
)

LINT = Lint(code="occupation", source="备案", inspect=each_row(_inspect))

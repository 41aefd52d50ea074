"""The 工种／职业方向 is plain printable text of a length the record and the page can hold.

Source: 人社部 certificate style notice (2022): where there is none, `--` is printed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from codes.wording import Text
from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, problem
from issuer.subjects import Subject

MAX_SPECIALTY_CHARACTERS = 40
_REFUSED = frozenset(("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"))


def _inspect(subject: Subject, _: LintContext) -> Iterator[Finding]:
    specialty = subject.specialty
    if specialty is None:
        return
    if len(specialty) > MAX_SPECIALTY_CHARACTERS:
        yield problem(subject, Column.SPECIALTY, "specialty_too_long", _TOO_LONG)
    if any(unicodedata.category(char) in _REFUSED for char in specialty):
        yield problem(subject, Column.SPECIALTY, "specialty_character", _CHARACTER)


_TOO_LONG = Text(
    f"工种/职业方向超过 {MAX_SPECIALTY_CHARACTERS} 个字符，请按备案名称填写。",
    f"The specialty is longer than {MAX_SPECIALTY_CHARACTERS} characters; write it as filed.",
)
_CHARACTER = Text(
    "工种/职业方向含有不可见或未编码的字符，请重新录入。",
    "The specialty holds an invisible or unassigned character; type it again.",
)

LINT = Lint(code="specialty", source="证书样式通知（2022）", inspect=each_row(_inspect))

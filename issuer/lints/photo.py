"""There is a photo of this person that can be printed.

Source: 人社部 certificate style notice (2022): one inch (25 × 35 mm), colour, white background.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codes.wording import Text
from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, notice, problem
from issuer.photo_wording import CARRIED
from issuer.subjects import Subject

_MOST_CHARACTERS = 60
_NUMBER_MASK, _NAME_MASK = "〔证件号码〕", "〔姓名〕"
_LONG_NUMBER = re.compile(r"[0-9]{14,}[0-9Xx]?")  # somebody's document number, whosever it is


def _inspect(subject: Subject, _: LintContext) -> Iterator[Finding]:
    file = show_file_name(subject)
    for fault in subject.photo.problems:
        yield problem(subject, Column.PHOTO, fault.code, _named(file, fault.text))
    for remark in subject.photo.notices:
        named = "" if remark.code == CARRIED else file  # which was named in another batch
        yield notice(subject, Column.PHOTO, remark.code, _named(named, remark.text))


def show_file_name(subject: Subject) -> str:
    """Return the photo's file name without the person's name and document number, or ''.

    Photos are often named like the person; what the lints say goes to screens and scripts that
    have no business with either.
    """
    shown = subject.photo.file
    number, name = subject.row.text(Column.DOCUMENT_NUMBER), subject.row.text(Column.NAME)
    for secret, mask in ((number, _NUMBER_MASK), (name, _NAME_MASK)):
        if len(secret) > 1 and secret.casefold() in shown.casefold():
            shown = re.sub(re.escape(secret), mask, shown, flags=re.IGNORECASE)
    shown = _LONG_NUMBER.sub(_NUMBER_MASK, shown)
    shown = "".join(char if char.isprintable() else "?" for char in shown)
    return shown if len(shown) <= _MOST_CHARACTERS else shown[: _MOST_CHARACTERS - 1] + "…"


def _named(file: str, text: Text) -> Text:
    if not file:
        return text
    return Text(f"照片文件“{file}”：{text.zh}", f"File “{file}”: {text.en}")


LINT = Lint(code="photo", source="证书样式通知（2022）", inspect=each_row(_inspect))

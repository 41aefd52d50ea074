"""The level is one the occupation's standard has and the body is filed for today.

Source: the national occupational standard (levels of the occupation); the filing (备案).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from codes.levels import Level
from codes.wording import Text
from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, problem, report
from issuer.subjects import Subject


def _inspect(subject: Subject, context: LintContext) -> Iterator[Finding]:
    if subject.level.fault is not None:
        yield from report(subject, Column.LEVEL, [subject.level.fault])
    level, occupation = subject.level.value, subject.occupation.value
    if level is None or occupation is None:
        return
    filed = context.scopes.get(occupation.index)
    if level not in occupation.levels:
        yield problem(
            subject, Column.LEVEL, "level_not_in_standard", _no_such(level, occupation.levels)
        )
    elif filed and level not in filed:
        yield problem(subject, Column.LEVEL, "level_not_filed", _not_filed(level, filed))


def _no_such(level: Level, levels: Collection[Level]) -> Text:
    return Text(
        f"该职业的国家标准没有{level.zh}，只有{_list_zh(levels)}。",
        f"The standard of this occupation has no {level.en}, only {_list_en(levels)}.",
    )


def _not_filed(level: Level, filed: Collection[Level]) -> Text:
    return Text(
        f"本机构今日未备案{level.zh}，已备案：{_list_zh(filed)}；请核对级别或备案期限。",
        f"This body is not filed for {level.en} today, only for {_list_en(filed)}; check the "
        "level or the term of the filing.",
    )


def _list_zh(levels: Collection[Level]) -> str:
    return "、".join(level.zh for level in sorted(levels, reverse=True))


def _list_en(levels: Collection[Level]) -> str:
    return ", ".join(level.en for level in sorted(levels, reverse=True))


LINT = Lint(code="level", source="国家职业标准; 备案", inspect=each_row(_inspect))

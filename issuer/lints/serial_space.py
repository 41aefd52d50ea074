"""There are numbers left for every row that would be issued.

Source: unified coding rule: six-digit serials, counted per prefix × year × level.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from codes.levels import Level
from codes.wording import Text
from issuer.columns import Column
from issuer.lints.rule import Finding, Lint, LintBatch, problem


def _inspect(batch: LintBatch) -> Iterator[Finding]:
    """Count only rows without fault: it runs last, when `faulty` is complete."""
    wanted: Counter[Level] = Counter()
    left: dict[Level, int] = {}
    for subject in batch.subjects:
        level, row = subject.level.value, subject.row.row
        if level is None or row in batch.faulty or row in batch.done:
            continue
        wanted[level] += 1
        if level not in left:
            left[level] = batch.context.serials_left(level)
        if wanted[level] > left[level]:
            yield problem(subject, Column.LEVEL, "serials_used_up", _used_up(level, left[level]))


def _used_up(level: Level, left: int) -> Text:
    return Text(
        f"{level.zh}本年度的证书流水号只剩 {left} 个，轮不到该行；请联系备案机关处理。",
        f"Serials of {level.en} left this year: {left}, not enough to reach this row; "
        "turn to the filing authority.",
    )


LINT = Lint(code="serial_space", source="证书编码规则", inspect=_inspect)

"""What is odd about scores: changed after entry, far from the others, all equal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from codes.assessment_rules import Part
from codes.wording import Text
from issuer.batch_scores import MARK, PLACES, Scored, Standing

_FEWEST_ALIKE = 3
_FAR_POINTS = 20.0
_FAR_DEVIATIONS = 3.0 * 1.4826  # of the median deviation, as three standard deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """Something about scores that a person should look at; `row` is None where it is about all."""

    row: int | None
    text: Text


def find_odd(people: Sequence[Scored]) -> list[Odd]:
    """Return what is odd about scores: changed after entry, far from the others, all equal.

    Equal marks are looked for among all, and among those who passed: they alone go on.
    """
    found: list[Odd] = []
    for one in people:
        found += _changes(one)
    ordered = sorted(people, key=lambda one: one.candidate.level_zh)
    for level, group in groupby(ordered, key=lambda one: one.candidate.level_zh):
        members = list(group)
        for part in Part:
            marks = [
                (one, float(text))
                for one in members
                if MARK.fullmatch(text := one.scores.valid(part))
            ]
            passed = [(one, mark) for one, mark in marks if one.standing is Standing.PASSED]
            found += _alike(level, part, marks) or [
                *_alike(level, part, passed, "合格的 ", " of those who passed"),
                *_far(part, marks),
            ]
    return found


def _changes(one: Scored) -> Iterable[Odd]:
    for part, attempt in PLACES.values():
        entries = one.scores.changed(part, attempt)
        if entries:
            path = " → ".join(entry.text or "（空）" for entry in entries)
            what = f"{part.text.zh}{'补考' if attempt == 2 else ''}"
            zh = f"{what}成绩录入后改动：{path}（{entries[-1].by}）"
            en = f"{part.text.en}{' (resit)' if attempt == 2 else ''} changed after entry: {path}"
            yield Odd(row=one.candidate.row, text=Text(zh, en))


def _alike(
    level: str, part: Part, marks: Sequence[tuple[Scored, float]], zh: str = "", en: str = ""
) -> list[Odd]:
    if len(marks) < _FEWEST_ALIKE or len({mark for _, mark in marks}) > 1:
        return []
    text = Text(
        f"{level}{part.text.zh} {zh}{len(marks)} 人成绩全部为 {marks[0][1]:g} 分，请核对原始评分表",
        f"{part.text.en}: all {len(marks)} marks{en} are {marks[0][1]:g}; look at the score sheets",
    )
    return [Odd(row=None, text=text)]


def _far(part: Part, marks: Sequence[tuple[Scored, float]]) -> list[Odd]:
    if len(marks) < _FEWEST_ALIKE + 1:
        return []
    middle = median(mark for _, mark in marks)
    spread = median(abs(mark - middle) for _, mark in marks)
    limit = max(_FAR_POINTS, _FAR_DEVIATIONS * spread)
    return [
        Odd(
            row=one.candidate.row,
            text=Text(
                f"{part.text.zh} {mark:g} 分，与多数人（中位数 {middle:g}）相差较大",
                f"{part.text.en} {mark:g}: far from the others (median {middle:g})",
            ),
        )
        for one, mark in marks
        if abs(mark - middle) > limit
    ]

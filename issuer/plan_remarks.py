"""What is worth a look in an examination plan, though it keeps nothing from going on.

A day far off may be right, and candidates may be called one by one: a person has to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from accounts.spoken import spoken_day
from codes.assessment_rules import Part
from codes.wording import Text
from issuer.batch_plan import Plan, PlanFault, Sitting

_FAR: Final = timedelta(days=366)


def remarks_of(plan: Plan, people: int, today: date) -> list[PlanFault]:
    """Return what is worth a look in a plan.

    Args:
        people: how many are in the batch.
        today: in Asia/Shanghai.
    """
    return [
        PlanFault(sitting=place, text=text)
        for place, one in enumerate(plan.sittings)
        for text in (*_of_day(one, today), *_of_the_same_people(plan, one, people))
    ]


def is_for_resits(plan: Plan, part: Part, needed: int, today: date) -> bool:
    """Return whether the places of a part beyond those needed come after its first day."""
    own = [one for one in plan.sittings if one.part is part]
    first = min((one.day for one in own), default="")
    more = sum(one.candidates for one in own) - needed
    later = sum(one.candidates for one in own if one.day > first)
    return later >= more and not any(_is_far(one, today) for one in own)


def _is_far(one: Sitting, today: date) -> bool:
    return abs(date.fromisoformat(one.day) - today) > _FAR


def _of_day(one: Sitting, today: date) -> Iterator[Text]:
    if _is_far(one, today):
        said = spoken_day(date.fromisoformat(one.day))
        yield Text(
            f"日期{said.zh}距今一年以上，请核对年份",
            f"{said.en} is more than a year from today; check the year",
        )


def _of_the_same_people(plan: Plan, one: Sitting, people: int) -> Iterator[Text]:
    """Yield that more are placed at once than the batch has, in different parts."""
    others = [
        other
        for other in plan.sittings
        if other.day == one.day and other.begins <= one.begins < other.ends
    ]
    many = sum(other.candidates for other in others)
    parts = {other.part for other in others}
    if len(parts) > 1 and many > people:
        names = [part.text for part in Part if part in parts]
        zh, en = "、".join(text.zh for text in names), " and ".join(text.en for text in names)
        yield Text(
            f"{one.begins} 同时进行{zh}，共安排 {many} 人，本批次只有 {people} 人："
            "同一人不能同时参加两科，请错开时间或分组",
            f"{en} are under way at {one.begins} with {many} places for {people} people: nobody "
            "can sit two parts at once; move one of them, or divide the people",
        )

"""Clusters: which suspect papers share something, and what exactly it is.

Pictures inside files are alike where their 256-bit hashes differ in a few signs; pages as a whole
are not compared (docs/decisions/0038). Papers handed in by mistake have no
part in them. Nothing here is a proof: a cluster says where to look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.case_models import CaseItem, CaseMark, CaseMistake, PoliceCase
from verifier.cases.casework import RELIED_ON
from verifier.cases.marks import MarkKind

NEAR_SIGNS: Final = 3
"""Of 256: nine in ten pictures saved anew or resized differ in no more (decision 0038)."""
_HASH_DIGITS: Final = 64  # shorter ones are of cases before it, and count no more
_WORD: Final = 16
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_PICTURES: Final = 4000
MOST_CLUSTERS: Final = 200
_EXACT: Final = (
    MarkKind.FILE,
    MarkKind.CODE,
    MarkKind.IMAGE,
    MarkKind.HOST,
    MarkKind.PROGRAM,
    MarkKind.FONTS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPlace:
    """Where a paper is: its case, its place there, what it claims, whether it has a picture.

    Args:
        name_mark: equal for one name; None where none was read.
    """

    item_id: int
    case_id: int
    reference: str
    place: int
    number: str | None
    has_picture: bool
    name_mark: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Papers that share something.

    Args:
        kind: what is shared; None for one number.
        value: what it is, as it can be shown.
        names: for one number: how many different names it stands with; 0 for other kinds.
        papers: two or more.
    """

    kind: MarkKind | None
    value: str
    names: int
    papers: tuple[PaperPlace, ...]

    @property
    def is_across(self) -> bool:
        """Whether papers of different cases share it."""
        return len({one.case_id for one in self.papers}) > 1

    @property
    def letters(self) -> dict[int, str]:
        """For one number: a letter for each name, by paper, so that nobody is named."""
        marks = dict.fromkeys(one.name_mark for one in self.papers if one.name_mark)
        letter = {mark: _LETTERS[at % len(_LETTERS)] for at, mark in enumerate(marks)}
        return {one.item_id: letter[one.name_mark] for one in self.papers if one.name_mark}

    @property
    def is_of_pictures(self) -> bool:
        """Whether it is seen in the papers' pictures."""
        return self.kind in (MarkKind.IMAGE, MarkKind.LOOKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Everything of one kind that a paper shares with others.

    Args:
        kind, names: as of a cluster.
        papers: the others, each once.
    """

    kind: MarkKind | None
    names: int
    papers: tuple[PaperPlace, ...]


def leads_of(session: Session, item: CaseItem) -> list[Lead]:
    """Return what a paper shares with others, in one lead for each kind."""
    kinds: dict[MarkKind | None, list[Cluster]] = {}
    for one in find_clusters(session, item.case_id):
        if any(paper.item_id == item.id for paper in one.papers):
            kinds.setdefault(one.kind, []).append(one)
    return [
        Lead(
            kind=kind,
            names=max(one.names for one in clusters),
            papers=tuple(
                dict.fromkeys(
                    paper for one in clusters for paper in one.papers if paper.item_id != item.id
                )
            ),
        )
        for kind, clusters in kinds.items()
    ]


def find_clusters(
    session: Session, case_id: int | None = None, *, across: bool = False
) -> list[Cluster]:
    """Return the clusters there are, or those that a case has a part in, or several cases have."""
    groups = [*_numbers(session), *_exact(session), *_alike(session)]
    places = _places(session, {one for _, _, _, items in groups for one in items})
    found = [
        Cluster(
            kind=kind,
            value=value,
            names=names,
            papers=tuple(places[one] for one in sorted(items) if one in places),
        )
        for kind, value, names, items in groups
    ]
    kept = [
        one
        for one in found
        if len(one.papers) > 1
        and (one.is_across or not across)
        and (case_id is None or any(paper.case_id == case_id for paper in one.papers))
    ]
    return kept[:MOST_CLUSTERS]


_RELIED_ON: Final = CaseMark.item_id.not_in(select(CaseMistake.item_id))
_Group = tuple[MarkKind | None, str, int, frozenset[int]]


def _numbers(session: Session) -> Iterator[_Group]:
    """Yield numbers on several papers, those with different names first."""
    query = (
        select(CaseItem.number, func.count(func.distinct(CaseItem.name_mark)))
        .where(CaseItem.number.is_not(None), RELIED_ON)
        .group_by(CaseItem.number)
        .having(func.count() > 1)
        .order_by(func.count(func.distinct(CaseItem.name_mark)).desc(), CaseItem.number)
        .limit(MOST_CLUSTERS)
    )
    for number, names in session.execute(query).all():
        items = session.scalars(select(CaseItem.id).where(CaseItem.number == number, RELIED_ON))
        yield None, str(number), names, frozenset(items)


def _exact(session: Session) -> Iterator[_Group]:
    for kind in _EXACT:
        query = (
            select(CaseMark.value)
            .where(CaseMark.kind == kind, _RELIED_ON)
            .group_by(CaseMark.value)
            .having(func.count(func.distinct(CaseMark.item_id)) > 1)
            .order_by(func.count(func.distinct(CaseMark.item_id)).desc(), CaseMark.value)
            .limit(MOST_CLUSTERS)
        )
        for value in session.scalars(query).all():
            wanted = select(CaseMark.item_id).where(CaseMark.kind == kind, CaseMark.value == value)
            yield kind, value, 0, frozenset(session.scalars(wanted.where(_RELIED_ON)))


def _alike(session: Session) -> Iterator[_Group]:
    query = select(CaseMark.item_id, CaseMark.value).where(
        CaseMark.kind == MarkKind.LOOKS, func.length(CaseMark.value) == _HASH_DIGITS, _RELIED_ON
    )
    rows = session.execute(query.order_by(CaseMark.id.desc()).limit(MOST_PICTURES)).all()
    for members in near_groups([value for _, value in rows]):
        items = frozenset(rows[one][0] for one in members)
        yield MarkKind.LOOKS, rows[members[0]][1], 0, items


def near_groups(hashes: Sequence[str]) -> list[list[int]]:
    """Return groups of places whose hashes of 64 hex digits lie near, one to the next."""
    starts = range(0, _HASH_DIGITS, _WORD)
    words = [[int(one[at : at + _WORD], 16) for at in starts] for one in hashes]
    every = np.array(words, dtype=np.uint64).reshape(len(hashes), len(starts))
    group = list(range(len(hashes)))

    def head(one: int) -> int:
        while group[one] != one:
            group[one] = group[group[one]]
            one = group[one]
        return one

    for place, value in enumerate(every):
        apart = np.bitwise_count(every[:place] ^ value).sum(axis=1)
        for other in np.flatnonzero(apart <= NEAR_SIGNS):
            group[head(place)] = head(int(other))
    found: dict[int, list[int]] = defaultdict(list)
    for place in range(len(hashes)):
        found[head(place)].append(place)
    return [members for members in found.values() if len(members) > 1]


def _places(session: Session, items: set[int]) -> Mapping[int, PaperPlace]:
    query = (
        select(
            CaseItem.id,
            PoliceCase.id,
            PoliceCase.reference,
            CaseItem.place,
            CaseItem.number,
            CaseItem.boxed_sealed.is_not(None),
            CaseItem.name_mark,
        )
        .join(PoliceCase, CaseItem.case_id == PoliceCase.id)
        .where(CaseItem.id.in_(items))
    )
    return {
        item: PaperPlace(
            item_id=item,
            case_id=case,
            reference=reference,
            place=place,
            number=number,
            has_picture=has_picture,
            name_mark=name_mark,
        )
        for item, case, reference, place, number, has_picture, name_mark in session.execute(query)
    }

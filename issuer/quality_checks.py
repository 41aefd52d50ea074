"""Quality checks (质量督导): a random sample of a site's awards, what was found, and what follows.

The draw can be repeated by anybody who has the numbers: certificates are ordered by
SHA-256(seed, number) and the first are taken. The seed is drawn by the machine when the check is
made and kept with the hash of all numbers it was drawn from, so nobody chooses whom to look at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.errors import IssuerError
from issuer.filing import find_site
from registry.desk_sealed import SealedColumn
from registry.filing_desk_models import QualityCheck, QualityItem
from registry.models import Award, Site
from registry.vault import Vault

MOST_SAMPLE = 500
SEED_BYTES = 16
MOST_WORDS = 2000


def _check_context(check: QualityCheck) -> str:
    return f"quality/{check.id}/0"


def _item_context(item: QualityItem) -> str:
    return f"quality/{item.check_id}/{item.place}"


CONCLUSION: Final = SealedColumn(QualityCheck, "conclusion_sealed", _check_context)
FINDING_WORDS: Final = SealedColumn(QualityItem, "words_sealed", _item_context)
"""What is written about a check and about each certificate of it."""


class Finding(StrEnum):
    """What a look at one certificate's files came to."""

    IN_ORDER = "in_order"
    MINOR = "minor"
    SERIOUS = "serious"
    NOT_SHOWN = "not_shown"


class CheckOutcome(StrEnum):
    """What a check came to."""

    PASSED = "passed"
    TO_MEND = "to_mend"
    SUSPENSION = "suspension"


FINDING_NAMES: Mapping[Finding, Text] = MappingProxyType(
    {
        Finding.IN_ORDER: Text("符合要求", "in order"),
        Finding.MINOR: Text("一般问题", "minor fault"),
        Finding.SERIOUS: Text("严重问题", "serious fault"),
        Finding.NOT_SHOWN: Text("未能提供档案", "files not shown"),
    }
)
OUTCOME_NAMES: Mapping[CheckOutcome, Text] = MappingProxyType(
    {
        CheckOutcome.PASSED: Text("通过", "passed"),
        CheckOutcome.TO_MEND: Text("限期整改", "to be corrected by a set day"),
        CheckOutcome.SUSPENSION: Text("建议暂停备案", "suspension proposed"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWish:
    """What to draw from, and how many.

    Args:
        prefix: of the site.
        first: first day of issue, included.
        last: last day of issue, included.
        level: one level only, or None for all.
        size: how many certificates.
    """

    prefix: str
    first: date
    last: date
    level: int | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redraw:
    """A check drawn again.

    Args:
        same: the same certificates in the same order, from the same numbers.
        population: how many numbers there are now.
    """

    same: bool
    population: int


def draw(numbers: Iterable[str], seed: str, size: int) -> list[str]:
    """Return a sample, in the order of the draw; equal arguments give equal samples.

    Args:
        numbers: certificate numbers, in any order.
        seed: hexadecimal.
        size: at most so many.
    """

    def place(number: str) -> bytes:
        return hashlib.sha256(f"{seed} {number}".encode()).digest()

    return sorted(numbers, key=place)[:size]


def digest_of(numbers: Iterable[str]) -> str:
    """Return the SHA-256 of numbers, sorted, a line feed after each, in hex."""
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(numbers)).encode()).hexdigest()


def start_check(
    desks: Session,
    register: Session,
    wish: SampleWish,
    *,
    seed: bytes,
    drawn_by: str,
    now: datetime,
) -> QualityCheck:
    """Draw a sample and put it on record.

    Args:
        seed: fresh randomness, `SEED_BYTES`.

    Raises:
        IssuerError: there is no such site (`body_not_filed`), the size or the days are none
            (`sample_size`, `sample_days`), or nothing was awarded then (`sample_empty`).
    """
    if not 1 <= wish.size <= MOST_SAMPLE:
        raise IssuerError(
            "sample_size",
            Text(f"抽样份数应为 1–{MOST_SAMPLE}", f"a sample has 1–{MOST_SAMPLE} certificates"),
        )
    if wish.last < wish.first:
        raise IssuerError(
            "sample_days",
            Text("截止日期早于起始日期", "the last day is before the first"),
        )
    numbers = population(register, wish, until=now)
    if not numbers:
        raise IssuerError(
            "sample_empty",
            Text("该期间没有符合条件的证书可抽", "nothing was awarded then that fits"),
        )
    check = QualityCheck(
        prefix=wish.prefix,
        first_day=wish.first,
        last_day=wish.last,
        level=wish.level,
        seed=seed.hex(),
        population=len(numbers),
        population_sha256=digest_of(numbers),
        drawn_by=drawn_by,
        drawn_at=now,
    )
    drawn = draw(numbers, check.seed, wish.size)
    check.items = [QualityItem(place=at, number=one) for at, one in enumerate(drawn, start=1)]
    desks.add(check)
    desks.flush()
    return check


def population(register: Session, wish: SampleWish, *, until: datetime) -> list[str]:
    """Return the numbers of all awards that a sample is drawn from, in no order.

    Args:
        until: only those on record at that time.
    """
    site = find_site(register, wish.prefix)
    query = select(Award.number).where(
        Award.site_id == site.id,
        Award.issued_on.between(wish.first, wish.last),
        Award.recorded_at <= until,
    )
    if wish.level is not None:
        query = query.where(Award.level == wish.level)
    return list(register.scalars(query))


def awards_of(register: Session, check: QualityCheck) -> Mapping[str, Award]:
    """Return each award of a sample, by its number."""
    numbers = [one.number for one in check.items]
    awards = register.scalars(select(Award).where(Award.number.in_(numbers)))
    return {one.number: one for one in awards}


def names_of(register: Session, prefixes: Iterable[str]) -> Mapping[str, str]:
    """Return the name of the body of each site, by its prefix."""
    sites = register.scalars(select(Site).where(Site.prefix.in_(set(prefixes))))
    return {one.prefix: one.body.name for one in sites}


def draw_again(register: Session, check: QualityCheck) -> Redraw:
    """Return whether the sample of a check comes out the same, drawn from what is on record now.

    What was put on record after the draw was not drawn from, though it fits the period.
    """
    wish = SampleWish(
        prefix=check.prefix,
        first=check.first_day,
        last=check.last_day,
        level=check.level,
        size=len(check.items),
    )
    numbers = population(register, wish, until=check.drawn_at)
    drawn = draw(numbers, check.seed, wish.size)
    same = digest_of(numbers) == check.population_sha256
    return Redraw(
        same=same and drawn == [one.number for one in check.items], population=len(numbers)
    )


def note_finding(
    check: QualityCheck,
    vault: Vault,
    place: int,
    finding: Finding,
    words: str,
    *,
    found_by: str,
    now: datetime,
    seen: str = "",
) -> QualityItem:
    """Put on record what was found about one certificate; the words are sealed.

    Args:
        check: held in a transaction.
        seen: `finding_mark` of the certificate as the page showed it; empty without a page.

    Raises:
        IssuerError: the check is closed (`check_closed`), has no such place (`sample_place`), a
            fault is not described (`finding_words`), or somebody else noted something about the
            certificate since the page was opened (`finding_moved`).
    """
    _check_open(check)
    item = next((one for one in check.items if one.place == place), None)
    if item is None:
        raise IssuerError(
            "sample_place", Text(f"样本中没有第 {place} 份", f"the sample has no place {place}")
        )
    if seen not in ("", finding_mark(item)):
        raise IssuerError(
            "finding_moved",
            Text(
                f"打开本页之后，{item.found_by}已登记这一份的结果，见下方样本表；"
                "您填写的内容仍在，核对后再次登记即替换",
                f"since this page was opened, {item.found_by} noted a finding: see the sample "
                "below. What you typed is still here; note it again to replace theirs",
            ),
        )
    if (finding is not Finding.IN_ORDER and not words) or len(words) > MOST_WORDS:
        raise IssuerError(
            "finding_words",
            Text(
                f"有问题的须写明情况，且不超过 {MOST_WORDS} 字",
                f"say what is wrong, in at most {MOST_WORDS} characters",
            ),
        )
    item.finding = finding.value
    item.words_sealed = None
    if words:
        FINDING_WORDS.put(item, vault, words.encode())
    item.found_by = found_by
    item.found_at = now
    return item


def finding_mark(item: QualityItem) -> str:
    """Return what tells one finding about a certificate from the next."""
    said = (item.finding, item.found_by, item.found_at, item.words_sealed)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def findings_mark(check: QualityCheck) -> str:
    """Return what tells the findings of a check from those after any of them changed."""
    marks = " ".join(finding_mark(one) for one in check.items)
    return hashlib.sha256(marks.encode()).hexdigest()[:16]


def words_of(vault: Vault, item: QualityItem) -> str:
    """Return what was written about a certificate; raises VaultError where it was altered."""
    return (FINDING_WORDS.read(item, vault) or b"").decode()


def close_check(
    check: QualityCheck,
    vault: Vault,
    outcome: CheckOutcome,
    conclusion: str,
    *,
    closed_by: str,
    now: datetime,
    seen: str = "",
) -> None:
    """Conclude a check.

    Args:
        check: held in a transaction.
        seen: `findings_mark` of the check as the page showed it; empty without a page.

    Raises:
        IssuerError: it is closed (`check_closed`), certificates were not looked at
            (`findings_missing`), a finding changed since the page was opened (`finding_moved`), or
            nothing is said (`conclusion_missing`).
    """
    _check_open(check)
    missing = sum(one.finding is None for one in check.items)
    if missing:
        raise IssuerError(
            "findings_missing",
            Text(f"还有 {missing} 份证书未登记检查结果", f"certificates not looked at: {missing}"),
        )
    if seen not in ("", findings_mark(check)):
        latest = max(check.items, key=lambda one: (one.found_at is not None, one.found_at))
        raise IssuerError(
            "finding_moved",
            Text(
                f"打开本页之后，{latest.found_by}已登记新的检查结果，见下方样本表；检查尚未办结，"
                "您填写的内容仍在，核对后再次提交",
                f"since this page was opened, {latest.found_by} noted a finding: see the sample "
                "below. The check is not concluded; what you typed is still here, submit it again "
                "once you compared",
            ),
        )
    if not 1 <= len(conclusion) <= MOST_WORDS:
        raise IssuerError(
            "conclusion_missing",
            Text(
                f"请写明结论，1–{MOST_WORDS} 字",
                f"write a conclusion of 1–{MOST_WORDS} characters",
            ),
        )
    check.outcome = outcome.value
    CONCLUSION.put(check, vault, conclusion.encode())
    check.closed_by = closed_by
    check.closed_at = now


def conclusion_of(check: QualityCheck, vault: Vault) -> str:
    """Return how a check was concluded; empty while it is open."""
    return (CONCLUSION.read(check, vault) or b"").decode()


def checks_of(desks: Session, prefix: str | None = None) -> Sequence[QualityCheck]:
    """Return the checks, of one site or of all, the latest first."""
    query = select(QualityCheck).order_by(QualityCheck.id.desc())
    if prefix is not None:
        query = query.where(QualityCheck.prefix == prefix)
    return desks.scalars(query).all()


def _check_open(check: QualityCheck) -> None:
    if check.outcome is not None:
        raise IssuerError(
            "check_closed", Text("该次检查已办结，不能再改", "this check is concluded already")
        )

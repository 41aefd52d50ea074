"""The trust rules over the leaves of a log, in order: what a leaf must be, given all before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import assert_never

from audit.faults import AuditFault
from audit.filing import (
    IssuedOn,
    Issues,
    LoggedAct,
    broken_dates,
    differing,
    gives,
    read_step,
    taken_afterwards,
)
from audit.trust import Trust
from log.errors import LogError
from log.leaves import (
    CopyLeaf,
    FilingLeaf,
    IssueLeaf,
    LifeKind,
    LifeLeaf,
    TrustLeaf,
    decode_leaf,
)

MARK_BYTES = 16  # of a mark are remembered: no two of a log agree in these by chance
MAX_CLOCK_SKEW = timedelta(minutes=10)
MAX_DAYS_AHEAD = 366

_SHANGHAI = timezone(timedelta(hours=8))  # no summer time since 1991; certificates begin in 2019
_ONE_DAY = timedelta(days=1)
_WITH_RECORD = frozenset({LifeKind.REISSUE, LifeKind.ARCHIVE_COPY, LifeKind.CORRECT})
_EITHER = frozenset({LifeKind.BODY_MERGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """The last leaf that a key signed.

    Args:
        index: of the leaf.
        logged_at: when it was logged.
    """

    index: int
    logged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedList:
    """A trust list that was logged.

    Args:
        index: of its leaf.
        logged_at: when it was logged.
        digest: SHA-256 of its document.
    """

    index: int
    logged_at: datetime
    digest: bytes


@dataclass(slots=True)
class RuleState:
    """What the rules remember of all leaves so far.

    Args:
        logged_at: of the last leaf.
        serials: the last serial given, by prefix, year and level.
        keys: the last use of every key, by prefix and key id.
        marks: the first bytes of the mark of every life event.
        lists: every trust list that was logged, by version.
        acts: every act on a filing, by prefix.
        issued: what was awarded while the body was filed for it.
    """

    logged_at: datetime | None = None
    serials: dict[tuple[str, int, int], int] = field(default_factory=dict)
    keys: dict[tuple[str, int], KeyUse] = field(default_factory=dict)
    marks: set[bytes] = field(default_factory=set)
    lists: dict[int, LoggedList] = field(default_factory=dict)
    acts: dict[str, list[LoggedAct]] = field(default_factory=dict)
    issued: Issues = field(default_factory=dict)

    @property
    def newest_list(self) -> int:
        """The version of the last trust list that was logged, 0 before the first."""
        return max(self.lists, default=0)


class LeafRules:
    """Judges leaf after leaf.

    Args:
        trust: what the authority says now.
        state: of the leaves before; grows.
        now: when the audit is made, aware.
    """

    def __init__(self, trust: Trust, state: RuleState, *, now: datetime) -> None:
        self._trust = trust
        self._now = now
        self._latest = now + MAX_CLOCK_SKEW
        self.state = state

    def judge(self, index: int, entry: bytes | None) -> Iterator[AuditFault]:
        """Yield every rule that the leaf at `index` breaks; None is an entry nobody can read."""
        if entry is None:
            yield AuditFault(code="audit_leaf_lost", index=index)
            return
        try:
            logged_at, leaf = decode_leaf(entry)
        except LogError as error:
            yield AuditFault(code="audit_leaf_unreadable", index=index, about=error.code)
            return
        about = _about(leaf)
        for code in self._broken_time(logged_at):
            yield AuditFault(code=code, index=index, about=about)
        match leaf:
            case IssueLeaf():
                codes = self._issue(index, leaf, logged_at)
            case LifeLeaf():
                codes = self._life(index, leaf, logged_at)
            case CopyLeaf():
                codes = self._body(leaf.prefix)
            case FilingLeaf():  # a body may be decided upon before it is listed
                codes = self._filing(index, leaf, logged_at)
            case TrustLeaf():
                codes = self._trust_leaf(index, leaf, logged_at)
            case _:
                assert_never(leaf)
        for code in codes:
            yield AuditFault(code=code, index=index, about=about)

    def judge_list(self) -> Iterator[AuditFault]:
        """Yield what is wrong with the trust list now, given all leaves: judge this last.

        A key may be declared compromised after leaves that it signed were judged.
        """
        state, trust = self.state, self._trust
        for (prefix, key_id), since in trust.compromised.items():
            use = state.keys.get((prefix, key_id))
            if use is not None and use.logged_at > since:
                yield AuditFault(
                    code="audit_key_compromised", index=use.index, about=f"{prefix} {key_id:04x}"
                )
        yield from self._judge_logged(trust.document.version)

    def notices(self) -> Iterator[AuditFault]:
        """Yield what breaks no rule and has to be known, given all leaves.

        A list that was just drawn up need not be in the log yet, nor need the acts it rests on. An
        act may take effect, as far as a late entry goes, before certificates that were issued
        before it was logged.
        """
        for prefix, act, struck in taken_afterwards(self.state.acts, self.state.issued):
            about = (
                f"{prefix} {act.step.effective_on} ({struck.count}: #{struck.first}–#{struck.last})"
            )
            yield AuditFault(code="audit_issued_before_act", index=act.index, about=about)
        version = self._trust.document.version
        if version in self.state.lists or self._is_overdue(version):
            return
        yield AuditFault(code="audit_trust_pending", index=None, about=str(version))
        for prefix in differing(self.state.acts, self._trust, logged_as=None):
            yield AuditFault(code="audit_filing_pending", index=None, about=prefix)

    def _is_overdue(self, version: int) -> bool:
        """Say whether a list that is not in the log ought to be."""
        published_at = self._trust.document.published_at
        return self.state.newest_list > version or self._now >= published_at + _ONE_DAY

    def _judge_logged(self, version: int) -> Iterator[AuditFault]:
        """Hold the list at hand against the leaves about lists and filings."""
        newest, logged = self.state.newest_list, self.state.lists.get(version)
        at_hand = str(version)
        if newest > version:
            yield AuditFault(code="audit_trust_older", index=None, about=f"{version} < {newest}")
        if logged is None:
            if self._is_overdue(version):
                yield AuditFault(code="audit_trust_unlogged", index=None, about=at_hand)
            return
        if logged.digest != self._trust.digest:
            yield AuditFault(code="audit_trust_differs", index=None, about=at_hand)
            return
        if self._trust.document.published_at > logged.logged_at + MAX_CLOCK_SKEW:
            yield AuditFault(code="audit_trust_dated", index=logged.index, about=at_hand)
        for prefix in differing(self.state.acts, self._trust, logged_as=logged.index):
            yield AuditFault(code="audit_filing_differs", index=None, about=prefix)

    def _broken_time(self, logged_at: datetime) -> Iterator[str]:
        before = self.state.logged_at
        if before is not None and logged_at < before:
            yield "audit_time_backwards"
        else:
            self.state.logged_at = logged_at
        if logged_at > self._latest:
            yield "audit_time_ahead"

    def _issue(self, index: int, leaf: IssueLeaf, logged_at: datetime) -> Iterator[str]:
        number = leaf.number
        known = list(self._body(number.prefix))
        yield from known
        if not known:
            if self._in_scope(leaf):
                self._note_issue(index, leaf)
            else:
                yield "audit_out_of_scope"
            yield from self._key(index, number.prefix, leaf.key_id, leaf.issued_on, logged_at)
        yield from self._serial(leaf)
        if leaf.record_version != 1:
            yield "audit_record_version"
        if leaf.issued_on.year != number.year:
            yield "audit_year"
        logged_on = logged_at.astimezone(_SHANGHAI).date()
        if logged_on < leaf.issued_on:
            yield "audit_logged_early"
        if logged_on > leaf.issued_on + _ONE_DAY:
            yield "audit_logged_late"

    def _in_scope(self, leaf: IssueLeaf) -> bool:
        """Say whether the body was filed for it, by the list or by the acts logged until then.

        An act that was logged later and reaches back does not make a breach of it: `notices`.
        """
        number, acts = leaf.number, self.state.acts.get(leaf.number.prefix, [])
        return self._trust.in_scope(
            number.prefix, leaf.occupation, number.level, leaf.issued_on
        ) or gives(acts, leaf.occupation, number.level, leaf.issued_on)

    def _note_issue(self, index: int, leaf: IssueLeaf) -> None:
        number = leaf.number
        key = (number.prefix, leaf.occupation, int(number.level), leaf.issued_on)
        known = self.state.issued.get(key, IssuedOn(count=0, first=index, last=index))
        self.state.issued[key] = IssuedOn(count=known.count + 1, first=known.first, last=index)

    def _life(self, index: int, leaf: LifeLeaf, logged_at: datetime) -> Iterator[str]:
        known = list(self._body(leaf.prefix))
        yield from known
        if leaf.event not in _EITHER and (leaf.record_hash is not None) is not (
            leaf.event in _WITH_RECORD
        ):
            yield "audit_life_record"
        logged_on = logged_at.astimezone(_SHANGHAI).date()
        if leaf.key_id is not None and not known:
            yield from self._key(index, leaf.prefix, leaf.key_id, None, logged_at)
        if leaf.effective_on > logged_on + timedelta(days=MAX_DAYS_AHEAD):
            yield "audit_life_day"
        mark = leaf.mark[:MARK_BYTES]
        if mark in self.state.marks:
            yield "audit_mark_repeated"
        self.state.marks.add(mark)

    def _filing(self, index: int, leaf: FilingLeaf, logged_at: datetime) -> Iterator[str]:
        step = read_step(leaf)
        if step is None:
            yield "audit_filing_unreadable"
            return
        yield from broken_dates(leaf, step, logged_at.astimezone(_SHANGHAI).date())
        act = LoggedAct(index=index, logged_at=logged_at, step=step)
        self.state.acts.setdefault(leaf.prefix, []).append(act)

    def _trust_leaf(self, index: int, leaf: TrustLeaf, logged_at: datetime) -> Iterator[str]:
        if leaf.version <= self.state.newest_list:
            yield "audit_trust_order"
        else:
            self.state.lists[leaf.version] = LoggedList(
                index=index, logged_at=logged_at, digest=leaf.sha256
            )

    def _body(self, prefix: str) -> Iterator[str]:
        if not self._trust.knows(prefix):
            yield "audit_body_unknown"

    def _key(
        self, index: int, prefix: str, key_id: int, on: date | None, logged_at: datetime
    ) -> Iterator[str]:
        """Judge a signing key; the day is None where the leaf does not say when it signed."""
        day = logged_at.astimezone(_SHANGHAI).date() if on is None else on
        covered = self._trust.key_covers(prefix, key_id, day)
        if on is None and covered is False:  # logged after midnight, signed before it
            covered = self._trust.key_covers(prefix, key_id, day - _ONE_DAY)
        if covered is None:
            yield "audit_key_unknown"
            return
        if not covered:
            yield "audit_key_out_of_term"
        since = self._trust.compromised.get((prefix, key_id))
        if since is not None and logged_at > since:
            yield "audit_key_compromised"
        else:
            self.state.keys[prefix, key_id] = KeyUse(index=index, logged_at=logged_at)

    def _serial(self, leaf: IssueLeaf) -> Iterator[str]:
        number = leaf.number
        stream = (number.prefix, number.year, int(number.level))
        last = self.state.serials.get(stream, 0)
        if number.serial <= last:
            yield "audit_serial_repeated"
            return
        if number.serial > last + 1:
            yield "audit_serial_gap"
        self.state.serials[stream] = number.serial


def _about(leaf: IssueLeaf | LifeLeaf | CopyLeaf | FilingLeaf | TrustLeaf) -> str:
    """Return what a leaf is about, as people name it."""
    match leaf:
        case IssueLeaf():
            return str(leaf.number)
        case TrustLeaf():
            return str(leaf.version)
        case _:
            return leaf.prefix

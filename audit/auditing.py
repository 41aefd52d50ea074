"""One audit: read what is new, prove that it goes on from what was seen, judge every new leaf."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from audit.errors import AuditError
from audit.faults import AuditFault
from audit.memory import Memory
from audit.rules import LeafRules
from audit.trust import Trust
from audit.waiting import WaitingEntries
from codes.wording import Text
from log.edge import TreeEdge
from log.errors import LogError
from log.faults import FaultList, LogFault, Progress
from log.notes import VerifierKey
from log.reading import LogSource, read_tile
from log.survey import Survey, survey_log
from log.tiles import TileTree
from log.walk import Walk

MAX_LEAF_FAULTS = 10_000


class AuditOutcome(StrEnum):
    """What an audit came to."""

    FINE = "fine"
    NOTICES = "notices"
    FAULTS = "faults"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit found.

    Args:
        size: of the log now; None where it has no genuine checkpoint.
        seen_before: how many leaves an earlier run had seen.
        judged: how many leaves were judged in this run; none where their tree was not signed.
        cosigned_by: names of the witnesses whose signature the checkpoint bears.
        log_faults: of files and hashes.
        leaf_faults: of leaves, those of earlier runs first.
        notices: what breaks no rule, and whoever relies on the log has to know.
        trust_version: of the list that all was judged by.
        trust_expired: whether a newer trust list should be there by now.
        remembered: whether the memory went forward; it does not where the log itself is unsound.
    """

    size: int | None
    seen_before: int
    judged: int
    cosigned_by: tuple[str, ...]
    log_faults: tuple[LogFault, ...]
    leaf_faults: tuple[AuditFault, ...]
    notices: tuple[AuditFault, ...]
    trust_version: int
    trust_expired: bool
    remembered: bool

    @property
    def outcome(self) -> AuditOutcome:
        """Whether anything is wrong."""
        if self.log_faults or self.leaf_faults:
            return AuditOutcome.FAULTS
        return AuditOutcome.NOTICES if self.notices else AuditOutcome.FINE

    def as_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "outcome": self.outcome.value,
            "size": self.size,
            "seen_before": self.seen_before,
            "judged": self.judged,
            "cosigned_by": list(self.cosigned_by),
            "log_faults": [fault.as_dict() for fault in self.log_faults],
            "leaf_faults": [fault.as_dict() for fault in self.leaf_faults],
            "notices": [notice.as_dict() for notice in self.notices],
            "trust_version": self.trust_version,
            "trust_expired": self.trust_expired,
            "remembered": self.remembered,
        }


def audit_log(
    source: LogSource,
    log_key: VerifierKey,
    trust: Trust,
    memory: Memory,
    *,
    now: datetime,
    witnesses: Sequence[VerifierKey] = (),
    everything: bool = False,
    progress: Progress = lambda done, total: None,
) -> tuple[AuditReport, Memory]:
    """Return what is wrong with a log, and what to remember of it.

    The tree is derived from what is remembered of it and from the new entries alone; that its
    root is the signed one proves that the log only grew. Until that is proven no leaf is read.

    Args:
        source: untrusted.
        log_key: of the log.
        trust: what the authority says.
        memory: of the run before; empty before the first. It is not changed.
        now: aware.
        witnesses: keys whose cosignatures are looked for.
        everything: read and judge the old leaves too.
        progress: told how many entries are done, and of how many.

    Raises:
        LogError: `log_unreachable`.
        AuditError: `audit_memory_other_log`.
    """
    _check_same_log(memory, log_key)
    everything = everything or not memory.whole
    faults, breaches = FaultList(), _older_list(trust, memory)
    survey = survey_log(source, log_key, faults, origin=memory.origin, witnesses=witnesses)
    after = Memory(vkey=memory.vkey, origin=memory.origin) if everything else copy.deepcopy(memory)
    rules = LeafRules(trust, after.rules, now=now)
    with WaitingEntries() as waiting:
        if _is_rolled_back(survey, memory):
            breaches.append(AuditFault(code="audit_rolled_back", index=None))
        else:
            Walk(source, survey, faults).run(after.edge, take=waiting.take, progress=progress)
            breaches += _changed_history(source, survey, memory, faults, everything=everything)
        believed = not waiting.count or _is_signed(survey, after.edge)
        judged = waiting.count if believed else 0
        if believed:
            after.faults += _judge(rules, waiting)
    breaches += _missing_witnesses(survey, trust)
    listed = [fault for fault in rules.judge_list() if fault not in breaches] if believed else []
    _remember_list(after, trust, memory)
    sound = not faults.found and not breaches and survey.current is not None
    report = _report(
        survey,
        trust,
        memory,
        now=now,
        judged=judged,
        log_faults=faults.found,
        leaf_faults=(*breaches, *listed, *after.faults),
        notices=tuple(rules.notices()) if believed else (),
        remembered=sound,
    )
    return report, after if sound else memory


def new_memory(log_key: VerifierKey, origin: str | None) -> Memory:
    """Return the memory of an auditor who has seen nothing of a log."""
    return Memory(vkey=str(log_key), origin=log_key.name if origin is None else origin)


def _check_same_log(memory: Memory, log_key: VerifierKey) -> None:
    if memory.vkey != str(log_key):
        raise AuditError(
            "audit_memory_other_log",
            Text(
                "记忆文件属于另一个日志（公钥不同），拒绝使用；"
                "核对这个日志，请用 --memory 另指一个文件",
                "the memory is of another log: its public key is not this one; to audit this log, "
                "name another file with --memory",
            ),
        )


def _older_list(trust: Trust, memory: Memory) -> list[AuditFault]:
    """Return how the list goes back behind the newest one seen, or does not follow it in time."""
    now, seen = trust.document, memory.trust_version
    if now.version < seen:
        about = f"{now.version} < {seen}"
        return [AuditFault(code="audit_trust_older", index=None, about=about)]
    before = memory.trust_dated
    if now.version > seen and before is not None and now.published_at < before:
        return [AuditFault(code="audit_trust_dated", index=None, about=str(now.version))]
    return []


def _remember_list(after: Memory, trust: Trust, memory: Memory) -> None:
    """Remember the list that was judged by, unless a newer one is remembered."""
    if trust.document.version >= memory.trust_version:
        after.trust_version = trust.document.version
        after.trust_dated = trust.document.published_at


def _report(
    survey: Survey,
    trust: Trust,
    memory: Memory,
    *,
    now: datetime,
    judged: int,
    log_faults: Sequence[LogFault],
    leaf_faults: Sequence[AuditFault],
    notices: tuple[AuditFault, ...],
    remembered: bool,
) -> AuditReport:
    """Return what was found, beside what the log and the list say of themselves."""
    current = survey.current
    return AuditReport(
        size=None if current is None else current.checkpoint.size,
        seen_before=memory.edge.size,
        judged=judged,
        cosigned_by=() if current is None else tuple(o.key.name for o in current.cosignatures),
        log_faults=tuple(log_faults),
        leaf_faults=tuple(leaf_faults),
        notices=notices,
        trust_version=trust.document.version,
        trust_expired=now >= trust.document.expires_at,
        remembered=remembered,
    )


def _missing_witnesses(survey: Survey, trust: Trust) -> list[AuditFault]:
    """Return the fault of a checkpoint that fewer of the list's witnesses cosigned than must."""
    if survey.current is None:
        return []
    named = set(trust.document.witnesses)
    found = {str(one.key) for one in survey.current.cosignatures} & named
    if len(found) >= trust.document.witness_quorum:
        return []
    about = f"{len(found)} < {trust.document.witness_quorum}"
    return [AuditFault(code="audit_quorum_missing", index=None, about=about)]


def _is_signed(survey: Survey, edge: TreeEdge) -> bool:
    """Say whether the tree that was derived is that of a genuine checkpoint."""
    signed = survey.checkpoints.get(edge.size, ())
    return any(one.checkpoint.root == edge.root() for _, one in signed)


def _judge(rules: LeafRules, waiting: WaitingEntries) -> list[AuditFault]:
    """Return what is wrong with the new leaves, up to a number nobody reads beyond."""
    found: list[AuditFault] = []
    for index, entry in waiting.all():
        room = MAX_LEAF_FAULTS - len(found)
        found += list(rules.judge(index, entry))[:room]
    return found


def _is_rolled_back(survey: Survey, memory: Memory) -> bool:
    """Say whether the log shows less than it did; nothing is said where it shows nothing."""
    return survey.current is not None and survey.current.checkpoint.size < memory.edge.size


def _changed_history(
    source: LogSource, survey: Survey, memory: Memory, faults: FaultList, *, everything: bool
) -> list[AuditFault]:
    """Return the fault of a log that does not begin with the tree that is remembered."""
    if not memory.edge.size or survey.current is None:
        return []
    changed = AuditFault(code="audit_history_changed", index=None)
    if not everything:
        # Derived from the remembered tree: a root or an entry that differs is another history.
        breach = {"log_root_wrong", "log_rewritten"}
        return [changed] if any(one.code in breach for one in faults.found) else []
    tree = TileTree(lambda tile: read_tile(source, tile), survey.current.checkpoint.size)
    try:
        same = tree.root(memory.edge.size) == memory.edge.root()
    except LogError as error:
        if error.code == "log_unreachable":
            raise
        same = False
    return [] if same else [changed]

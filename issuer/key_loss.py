"""What a body loses where a signing key is declared compromised from an instant on: counts only.

A record of such a key stays good where the public log held it before that instant; the verifier
believes no other. Counted from the log's own rows, by the rule of `verifier.proof`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text
from log.errors import LogError
from log.leaves import IssueLeaf, LeafKind, LifeLeaf, decode_body
from registry.log_models import LogEntry, LogHead
from registry.models import Award, AwardStatus, Copy, CopyState, Site

_AT_ONCE = 2000
_IN_FORCE = (AwardStatus.CURRENT, AwardStatus.SUSPENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLoss:
    """How many certificates a compromised key signed, each copy counted, and what becomes of them.

    Args:
        recorded: whose record this key signed; what was erased is not among them.
        stay_good: of these, in the published log before the instant.
        not_logged: of those that do not stay good, not in the published log at all yet.
        to_reissue: of those that do not stay good, the holder's present one, not revoked.
    """

    recorded: int
    stay_good: int
    not_logged: int
    to_reissue: int

    @property
    def worthless(self) -> int:
        """How many verify as unregistered once the list with it is in force."""
        return self.recorded - self.stay_good

    @property
    def text(self) -> Text:
        """The counts in one sentence."""
        return Text(
            f"该密钥签过的在册证书共 {self.recorded} 份：此前已载入公开日志、仍然有效力的 "
            f"{self.stay_good} 份，失去效力的 {self.worthless} 份（其中尚未载入日志的 "
            f"{self.not_logged} 份，须补发的现行证书 {self.to_reissue} 份）",
            f"certificates on record that this key signed: {self.recorded}; in the public log "
            f"before then, which stay good: {self.stay_good}; worthless from now on: "
            f"{self.worthless} (not in the log yet: {self.not_logged}, the holder's present "
            f"certificate, to be reissued: {self.to_reissue})",
        )

    def as_dict(self) -> dict[str, int]:
        """Return the counts as members of a JSON answer."""
        return {
            "recorded": self.recorded,
            "stay_good": self.stay_good,
            "worthless": self.worthless,
            "not_logged": self.not_logged,
            "to_reissue": self.to_reissue,
        }


def count_loss(session: Session, site: Site, key_id: int, since: datetime) -> KeyLoss:
    """Return what becomes worthless where a key of a site is compromised since an instant."""
    since = since.replace(microsecond=0)
    head = session.get(LogHead, 1)
    published = 0 if head is None else head.published_size
    recorded = stay_good = not_logged = to_reissue = 0
    for index, logged_at, status, state in _signed_by(session, site, key_id):
        recorded += 1
        logged = index is not None and index < published and logged_at is not None
        if logged and logged_at is not None and logged_at < since:
            stay_good += 1
            continue
        not_logged += not logged
        to_reissue += state == CopyState.CURRENT and status in _IN_FORCE
    return KeyLoss(
        recorded=recorded, stay_good=stay_good, not_logged=not_logged, to_reissue=to_reissue
    )


def _signed_by(
    session: Session, site: Site, key_id: int
) -> Iterator[tuple[int | None, datetime | None, str, str]]:
    """Yield place and time in the log, and standing, of every copy whose record a key signed."""
    query = (
        select(LogEntry.body, LogEntry.leaf_index, LogEntry.logged_at, Award.status, Copy.state)
        .join(Copy, Copy.id == LogEntry.copy_id)
        .join(Award, Award.id == Copy.award_id)
        .where(LogEntry.kind.in_((LeafKind.ISSUE, LeafKind.LIFE)))
        .where(Award.site_id == site.id, Award.status != AwardStatus.ERASED)
    )
    found = session.execute(query.execution_options(yield_per=_AT_ONCE))
    for body, index, logged_at, status, state in found:
        if _key_of(body) == key_id:
            yield index, logged_at, status, state


def _key_of(body: bytes) -> int | None:
    """Return which key signed what a leaf is of; None for a damaged one, which stops nobody."""
    try:
        leaf = decode_body(body)
    except LogError:
        return None
    return leaf.key_id if isinstance(leaf, IssueLeaf | LifeLeaf) else None

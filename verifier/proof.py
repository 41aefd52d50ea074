"""Steps 2 and 3: whose key it is, whether the signature is right, and the right to sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import assert_never

from codes.occupations import occupation_by_index
from codes.record import Record
from codes.wording import Text
from keys.document import BodyEntry, KeyDocument
from keys.envelope import Envelope
from keys.ring import PublicKey, SignatureState, verify_record
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Finding, format_instant, say_day, say_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What signature and key document say about a record.

    Args:
        record: the decoded record; trustworthy only when `genuine`.
        body: the body whose prefix the number has, if it is filed.
        key: the body's key that the record names, if the body has it.
        genuine: the signature was made with a key of that body.
        findings: in the order of the steps.
    """

    record: Record
    body: BodyEntry | None
    key: PublicKey | None
    genuine: bool
    findings: tuple[Finding, ...]


def prove(envelope: Envelope, record: Record, document: KeyDocument, today: date) -> Proof:
    """Return what can be said about `record` from its signature alone.

    Args:
        envelope: untrusted; its payload is what `record` was decoded from.
        document: the trusted key document.
        today: the day to judge by, in Asia/Shanghai.
    """
    prefix = record.number.prefix
    # 2 the key, and whose it is
    body = document.body(prefix)
    if body is None:
        unknown = find(Code.BODY_UNKNOWN, {"prefix": prefix}, {"prefix": prefix})
        return Proof(record=record, body=None, key=None, genuine=False, findings=(unknown,))
    names = {"body": body.name}
    proof = verify_record(envelope, record, document.ring)
    # 3 the signature
    said: tuple[Finding, ...]
    match proof.signature:
        case SignatureState.GENUINE:
            right = inspect_right(record, body, today, key_covered_day=proof.key_covered_day)
            said = (_say_genuine(body.name), *right)
        case SignatureState.KEY_UNKNOWN:
            said = (find(Code.KEY_UNKNOWN, names, {"key_id": str(record.key_id)}),)
        case SignatureState.WRONG:
            said = (find(Code.SIGNATURE_INVALID, names),)
        case SignatureState.UNCHECKED:
            unchecked = {**names, "algorithm": envelope.algorithm.label}
            said = (find(Code.ALGORITHM_UNAVAILABLE, unchecked, unchecked),)
        case _:
            assert_never(proof.signature)
    genuine = proof.signature is SignatureState.GENUINE
    return Proof(record=record, body=body, key=proof.key, genuine=genuine, findings=said)


def inspect_compromise(
    proof: Proof, *, asked: bool, logged_at: datetime | None = None
) -> tuple[Finding, ...]:
    """Return what a compromised key means for a record; nothing where the key is not compromised.

    A record of such a key is good only where it was in the public log before the instant from
    which the key may have been in other hands. Without that proof it never is.

    Args:
        proof: of a genuine signature.
        asked: whether the register was asked and answered.
        logged_at: the time of the record's leaf in the public log, proven; None without a proof.
    """
    key, body = proof.key, proof.body
    if key is None or body is None or key.compromised_since is None:
        return ()
    if logged_at is not None and logged_at < key.compromised_since:
        return ()
    since = key.compromised_since
    slots: dict[str, str | Text] = {"since": say_instant(since), "body": body.name}
    code = Code.KEY_COMPROMISED if asked else Code.KEY_COMPROMISED_UNASKED
    return (find(code, slots, {"since": format_instant(since)}),)


def inspect_right(
    record: Record, body: BodyEntry, today: date, *, key_covered_day: bool
) -> tuple[Finding, ...]:
    """Return whether `body` might issue `record` on its date of issue.

    Args:
        key_covered_day: whether the window of the key that signed it holds that date.
    """
    level, issued_on = record.number.level, record.issued_on
    entitled = body.scope_for(record.occupation, level, issued_on) is not None
    if key_covered_day and entitled and issued_on <= today:
        return (_say_entitled(body.name, issued_on),)
    shown = {"issued_on": issued_on.isoformat()}
    said = {"issued_on": say_day(issued_on)}
    found: list[Finding] = []
    if not key_covered_day:
        found.append(find(Code.KEY_NOT_VALID_THEN, said, shown))
    if not entitled:
        occupation = occupation_by_index(record.occupation)
        slots: dict[str, str | Text] = {
            **said,
            "body": body.name,
            "occupation": Text(occupation.zh, occupation.en),
            "level": Text(level.zh, level.en),
        }
        shown_level = {**shown, "level": str(level.value), "prefix": body.prefix}
        found.append(_say_not_filed(record, body, slots, shown_level))
    if issued_on > today:
        found.append(find(Code.ISSUED_IN_FUTURE, said, shown))
    return tuple(found)


def _say_not_filed(
    record: Record, body: BodyEntry, slots: dict[str, str | Text], shown: dict[str, str]
) -> Finding:
    """Say that a body was not filed for a record on its day; where it was before, until when."""
    level, day = record.number.level, record.issued_on
    alike = [
        one for one in body.scopes if one.occupation == record.occupation and level in one.levels
    ]
    ends = [one.valid_to for one in alike if one.valid_to is not None and one.valid_to < day]
    until = max(ends, default=None)
    if until is None:
        return find(Code.OUT_OF_SCOPE, slots, shown)
    again = min((one.valid_from for one in alike if one.valid_from > day), default=None)
    slots, shown = {**slots, "until": say_day(until)}, {**shown, "filed_until": until.isoformat()}
    slots["again"] = ""
    if again is not None:
        said = say_day(again)
        slots["again"] = Text(f"，{said.zh}起恢复", f" and again from {said.en}")
        shown["filed_again_from"] = again.isoformat()
    return find(Code.FILING_LAPSED, slots, shown)


@lru_cache(maxsize=1024)
def _say_genuine(body: str) -> Finding:
    return find(Code.SIGNATURE_GENUINE, {"body": body}, {"body": body})


@lru_cache(maxsize=1024)
def _say_entitled(body: str, issued_on: date) -> Finding:
    return find(Code.ISSUER_ENTITLED, {"body": body}, {"issued_on": issued_on.isoformat()})

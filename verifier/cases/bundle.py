"""The evidence bundle: one ZIP that whoever receives it checks with public tools alone.

It holds the originals, the pictures with boxes, the verdicts, the sealed reports, the custody list,
the trust list and certificates, and a README whose commands check all of it. `SHA256SUMS` names
every other file; the report key signs it, so that nothing can be put in, taken out or changed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from codes.wording import Text
from keys.certificates import certificate_pem
from registry.case_answers import comparison, kept_form
from registry.case_claims import ComparedClaim
from registry.case_models import CaseItem, PoliceCase
from registry.case_questions import question_view
from registry.case_sealed import (
    CASE_ABOUT,
    ITEM_ABOUT,
    ITEM_BOXED,
    ITEM_CONTENT,
    MISTAKE_REASON,
    REPORT_JSON,
    REPORT_PDF,
    read_json,
)
from registry.cases import CaseError, CaseOutcome
from registry.session import reading, transaction
from registry.trust_file import root_pin
from registry.vault import Vault
from templates.file_types import file_type
from verifier.cases.asking import names_of_bodies, questions_of_case
from verifier.cases.bundle_case import CASE_TEXT, CaseFacts, write_case
from verifier.cases.bundle_readme import BundleFacts, Contrary, write_readme
from verifier.cases.casework import Officer, add_step, find_case, hold_case
from verifier.cases.custody import CustodyCheck, Gap, check_custody, custody_files
from verifier.cases.custody_lines import Act
from verifier.cases.ending import contrary_papers, read_papers
from verifier.cases.judging import verdict_file
from verifier.cases.lacking import Lack, lacks_of_papers
from verifier.cases.room import PoliceRoom
from verifier.verdict import format_instant

SUMS: Final = "SHA256SUMS"
SUMS_SIGNED: Final = "SHA256SUMS.p7s"
README: Final = "README.txt"
_BEIJING: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle as it is handed out, its name without ending."""

    name: str
    content: bytes = field(repr=False)
    sha256: str


def make_bundle(room: PoliceRoom, officer: Officer, case_id: int) -> Bundle:
    """Return the bundle of a case, and put its hash into custody.

    Raises:
        CaseError: there is no such case, nothing in it (`bundle_empty`), or its custody list is
            not in order (`custody_broken`).
        HomeError, KeysError: the report key is missing or not in its time.
        VaultError: something of the case was altered.
    """
    vault, now = room.vault(), room.clock()
    with reading(room.desks) as session:
        case = find_case(session, case_id)
        if not case.items:
            raise CaseError(
                "bundle_empty",
                Text("案件中还没有送检材料", "there is nothing in the case yet"),
            )
        reference = case.reference
        custody = _sound_custody(room, session, vault, case_id)
        files = _files(room, session, vault, case, custody)
        lacking = lacks_of_papers(session, case_id)
        contrary = _contrary(session, vault, case)
    facts = BundleFacts(
        reference=reference,
        made_at=now,
        demo=room.home.demo,
        reports=tuple(
            name for name in files if name.startswith("reports/") and name[-4:] == ".pdf"
        ),
        revoked="certificates/revoked.crl" in files,
        folders=frozenset(name.partition("/")[0] for name in files if "/" in name),
        gaps=custody.gaps,
        lacking={place: [one.text for one in lacks] for place, lacks in lacking.items()},
        contrary=contrary,
    )
    files[README] = write_readme(facts)
    content = _packed(room, files, now)
    digest = hashlib.sha256(content).hexdigest()
    with transaction(room.desks) as session:
        case = hold_case(session, case_id)
        add_step(
            room,
            session,
            vault,
            case,
            officer,
            Act.BUNDLE,
            details={"sha256": digest, "size": str(len(content))},
        )
    day = now.astimezone(_BEIJING)
    return Bundle(name=f"case-{case_id}-{day:%Y%m%d-%H%M}", content=content, sha256=digest)


def _contrary(session: Session, vault: Vault, case: PoliceCase) -> Contrary | None:
    reason = read_json(CASE_ABOUT, case, vault).get("contrary")
    if case.outcome is None or reason is None:
        return None
    outcome = CaseOutcome(case.outcome)
    meant = read_papers(read_json(CASE_ABOUT, case, vault).get("papers", ""))
    papers = contrary_papers(session, case.id, outcome, meant)
    verdicts = {place: said.text for place, said in papers.items()}
    return Contrary(outcome=outcome.text, verdicts=verdicts, reason=reason)


def _sound_custody(room: PoliceRoom, session: Session, vault: Vault, case_id: int) -> CustodyCheck:
    custody = check_custody(room, session, vault, case_id)
    if custody.faults:
        raise CaseError(
            "custody_broken",
            Text(
                "保管记录核对不符，不能制作证据包；请到“查看并核对保管记录”查明，"
                "只是缺漏的，由一名民警说明、另一名确认后可以制作",
                "the custody list is not in order: look at it, checked now. Where only a line is "
                "missing, one officer states why, another confirms it, and a bundle can be made",
            ),
        )
    return custody


def _files(
    room: PoliceRoom, session: Session, vault: Vault, case: PoliceCase, custody: CustodyCheck
) -> dict[str, bytes]:
    lines, hashes = custody_files(custody.lines)
    files = {"custody.jsonl": lines, "custody-hashes.txt": hashes}
    for item in case.items:
        files |= _files_of_item(item, vault)
    files[CASE_TEXT] = write_case(_told_of_case(room, session, vault, case, custody))
    files["case.json"] = _json(
        _about_case(room, session, vault, case)
        | {"gaps": [_about_gap(one) for one in custody.gaps]}
    )
    files |= _foundations(room)
    return files


def _told_of_case(
    room: PoliceRoom, session: Session, vault: Vault, case: PoliceCase, custody: CustodyCheck
) -> CaseFacts:
    asked = [question_view(one, vault, room.today()) for one in questions_of_case(session, case.id)]
    return CaseFacts(
        case=case,
        about=read_json(CASE_ABOUT, case, vault),
        papers=[(item, read_json(ITEM_ABOUT, item, vault)) for item in case.items],
        questions=asked[::-1],
        bodies=names_of_bodies(room),
        custody=custody.lines,
        demo=room.home.demo,
    )


def _files_of_item(item: CaseItem, vault: Vault) -> dict[str, bytes]:
    place, about = f"{item.place:02d}", read_json(ITEM_ABOUT, item, vault)
    files = {}
    if "verdict" in about:
        files[f"verdicts/{place}.json"] = verdict_file(about["verdict"])
    if (original := ITEM_CONTENT.read(item, vault)) is not None:
        ending = file_type(original).ending  # nobody's file name is trusted
        files[f"originals/{place}.{ending}"] = original
    if (picture := ITEM_BOXED.read(item, vault)) is not None:
        files[f"pictures/{place}.jpg"] = picture
    for column, ending in ((REPORT_PDF, "pdf"), (REPORT_JSON, "json")):
        if (report := column.read(item, vault)) is not None:
            files[f"reports/{place}-{item.report_number}.{ending}"] = report
    return files


def _about_case(
    room: PoliceRoom, session: Session, vault: Vault, case: PoliceCase
) -> dict[str, Any]:
    lacking = lacks_of_papers(session, case.id)
    asked = [question_view(one, vault, room.today()) for one in questions_of_case(session, case.id)]
    return {
        "reference": case.reference,
        "state": case.state,
        "opened_by": case.opened_by,
        "opened_at": format_instant(case.opened_at),
        "held_by": case.held_by,
        **read_json(CASE_ABOUT, case, vault),
        "items": [
            _about_item(item, read_json(ITEM_ABOUT, item, vault), lacking.get(item.place, ()))
            for item in case.items
        ],
        "questions": [
            {
                "body": one.prefix,
                "number": one.number,
                "question": one.claims.words,
                "paper_shows": {str(key): value for key, value in one.claims.shown.items()},
                "asked_by": one.asked_by,
                "asked_at": format_instant(one.asked_at),
                "due_on": one.due_on.isoformat(),
                "answer": one.answer,
                "words": one.reply.words,
                "on_record": one.reply.on_record,
                "compared": [_about_compared(line) for line in one.reply.lines],
                "answered_by": one.answered_by,
                "answered_at": _instant(one.answered_at),
                "withdrawn_by": one.withdrawn_by,
                "withdrawn_at": _instant(one.withdrawn_at),
            }
            for one in asked
        ],
    }


def _about_compared(line: ComparedClaim) -> dict[str, str | None]:
    recorded = line.recorded
    return {
        "item": line.what.value,
        "compared": comparison(line).value,
        "on_record": None if recorded is None else kept_form(recorded),
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else format_instant(moment)


def _about_item(
    item: CaseItem, about: Mapping[str, Any], lacking: Sequence[Lack]
) -> dict[str, Any]:
    return {
        "place": item.place,
        "kind": item.kind,
        "file_name": about["file"],
        "received_from": about["from"],
        "received_by": item.received_by,
        "received_at": format_instant(item.received_at),
        "sha256": item.sha256,
        "size": item.size,
        "outcome": item.outcome,
        "report": item.report_number,
        "handed_in_by_mistake": _about_mistake(item, about),
        "lacking": [{"code": one.value, "zh": one.text.zh, "en": one.text.en} for one in lacking],
    }


def _about_mistake(item: CaseItem, about: Mapping[str, Any]) -> dict[str, str] | None:
    mistake = item.mistake
    if mistake is None:
        return None
    return {"reason": about[MISTAKE_REASON], "by": mistake.by, "at": format_instant(mistake.at)}


def _about_gap(gap: Gap) -> dict[str, Any]:
    assert gap.statement is not None and gap.confirmation is not None  # else there is no bundle
    return {
        "line": gap.place,
        "in_custody": gap.kept,
        "sha256": gap.sha256,
        "on_audit_trail": {"act": gap.noted, "by": gap.actor, "at": format_instant(gap.at)},
        "reason": gap.statement.details["reason"],
        "stated_by": gap.statement.actor,
        "stated_at": format_instant(gap.statement.at),
        "confirmed_by": gap.confirmation.actor,
        "confirmed_at": format_instant(gap.confirmation.at),
        "zh": gap.why.zh,
        "en": gap.why.en,
    }


def _foundations(room: PoliceRoom) -> dict[str, bytes]:
    """Return what a receiver checks by: trust list, its pin, the certificates of seals."""
    home = room.home
    wanted = {
        "trust/trust-list.json": home.key_document_path,
        "certificates/report.pem": home.report_certificate_path,
        "certificates/revoked.crl": home.seal_crl_path,
    }
    found = {name: path.read_bytes() for name, path in wanted.items() if path.exists()}
    found["trust/root-pin.txt"] = f"{root_pin(home)}\n".encode()
    if home.seal_root_path.exists():  # without one there is no report key, and so no bundle
        found["certificates/root.pem"] = certificate_pem(home.seal_root_path.read_bytes())
    return found


def _packed(room: PoliceRoom, files: dict[str, bytes], now: datetime) -> bytes:
    sums = "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())
    ).encode()
    files = files | {SUMS: sums, SUMS_SIGNED: room.lent.seal_list(sums)}
    output, local = io.BytesIO(), now.astimezone(_BEIJING)
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=local.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return output.getvalue()


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"

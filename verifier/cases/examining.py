"""Takes suspect papers in and has them judged; a report is sealed with the verdict."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from keys.errors import KeysError
from registry.case_models import CaseItem, CaseMark, PoliceCase
from registry.case_sealed import (
    ITEM_ABOUT,
    ITEM_BOXED,
    ITEM_CONTENT,
    REPORT_JSON,
    REPORT_PDF,
    put_json,
    read_json,
)
from registry.cases import CaseError, new_key
from registry.errors import RegistryError
from registry.reports import ReportFiles
from registry.session import reading, transaction
from registry.vault import Vault
from verifier.cases.casework import (
    RELIED_ON,
    Brought,
    Officer,
    add_step,
    check_open,
    check_words,
    find_item,
    hold_case,
    shown_name,
)
from verifier.cases.custody_lines import RUNNER, Act
from verifier.cases.judging import (
    Judged,
    Typed,
    judge_file,
    judge_number,
    kept_verdict,
    sha256_of,
    verdict_file,
)
from verifier.cases.marks import name_mark
from verifier.cases.mistakes import check_relied_on
from verifier.cases.room import PoliceRoom
from verifier.cases.waiting import ask_turn, end_wait, let_wait, papers_to_judge, tries_of
from verifier.document import MAX_FILE_BYTES
from verifier.errors import VerifierError
from verifier.file_kinds import kind_of
from verifier.finding_codes import BUSY, UNFINISHED
from verifier.verdict import Verdict

MOST_ITEMS: Final = 30
MOST_CASE_BYTES: Final = 120 << 20
MOST_TRIES: Final = 3
"""So often a picture is tried that takes longer than it may: then the verdict says just that."""

_LOG = logging.getLogger("yanzhen.police")


def receive(room: PoliceRoom, officer: Officer, case_id: int, brought: Brought) -> int:
    """Take a paper into a case, have it judged, and return its place; its bytes are kept sealed.

    The bytes are kept before anything reads them, so that what is judged is what was received.
    Where the machine is busy the paper waits, as `judge_again` says.

    Raises:
        CaseError: the case is no longer open (`case_not_open`), holds too much (`case_full`) or
            this very file with the same words (`paper_known`), who brought the paper is not said
            (`paper_from`), there is no file (`paper_file`), or it is of a kind that cannot be
            verified, which is not confirmed (`paper_unread`).
        UsageError: as `Verifier.verify_number`.
    """
    if brought.data is None:
        check_words("paper_from", brought.giver)
        judge_number(room, brought.typed)  # what is wrong with it is said before it is taken in
    place = take_in(room, officer, case_id, brought)
    judge_again(room, officer, case_id, place)
    return place


def judge_again(room: PoliceRoom, officer: Officer, case_id: int, place: int) -> bool:
    """Have a paper judged by the register as it is now, and a report sealed if that can be done.

    Returns:
        Whether it was. Where the machine was busy, or a picture was not finished in time and less
        than `MOST_TRIES` tries were made, nothing is kept of what that came to: the paper waits,
        and is tried again after a while, a few times (`verifier.cases.waiting`).

    Raises:
        CaseError: the case is no longer open (`case_not_open`); there is no such paper, or it was
            handed in by mistake (`paper_mistaken`).
    """
    vault = room.vault()
    with reading(room.desks) as session:
        item = find_item(session, case_id, place)
        check_relied_on(item)
        about, data = read_json(ITEM_ABOUT, item, vault), ITEM_CONTENT.read(item, vault)
        began_with, tries = item.about_sealed, tries_of(session, item)
    typed = Typed(**about["typed"])
    judged = (
        judge_number(room, typed) if data is None else judge_file(room, data, about["file"], typed)
    )
    if _is_to_wait(judged.verdict, tries):
        let_wait(room, officer, case_id, place)
        return False
    with reading(room.desks) as session:
        check_open(session.get_one(PoliceCase, case_id))  # no report is sealed of one that is over
    sealed, trouble = _sealed_report(room, judged)
    with transaction(room.desks) as session:
        case, item = hold_case(session, case_id), find_item(session, case_id, place)
        check_open(case)
        end_wait(session, item)
        if item.about_sealed != began_with:
            return True  # judged meanwhile, by a register as new or newer
        kept = {**about, **kept_verdict(judged), "trouble": trouble}
        kept.pop("report_code", None)
        _keep_verdict(room, session, vault, item, judged)
        put_json(ITEM_ABOUT, item, vault, kept)
        details = _details_of_verdict(judged, kept)
        add_step(room, session, vault, case, officer, Act.JUDGE, item=place, details=details)
        if sealed is not None:
            number, code, files = sealed
            item.report_number = number
            put_json(ITEM_ABOUT, item, vault, {**kept, "report_code": code})
            REPORT_PDF.put(item, vault, files.pdf)
            REPORT_JSON.put(item, vault, files.json)
            details = {
                "report": number,
                "sha256": sha256_of(files.pdf),
                "json": sha256_of(files.json),
            }
            add_step(room, session, vault, case, officer, Act.REPORT, item=place, details=details)
    return True


def _is_to_wait(verdict: Verdict, tries: int) -> bool:
    """Return whether nothing is kept of a verdict, as it was not finished, after former tries."""
    codes = {one.code for one in verdict.findings}
    if not codes.isdisjoint(BUSY):
        return True
    return not codes.isdisjoint(UNFINISHED) and tries + 1 < MOST_TRIES


def judge_waiting(room: PoliceRoom) -> bool:
    """Have the papers that wait judged, on the order of who asked; return whether any was refused.

    One that is refused or not finished keeps no other waiting, and keeps its place: once another
    was judged before it, the round ends, and the next begins with it.
    """
    with reading(room.desks) as session:
        papers = papers_to_judge(session, room.clock())
    refused = passed_over = False
    for one in papers:
        officer = Officer(account_id=0, name=RUNNER.zh, on_order_of=one.asked_by)
        try:
            judged = judge_again(room, officer, one.case_id, one.place)
            if judged and passed_over:
                break
            passed_over |= not judged
        except Exception as error:  # noqa: BLE001 - whatever one paper does, the others are judged
            _LOG.warning("police_waiting code=%s", getattr(error, "code", type(error).__name__))
            refused = True
    return refused


def take_in(
    room: PoliceRoom, officer: Officer, case_id: int, brought: Brought, *, waits: bool = False
) -> int:
    """Keep a paper sealed, note it in custody and return its place; nothing reads it yet.

    Args:
        waits: whether the runner is to judge it in its turn, not this process at once.

    Raises:
        CaseError: as `receive`.
    """
    _check_brought(brought)
    vault, data = room.vault(), brought.data
    with transaction(room.desks) as session:
        case = hold_case(session, case_id)
        check_open(case)
        count, total = session.execute(
            select(func.count(), func.coalesce(func.sum(CaseItem.size), 0)).where(
                CaseItem.case_id == case_id
            )
        ).one()
        if count >= MOST_ITEMS or int(total or 0) + len(data or b"") > MOST_CASE_BYTES:
            raise CaseError(
                "case_full",
                Text(
                    f"一个案件最多 {MOST_ITEMS} 件、{MOST_CASE_BYTES >> 20} MB，请另行登记案件",
                    f"a case holds {MOST_ITEMS} papers and {MOST_CASE_BYTES >> 20} MB at most; "
                    "open another",
                ),
            )
        _check_new(session, vault, case_id, brought)
        _check_kind(brought)
        item = CaseItem(
            key=new_key(),
            case_id=case_id,
            place=count + 1,
            kind="number" if data is None else "file",
            sha256=None if data is None else sha256_of(data),
            size=None if data is None else len(data),
            received_at=room.clock(),
            received_by=officer.name,
            outcome="",
        )
        session.add(item)
        name = shown_name(brought.filename)
        about = {"file": name, "from": brought.giver, "typed": brought.typed.kept}
        put_json(ITEM_ABOUT, item, vault, about)
        if data is not None:
            ITEM_CONTENT.put(item, vault, data)
        details = _details(item, brought, name)
        place = item.place
        add_step(room, session, vault, case, officer, Act.RECEIVE, item=place, details=details)
        if waits:
            ask_turn(session, item, officer.name, room.clock())
        return place


def _check_new(session: Session, vault: Vault, case_id: int, brought: Brought) -> None:
    """Check that a case has no such file yet, so that a form may be sent twice."""
    if brought.data is None:
        return
    same = (CaseItem.case_id == case_id) & (CaseItem.sha256 == sha256_of(brought.data)) & RELIED_ON
    for item in session.scalars(select(CaseItem).where(same).order_by(CaseItem.place)):
        if read_json(ITEM_ABOUT, item, vault)["typed"] == brought.typed.kept:
            raise CaseError(
                "paper_known",
                Text(
                    f"与本案第 {item.place} 件是同一个文件，没有重复接收",
                    f"the same file as No. {item.place} of this case; not taken in again",
                ),
            )


def _check_kind(brought: Brought) -> None:
    """Have a file that cannot be verified confirmed before it is evidence, as it stays for good."""
    if _is_unread(brought) and not brought.unread_kept:
        raise CaseError(
            "paper_unread",
            Text(
                "不是 PDF 或图片，不能核验，没有接收；确要作为材料保存的，请勾选确认",
                "neither a PDF nor a picture: it cannot be verified, and was not taken in; confirm "
                "it if it is evidence all the same",
            ),
        )


def _is_unread(brought: Brought) -> bool:
    return brought.data is not None and kind_of(brought.data) is None


def _details(item: CaseItem, brought: Brought, name: str) -> Mapping[str, str]:
    details = {"from": brought.giver}
    if item.sha256 is None:
        return details | {"number": brought.typed.number}
    unread = {"unread": "yes"} if _is_unread(brought) else {}
    return details | {"file": name, "size": str(item.size), "sha256": item.sha256} | unread


def _details_of_verdict(judged: Judged, kept: Mapping[str, Any]) -> dict[str, str]:
    shown = judged.numbers.shown
    number = {} if shown is None else {"number": shown}
    return {
        "outcome": judged.verdict.outcome.value,
        **number,
        "verdict": sha256_of(verdict_file(kept["verdict"])),
    }


def _keep_verdict(
    room: PoliceRoom, session: Session, vault: Vault, item: CaseItem, judged: Judged
) -> None:
    item.outcome = judged.verdict.outcome.value
    item.report_number = item.report_pdf_sealed = item.report_json_sealed = None
    item.number = judged.numbers.shown
    item.prefix = None if item.number is None else item.number[:13]
    item.name_mark = None if not judged.name else name_mark(room, judged.name)
    item.boxed_sealed = None
    if judged.picture is not None:
        ITEM_BOXED.put(item, vault, judged.picture)
    session.execute(delete(CaseMark).where(CaseMark.item_id == item.id))
    session.add_all(
        CaseMark(item_id=item.id, kind=one.kind, value=one.value) for one in judged.marks
    )


def _sealed_report(
    room: PoliceRoom, judged: Judged
) -> tuple[tuple[str, str, ReportFiles] | None, dict[str, str] | None]:
    """Return number, code and files of the report on a verdict, or why there is none."""
    if not room.reports.offers:
        return None, _NO_KEY
    draft = room.reports.draft(judged.verdict, judged.examined)
    now = judged.verdict.checked_at
    try:
        ticket, files = room.lent.seal_report(draft, lambda: room.reports.ask(draft, now=now))
    except (KeysError, RegistryError, VerifierError) as error:
        return None, {"zh": error.text.zh, "en": error.text.en}
    return (ticket.number, ticket.code, files), None


_NO_KEY: Final = {
    "zh": "没有查验报告专用密钥，请管理员运行 yanzhen report-key new，再重新核验",
    "en": "there is no report key; have yanzhen report-key new run, then verify again",
}


def _check_brought(brought: Brought) -> None:
    check_words("paper_from", brought.giver)
    if brought.data is None or 0 < len(brought.data) <= MAX_FILE_BYTES:
        return
    if brought.data:
        limit = MAX_FILE_BYTES >> 20
        text = Text(f"文件超过 {limit} MB", f"the file has more than {limit} MB")
    elif brought.filename:
        text = Text("文件是空的", "the file is empty")
    else:
        text = Text("请选择文件", "choose a file")
    raise CaseError("paper_file", text)

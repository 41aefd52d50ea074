"""Verification reports from the button to the file, and years later from the file to the record."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from issuer.report_key_custody import revoke_report_key
from issuer.report_key_files import read_report_keys
from keys.jws import encode_bytes
from keys.report_document import report_file
from log.leaves import LifeKind
from registry.errors import VaultError
from registry.public_database import public_database, public_database_url
from registry.report_drafts import ReportDrafts, ReportTicket, read_ticket
from registry.report_models import Report
from registry.reports import (
    MAX_FAILURES,
    MAX_WAITING,
    ReportQueueFull,
    drop_expired,
    find_report,
    queue_report,
)
from registry.session import transaction
from tests.conftest import PASSPHRASE
from tests.issuer.desks import desk_at
from tests.issuer.lives import approved, proposed
from tests.issuer.seal_homes import real_now
from tests.keys.seal_readers import pdfsig_accepts, pyhanko_status, whole_and_valid
from tests.sealer.crafted_reports import with_crafted_certificates
from tests.sealer.report_homes import ORGANISATION, ReportHome, draft_in
from verifier.budgets_request import GATE_EXTENSION
from verifier.errors import UsageError
from verifier.report_check import ReportOutcome, judge_report

CHANGED_BYTES = 250


@pytest.fixture(scope="module")
def sealed(desk: ReportHome) -> tuple[ReportTicket, bytes, bytes]:
    """A report of the certificate's file: its ticket, its PDF and its JSON."""
    ticket = desk.ask_report(desk.upload("/verify/file", desk.pdf, "../证书<1>.pdf"))
    assert desk.seal() == 1
    return ticket, *desk.files(ticket)


def judge(desk: ReportHome, data: bytes) -> ReportOutcome:
    reports = desk.app.extensions["yanzhen_reports"]
    found = judge_report(data, root=reports.root(), crl=reports.crl(), find=reports.find)
    assert found is not None
    return found.outcome


def text_of(pdf: bytes) -> str:
    """Return the text of all pages."""
    with pypdfium2.PdfDocument(pdf) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


def flipped(data: bytes, place: int, bit: int = 0) -> bytes:
    return data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]


# ── asking ───────────────────────────────────────────────────────────


def test_a_report_is_asked_for_sealed_and_shown(desk: ReportHome) -> None:
    offer = desk.ask()
    assert "自申请之日起 3650 天（约 10 年）内可凭" in offer
    ticket = desk.ask_report(offer)
    form = {"number": ticket.number, "code": ticket.code}
    assert "正在封签" in desk.client.post("/report", data=form).text
    assert desk.seal() == 1
    page = desk.client.post("/report", data=form).text
    assert "核验一致，现行有效" in page
    assert desk.name in page
    pdf, text = desk.files(ticket)
    report = json.loads(text)["report"]
    assert (report["number"], report["issued_by"]) == (ticket.number, ORGANISATION)
    kept = desk.app.extensions["yanzhen_reports"].find(ticket.number)
    assert kept.sealed_at.replace(microsecond=0) == datetime.fromisoformat(report["sealed_at"])
    assert report["verdict"]["outcome"] == "valid"
    assert report["basis"]["log"]["size"] > 0
    shown = "".join(text_of(pdf).split())
    for words in (ticket.number, ticket.code, ORGANISATION, "不是鉴定意见", "样本", desk.name):
        assert "".join(words.split()) in shown


def test_pressing_twice_asks_for_one_report(desk: ReportHome) -> None:
    page = desk.ask("另一人")  # what is asked the same second as before is the same report
    assert desk.ask_report(page) == desk.ask_report(page)
    assert desk.seal() == 1


def test_a_wrong_name_and_an_unknown_number_can_be_reported_too(desk: ReportHome) -> None:
    ticket = desk.ask_report(desk.ask("无此人"))
    desk.seal()
    report = json.loads(desk.files(ticket)[1])["report"]
    assert report["verdict"]["outcome"] == "not_found"
    assert report["record"] == []
    assert desk.name not in json.dumps(report, ensure_ascii=False)


def test_a_typed_document_number_is_masked(desk: ReportHome) -> None:
    document = "110101199003070000"
    status, asked = desk.api("report", number=desk.number, name=desk.name, document_number=document)
    assert status == 202
    desk.seal()
    _, told = desk.api("report/look-up", number=asked["number"], code=asked["code"])
    written = json.dumps(told["report"], ensure_ascii=False)
    assert document not in written
    assert "110***************" in written


def test_a_report_is_no_way_round_the_budget_of_failed_look_ups(
    desk: ReportHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []
    gate = desk.app.extensions[GATE_EXTENSION]
    monkeypatch.setattr(gate, "demand", lambda *given: asked.append(given))
    monkeypatch.setattr(gate, "settle", lambda *given: asked.append(given))
    assert desk.api("report", number=desk.number, name="无此人")[0] == 202
    assert len(asked) == 2
    desk.seal()


def test_a_changed_or_old_draft_is_refused(desk: ReportHome) -> None:
    draft = draft_in(desk.ask())
    changed = ("B" if draft[40] == "A" else "A").join((draft[:40], draft[41:]))
    assert desk.client.post("/report/new", data={"draft": changed}).status_code == 422
    reports = desk.app.extensions["yanzhen_reports"]
    with pytest.raises(UsageError) as refused:
        reports.ask_text(draft, now=real_now() + timedelta(hours=3))
    assert refused.value.code == "report_draft_old"


def test_the_look_up_page_alone_keeps_nothing(desk: ReportHome) -> None:
    with public_database(public_database_url(desk.home)):
        pass
    before = rows(desk)
    desk.ask()
    assert rows(desk) == before


def test_a_draft_is_sealed_under_the_pepper_and_equal_contents_are_equal() -> None:
    drafts = ReportDrafts(b"p" * 32)
    content = {"verdict": {"checked_at": "2026-11-26T00:00:00Z"}, "name": "王晓晨"}
    assert drafts.seal(content) == drafts.seal(content)
    assert "王晓晨".encode() not in drafts.seal(content)
    with pytest.raises(VaultError):
        ReportDrafts(b"q" * 32).open(drafts.seal(content))


# ── what is kept ─────────────────────────────────────────────────────


def rows(desk: ReportHome) -> list[tuple[object, ...]]:
    path = public_database_url(desk.home).removeprefix("sqlite:///")
    with sqlite3.connect(path) as database:
        return list(database.execute("SELECT * FROM reports ORDER BY number"))


def test_the_database_alone_opens_nothing(
    desk: ReportHome, sealed: tuple[ReportTicket, bytes, bytes]
) -> None:
    ticket, pdf, _ = sealed
    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for row in rows(desk)
        for value in row
    )
    for secret in (desk.name, desk.number, ticket.code, ticket.code.replace("-", "")):
        assert secret.encode() not in kept
    assert pdf[:200] not in kept
    drafts = [row for row in rows(desk) if ticket.number in row]
    assert len(drafts) == 1


def test_the_number_alone_shows_time_and_hash(
    desk: ReportHome, sealed: tuple[ReportTicket, bytes, bytes]
) -> None:
    ticket, pdf, _ = sealed
    page = desk.client.post("/report", data={"number": ticket.number.lower()}).text
    assert hashlib.sha256(pdf).hexdigest() in page
    assert desk.name not in page
    assert ticket.code not in page
    status, told = desk.api("report/look-up", number=ticket.number)
    assert status == 200
    assert set(told) == {
        "number", "state", "asked_at", "sealed_at", "pdf_sha256", "json_sha256",
    }  # fmt: skip


def test_another_code_opens_nothing(
    desk: ReportHome, sealed: tuple[ReportTicket, bytes, bytes]
) -> None:
    ticket, _, _ = sealed
    wrong = {"number": ticket.number, "code": "0000-0000-0000-0000-0000"}
    assert desk.client.post("/report", data=wrong).status_code == 422
    assert desk.client.post("/report/pdf", data=wrong).status_code == 404
    assert desk.api("report/look-up", **wrong)[0] == 404
    assert desk.api("report/look-up", number="CY20260101-0000000000", code=ticket.code)[0] == 404


def test_number_and_code_are_read_however_they_are_typed() -> None:
    ticket = read_ticket("cy20261126 7k3m9q4x2o", "o12l abcd-EFGH.jkmn pqrs")
    assert ticket == ReportTicket(number="CY20261126-7K3M9Q4X20", code="0121-ABCD-EFGH-JKMN-PQRS")
    assert read_ticket("CY20261126-7K3M9Q4X2", "0121-ABCD-EFGH-JKMN-PQRS") is None
    assert read_ticket("CY20261126-7K3M9Q4X20", "0121-ABCD") is None


def waiting_row(at: int, now: datetime) -> Report:
    return Report(
        number=f"CY20261126-{at:010d}",
        asked_at=now,
        keep_until=now + timedelta(days=30),
        failures=0,
        draft=b"draft",
    )


def test_the_queue_has_an_end_and_reports_a_term(tmp_path: Path) -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    with public_database(f"sqlite:///{tmp_path / 'public.sqlite3'}") as engine:
        with transaction(engine) as session:
            session.add_all(waiting_row(at, now) for at in range(MAX_WAITING))
        with pytest.raises(ReportQueueFull):
            queue_report(
                engine, ReportTicket(number="CY20261126-X", code="x"), b"d", now=now, keep_days=30
            )
        assert drop_expired(engine, now=now + timedelta(days=29)) == 0
        assert drop_expired(engine, now=now + timedelta(days=31)) == MAX_WAITING


def test_what_cannot_be_sealed_is_left_after_some_tries(desk: ReportHome) -> None:
    odd = ReportTicket(number="CY20261126-0000000000", code="0000-0000-0000-0000-0000")
    with public_database(public_database_url(desk.home)) as engine:
        queue_report(engine, odd, b"no draft", now=real_now(), keep_days=1)
        good = desk.ask_report(desk.ask())
        assert desk.seal() == 1
        for _ in range(MAX_FAILURES):
            assert desk.seal() == 0
        kept = find_report(engine, odd.number)
    assert kept is not None
    assert kept.failed
    assert desk.files(good)


# ── the files ────────────────────────────────────────────────────────


def test_other_readers_accept_the_seal_of_the_whole_file(
    desk: ReportHome, sealed: tuple[ReportTicket, bytes, bytes], tmp_path: Path
) -> None:
    _, pdf, text = sealed
    assert pdfsig_accepts(pdf, tmp_path)
    roots = [desk.home.seal_root_path.read_bytes()]
    assert whole_and_valid(pyhanko_status(pdf, roots, real_now()))
    assert not pdfsig_accepts(flipped(pdf, 500), tmp_path)
    with pikepdf.open(BytesIO(pdf)) as document:
        inside = document.attachments["report.json"].get_file().read_bytes()
        assert "/Examined" in document.pages[0].Resources.XObject
    assert json.loads(inside) == json.loads(text)["report"]


def test_a_file_is_named_without_its_folders_and_by_its_hash(
    desk: ReportHome, sealed: tuple[ReportTicket, bytes, bytes]
) -> None:
    facts = json.loads(sealed[2])["report"]["examined"]["facts"]
    values = {fact["label"]["zh"]: fact["value"] for fact in facts}
    assert values["文件名（提交者所称）"] == "证书<1>.pdf"
    assert values["文件的 SHA-256"] == hashlib.sha256(desk.pdf).hexdigest()


@pytest.mark.parametrize("form", ["pdf", "json"])
def test_one_changed_byte_is_noticed(
    desk: ReportHome, sealed: tuple[ReportTicket, bytes, bytes], form: str
) -> None:
    data = sealed[1] if form == "pdf" else sealed[2]
    assert judge(desk, data) is ReportOutcome.GENUINE
    chance = random.Random(20261126)
    reports = desk.app.extensions["yanzhen_reports"]
    places = chance.sample(range(len(data)), CHANGED_BYTES)
    wrong = []
    for place in places:
        changed = flipped(data, place, chance.randrange(8))
        found = judge_report(changed, root=reports.root(), crl=None)
        if found is not None and found.outcome is not ReportOutcome.ALTERED:
            wrong.append(place)
    assert wrong == []
    for changed in (data + b"\n", data[:-1], data.replace(b"valid", b"value", 1)):
        assert judge(desk, changed) is ReportOutcome.ALTERED


def test_a_changed_name_of_the_root_that_lies_beside_is_noticed(
    desk: ReportHome, sealed: tuple[ReportTicket, bytes, bytes]
) -> None:
    data, name = sealed[1], "印章根证".encode()
    digits = name.hex().encode()
    places = [found.start() for found in re.finditer(digits, data)]
    assert len(places) >= 3  # the root names itself twice, the certificate below it once
    for place in places:
        changed = bytearray(data)
        changed[place + len(digits) - 1] ^= 1  # 证 becomes its neighbour, nothing else is broken
        assert judge(desk, bytes(changed)) is ReportOutcome.ALTERED


def test_whatever_begins_like_a_report_is_judged_and_breaks_nothing(
    desk: ReportHome, sealed: tuple[ReportTicket, bytes, bytes]
) -> None:
    _, pdf, text = sealed
    chance = random.Random(7)
    hostile = [pdf[:length] for length in (9, 60, 200, 600, len(pdf) // 2, len(pdf) - 1)]
    hostile += [text[:length] for length in (11, 30, len(text) // 2, len(text) - 2)]
    hostile += [pdf[:300] + chance.randbytes(5000), b'{"report":{' + chance.randbytes(500)]
    hostile += [b'{"report":{' + b"[" * 100_000, b'{"report":{},"signature":[]}\n']
    for header in (b"{}", b"[]", b'{"x5c":1}', b'{"x5c":["",""]}', b"nan"):
        protected = encode_bytes(header)
        hostile.append(report_file({}, protected, b"").replace(b'"report":{}', b'"report":{"a":1}'))
    hole = pdf.index(b"/Contents<") + 10
    hostile += [pdf[:hole] + b"30820004" + b"0" * 12 + pdf[hole + 20 :]]
    hostile += with_crafted_certificates(pdf, text)
    for data in hostile:
        found = judge_report(data, root=desk.home.seal_root_path.read_bytes(), crl=None)
        assert found is None or found.outcome is ReportOutcome.ALTERED
        assert found is None or found.signer is None


def test_the_site_tells_a_genuine_report_from_a_changed_one(
    desk: ReportHome, sealed: tuple[ReportTicket, bytes, bytes]
) -> None:
    _, pdf, text = sealed
    for file in (pdf, text):
        for address in ("/report/check", "/verify/file"):
            page = desk.upload(address, file)
            assert "查验报告属实" in page
            assert "与本站保存的报告文件一致" in page
    page = desk.upload("/report/check", flipped(pdf, len(pdf) // 2))
    assert "查验报告属实" not in page
    assert desk.name not in page
    assert "不是查验报告" in desk.upload("/report/check", desk.pdf)


def test_the_seal_of_a_stranger_or_a_bodys_own_is_not_taken_for_the_report_key(
    desk: ReportHome, sealed: tuple[ReportTicket, bytes, bytes]
) -> None:
    _, pdf, _ = sealed
    other = judge_report(pdf, root=b"another root", crl=None)
    assert other is not None
    assert other.outcome is ReportOutcome.UNKNOWN_KEY
    assert other.content is None
    assert judge_report(desk.pdf, root=None, crl=None) is None


def test_a_revoked_key_is_told_and_used_no_more(
    desk: ReportHome, sealed: tuple[ReportTicket, bytes, bytes], tmp_path: Path
) -> None:
    copy = tmp_path / "home"
    shutil.copytree(desk.home.path, copy)
    home = type(desk.home).open(copy, environment={})
    (key,) = read_report_keys(home)
    revoked = revoke_report_key(home, key.key_id, PASSPHRASE, now=real_now())
    assert revoked.revoked_at is not None
    assert not home.report_certificate_path.exists()
    found = judge_report(
        sealed[1], root=home.seal_root_path.read_bytes(), crl=home.seal_crl_path.read_bytes()
    )
    assert found is not None
    assert found.outcome is ReportOutcome.REVOKED_KEY


def test_what_was_valid_on_a_day_stays_reported_so_when_it_is_revoked_later(
    desk: ReportHome,
) -> None:
    """The last test here: it revokes the one certificate."""
    ticket = desk.ask_report(desk.ask())
    desk.seal()
    with desk_at(desk.home, clock=real_now) as office:
        approved(office, proposed(office, LifeKind.REVOKE, number=desk.number))
    assert "已撤销" in desk.ask()
    pdf, _ = desk.files(ticket)
    assert judge(desk, pdf) is ReportOutcome.GENUINE
    page = desk.upload("/report/check", pdf)
    assert "查验时，核验一致，现行有效。此后如有暂停、撤销等变动，不影响当时的情况" in page
    looked_up = desk.client.post("/report", data={"number": ticket.number, "code": ticket.code})
    assert "核验一致，现行有效" in looked_up.text
    assert "现在是否有效，请重新查验" in looked_up.text
    assert "已撤销" not in looked_up.text

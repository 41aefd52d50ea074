"""A whole batch to be printed: one file for the printer beside the ZIP of sealed certificates."""

from __future__ import annotations

import io
import json
import re
import zipfile
from urllib.parse import unquote

import pypdfium2
import pytest
from PIL import Image, ImageChops
from sqlalchemy import select, update

from issuer.batch_printing import PRINTING
from registry.batch_models import BatchDraft
from registry.models import Award, AwardStatus
from registry.session import reading, transaction
from registry.trail_models import TrailEntry
from tests.issuer.batch_desk import APPROVER, CLERK, EXAMINER, FOREIGN, READY, BatchDesk
from tests.issuer.desks import PREFIX

FILES = f"/batches/{READY}/files"


def issued(desk: BatchDesk) -> BatchDesk:
    """Issue the batch that is ready."""
    assert desk.submit(READY).status_code == 303
    assert desk.approve(READY).status_code == 303
    assert desk.work() == 1
    return desk


def draft_of(desk: BatchDesk) -> BatchDraft:
    """Return the row of the batch."""
    with reading(desk.room.desks) as session:
        return session.get_one(BatchDraft, READY)


def sealed_pages(desk: BatchDesk) -> list[Image.Image]:
    """Return the pages of the ZIP's certificates as a reader shows them, in their order."""
    found = []
    with zipfile.ZipFile(io.BytesIO(desk.download(f"{FILES}/certificates.zip"))) as archive:
        for name in archive.namelist():
            if name.startswith(PREFIX):
                with pypdfium2.PdfDocument(archive.read(name)) as document:
                    document.init_forms()
                    found.append(document[0].render(scale=1).to_pil())
    return found


def test_the_file_for_the_printer_has_every_page_and_no_electronic_seal(
    ready_desk: BatchDesk,
) -> None:
    desk = issued(ready_desk)
    page = desk.get(f"/batches/{READY}").text
    assert "不带电子印章，不能作为电子证书发放" in page and "/files/print/1.pdf" not in page
    assert f'action="{FILES}/print"' in page
    assert "制作、下载印制文件" not in desk.get("/certificates/1").text
    assert desk.post(f"{FILES}/print").status_code == 303
    assert f'action="{FILES}/print"' not in desk.get(f"/batches/{READY}").text  # it is under way
    story = desk.get("/certificates/1").text.partition('id="life"')[2].partition("</section>")[0]
    assert "制作、下载印制文件</b>" in story and CLERK.name in story
    assert desk.get(f"{FILES}/print/1.pdf").status_code == 409
    assert desk.work() == 1
    assert "打印文件：第 1 至 2 张" in desk.get(f"/batches/{READY}").text
    answer = desk.get(f"{FILES}/print/1.pdf", APPROVER)
    assert "无电子印章" in unquote(answer.headers["Content-Disposition"])
    assert "no-store" in answer.headers["Cache-Control"]
    joined = answer.data
    answer.close()
    assert b"/ByteRange" not in joined and b"/Sig" not in joined
    wanted = sealed_pages(desk)
    with pypdfium2.PdfDocument(joined) as document:
        pages = [one.render(scale=1).to_pil() for one in document]
    assert len(pages) == len(wanted) == 2
    for own, sealed in zip(pages, wanted, strict=True):
        apart = ImageChops.difference(own.convert("L"), sealed.convert("L")).histogram()
        assert not any(apart[3:])  # the visible seal included
    with reading(desk.room.register) as session:
        noted = session.execute(
            select(TrailEntry.act, TrailEntry.subject).where(TrailEntry.act == "copies.print")
        ).all()
    assert [subject for _, subject in noted][-1].endswith(" 1-2")


def test_a_large_batch_comes_in_several_files(
    ready_desk: BatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = issued(ready_desk)
    monkeypatch.setattr("issuer.batch_printing.CERTIFICATES_A_FILE", 1)
    desk.post(f"{FILES}/print")
    monkeypatch.setattr("issuer.console.batches.has_runner", lambda _: True)
    told = desk.get(f"/batches/{READY}/progress").text
    assert "每 300 张一个文件，每个约需 1 分钟" in json.loads(told)["text"]
    assert desk.work() == 2  # one at a time: what others wait for comes between
    page = desk.get(f"/batches/{READY}").text
    assert "第 1 至 1 张" in page and "第 2 至 2 张" in page
    for part in (1, 2):
        with pypdfium2.PdfDocument(desk.download(f"{FILES}/print/{part}.pdf")) as document:
            assert len(document) == 1
    assert desk.get(f"{FILES}/print/3.pdf").status_code == 409


def test_what_stops_the_making_is_told_and_a_killed_one_begins_again(
    ready_desk: BatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = issued(ready_desk)
    desk.post(f"{FILES}/print")
    with pytest.raises(KeyboardInterrupt), monkeypatch.context() as patch:
        patch.setattr("issuer.batch_printing.write_again", _killed)
        desk.work()
    assert draft_of(desk).phase == PRINTING
    with monkeypatch.context() as patch:
        patch.setattr("issuer.batch_printing._MEMORY_BYTES", 1 << 20)
        desk.work()
    assert draft_of(desk).trouble == "child_crash"
    assert "暂时无法继续" in desk.get(f"/batches/{READY}").text
    assert desk.get(f"{FILES}/print/1.pdf").status_code == 409
    desk.post(f"{FILES}/print")
    assert draft_of(desk).trouble is None
    desk.work()
    assert desk.download(f"{FILES}/print/1.pdf").startswith(b"%PDF-")


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_who_may_take_the_zip_may_print_and_nobody_else(ready_desk: BatchDesk) -> None:
    early = ready_desk.post(f"{FILES}/print")
    assert early.status_code == 409 and "不能这样操作" in early.text
    desk = issued(ready_desk)
    for person, status in ((EXAMINER, 403), (FOREIGN, 404)):
        assert desk.post(f"{FILES}/print", person).status_code == status
        assert desk.get(f"{FILES}/print/1.pdf", person).status_code == status
    for person in (CLERK, APPROVER):
        assert desk.post(f"{FILES}/print", person).status_code == 303


def test_what_is_revoked_is_handed_out_to_nobody_for_printing(ready_desk: BatchDesk) -> None:
    desk = issued(ready_desk)
    desk.post(f"{FILES}/print")
    desk.work()
    assert len(sealed_pages(desk)) == 2
    assert "/files/print/1.pdf" in desk.get(f"/batches/{READY}").text
    with transaction(desk.room.register) as session:
        first, second = session.scalars(select(Award).order_by(Award.id)).all()
        first.status = AwardStatus.REVOKED
    page = desk.get(f"/batches/{READY}").text
    assert "/files/print/1.pdf" not in page and "本批次有 1 张证书现非有效" in page
    assert re.search(rf"{first.number}(?:(?!</tr>).)*已撤销", page, re.S)
    with zipfile.ZipFile(io.BytesIO(desk.download(f"{FILES}/certificates.zip"))) as archive:
        (name,) = (one for one in archive.namelist() if one.startswith(PREFIX))
    assert name.startswith(second.number)
    with transaction(desk.room.register) as session:
        session.execute(update(Award).values(status=AwardStatus.REVOKED))
    gone = desk.get(f"{FILES}/certificates.zip")
    assert gone.status_code == 409 and "本批次没有现行有效的证书" in gone.text
    asked = desk.post(f"{FILES}/print")
    assert asked.status_code == 409 and "没有可以下载、印制的文件" in asked.text

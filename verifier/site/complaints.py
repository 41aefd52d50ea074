"""Complaints and tips from the public: sending one, perhaps with a file, and following it up."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from flask import Blueprint, Flask, current_app, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from codes.filing_rules import RuleName, filing_rule
from codes.wording import Text
from registry.child import ChildFailed, FailureReason
from registry.complaint_answers import ComplaintAnswer, ComplaintOffice
from registry.complaint_models import SentComplaint
from registry.complaints import (
    MOST_FILE_BYTES,
    UNREAD_MARK,
    ComplaintBox,
    ComplaintFile,
    ComplaintKind,
    ComplaintsFull,
    ComplaintWords,
    find_complaint,
)
from registry.errors import RegistryError
from registry.home import Home
from registry.public_database import PublicSide
from registry.sendings import new_mark, sending_of
from registry.session import reading, transaction
from verifier.budgets_request import may_write
from verifier.document import MAX_FILE_BYTES
from verifier.file_kinds import FileKind, kind_of
from verifier.file_slots import FileSlots, NoFreeSlot
from verifier.report_desk import ReportDesk
from verifier.service import Verifier
from verifier.site.forms import (
    MANY_LETTERS,
    MAX_FORM_BYTES,
    MULTIPART_MARGIN_BYTES,
    Trouble,
    Upload,
    read_upload,
)
from verifier.site.pages import error_response, whole_address

EXTENSION: Final = "yanzhen_complaints"
MOST_SENDER: Final = 200
MOST_SUBJECT: Final = 200
MOST_WORDS: Final = 5000

blueprint = Blueprint("complaints", __name__)


class ComplaintDesk(PublicSide):
    """What the public side keeps of complaints, and how it looks at a file sent along.

    Args:
        home: the installation.
        pictures: draws a file in a child process.
        slots: how many files may be read at once.
    """

    def __init__(self, home: Home, pictures: ReportDesk, slots: FileSlots) -> None:
        super().__init__(home)
        self._pictures = pictures
        self._slots = slots
        self.box = ComplaintBox(home.pepper())

    def read_file(self, data: bytes) -> ComplaintFile | None:
        """Return a file to be sent along; None where it is no picture or PDF that opens.

        While the machine is busy it is kept unread: nobody should have to send a complaint again.
        One that brings its reader down does not open, however often it is sent.
        """
        kind = kind_of(data)
        if kind not in (FileKind.PDF, FileKind.PICTURE):
            return None
        try:
            with self._slots.taken():
                drawn = self._pictures.draw(data)
        except NoFreeSlot:
            return ComplaintFile(content=data, kind=kind.value, unread=True)
        except ChildFailed as error:
            if error.reason is not FailureReason.BUSY:
                return None
            return ComplaintFile(content=data, kind=kind.value, unread=True)
        return None if drawn is None else ComplaintFile(content=data, kind=kind.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintEntry:
    """A complaint as typed."""

    kind: str = ""
    sender: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What became of a complaint.

    Args:
        subject: the certificate, body or address it names, until a desk has put it on record;
            empty from then on, and where it names none.
        answers: what its sender was answered, the first first.
        due_on: until when it is to be settled, once it is on record.
        file: what file came with it, or None.
    """

    kind: ComplaintKind
    subject: str = field(repr=False)
    text: Text
    sent_at: datetime
    due_on: date | None
    answers: Sequence[ComplaintAnswer]
    closed: bool
    file: Text | None


def add_complaints(app: Flask, home: Home, pictures: ReportDesk, slots: FileSlots) -> None:
    """Let an application take complaints for a home."""
    app.extensions[EXTENSION] = ComplaintDesk(home, pictures, slots)
    app.register_blueprint(blueprint)


@blueprint.get("/complaints")
def start() -> AnyResponse:
    """Show the form, and where one is followed up."""
    return _page(ComplaintEntry())


@blueprint.post("/complaints")
def send() -> AnyResponse:
    """Keep a complaint, sealed, and show its receipt code once."""
    request.max_content_length = MAX_FILE_BYTES + MULTIPART_MARGIN_BYTES  # beyond it no page
    entry, upload = _read(request.form), read_upload(request.files)
    troubles = (*_inspect(entry), *_inspect_upload(upload))
    if troubles:
        return _page(entry, troubles)
    desk, sending = _desk(), _sending(entry, upload)
    if sending:
        with reading(desk.public) as session:
            again = desk.box.repeated(session, sending)
        if again is not None:  # the page of the receipt was loaded once more
            return _sent_page(entry, again, upload)
    if not may_write(request, "complaint"):
        return _page(entry, (Trouble(field="text", text=MANY_LETTERS),), status=429)
    file = None if upload is None else desk.read_file(upload.data)
    if upload is not None and file is None:
        return _page(entry, (Trouble(field="file", text=_UNREADABLE),))
    words = ComplaintWords(sender=entry.sender, subject=entry.subject, text=entry.text)
    try:
        with transaction(desk.public) as session:
            kind, now = ComplaintKind(entry.kind), _verifier().now()
            code = desk.box.send(session, kind, words, file, now=now, sending=sending)
    except ComplaintsFull as error:
        at = "file" if error.code == "complaint_files_full" else "text"
        return _page(entry, (Trouble(field=at, text=error.text),))
    return _sent_page(entry, code, upload, unread=file is not None and file.unread)


def _sending(entry: ComplaintEntry, upload: Upload | None) -> bytes:
    """Return what a form and all that stands in it are told by; nothing where it has no mark."""
    digest = hashlib.sha256(b"" if upload is None else upload.data).hexdigest()
    typed = (entry.kind, entry.sender, entry.subject, entry.text, digest)
    return sending_of(request.form.get("sending", ""), *typed)


def _sent_page(
    entry: ComplaintEntry, code: str, upload: Upload | None, *, unread: bool = False
) -> AnyResponse:
    kind = None if upload is None else kind_of(upload.data)
    with reading(_desk().public) as session:
        sent = find_complaint(session, code)
        sent_at = _verifier().now() if sent is None else sent.sent_at
    return make_response(
        render_template(
            "complaint_sent.html",
            kind=ComplaintKind(entry.kind),
            code=code,
            sent_at=sent_at,
            followed_at=whole_address(url_for("complaints.start")),
            anonymous=not entry.sender,
            days=filing_rule(RuleName.COMPLAINT_DAYS, _verifier().today()).value,
            unread=unread,
            file_name="" if upload is None else upload.filename,
            file=None if upload is None or kind is None else _called(kind.value, len(upload.data)),
        )
    )


@blueprint.post("/complaints/about")
def begin() -> AnyResponse:
    """Show the form with what was found to be false filled in."""
    request.max_content_length = MAX_FORM_BYTES
    link = request.form.get("link", "").strip()
    fits = len(link) <= MOST_SUBJECT and link.isprintable()
    entry = ComplaintEntry(
        kind=ComplaintKind.FORGED.value,
        subject=link if fits else "",
        text="" if fits else link,
    )
    return _page(entry)


@blueprint.post("/complaints/receipt")
def follow_up() -> AnyResponse:
    """Say what became of a complaint, to who holds its receipt code."""
    request.max_content_length = MAX_FORM_BYTES
    code = request.form.get("code", "").strip()
    desk = _desk()
    with reading(desk.public) as session:
        row = find_complaint(session, code)
        if row is None:
            trouble = Trouble(field="code", text=_UNKNOWN)
            return _page(ComplaintEntry(), (trouble,), code=code, following=True)
        told = desk.box.told(row)
        standing = Standing(
            kind=ComplaintKind(row.kind),
            subject="" if row.sealed is None else desk.box.words(row).subject,
            text=_standing(row, told.passed_to),
            sent_at=row.sent_at,
            due_on=row.due_on,
            answers=told.answers,
            closed=row.closed_at is not None,
            file=None if row.file_kind is None else _called(row.file_kind, row.file_bytes),
        )
    return _page(ComplaintEntry(), code=code, standing=standing, following=True)


def _called(kind: str, size: int) -> Text:
    """Return what a file that was sent along is called: its kind, and its size where known."""
    is_pdf = kind.removesuffix(UNREAD_MARK) == FileKind.PDF.value
    name = Text("PDF 文件", "PDF file") if is_pdf else Text("图片", "picture")
    if not size:  # the file is with the desk by now
        return name
    kilobytes = -(-size // 1024)
    shown = f"{kilobytes} KB" if kilobytes < 1024 else f"{size / (1 << 20):.1f} MB"
    return Text(f"{name.zh}，{shown}", f"{name.en}, {shown}")


_WAITS: Final = Text("已收到，等待登记", "received; it has yet to be put on record")
_LOOKED_INTO: Final = Text(
    "已登记，等待分派或正在核实", "on record: waits to be assigned, or is being looked into"
)
_ANSWERED: Final = Text("已有答复，仍在办理", "answered so far, and still being looked into")
_CLOSED: Final = Text("已办结", "settled")


def _standing(row: SentComplaint, passed_to: ComplaintOffice | None) -> Text:
    """Return how far a complaint is, and with whom once one office passed it to the other."""
    if row.closed_at is not None:
        return _CLOSED
    if row.taken_at is None:
        return _WAITS
    text = _LOOKED_INTO if row.answered_at is None else _ANSWERED
    if passed_to is None:
        return text
    now_with = passed_to.text
    return Text(f"{text.zh}，现由{now_with.zh}办理", f"{text.en}; it is with {now_with.en} now")


_UNKNOWN: Final = Text(
    "没有这个回执编号，请核对后重新输入",
    "There is no such receipt code; check it and enter it again",
)
_UNREADABLE: Final = Text(
    "附件打不开：只接收能正常打开的图片或 PDF 文件。请重新拍照或另存后再选择，或不带附件提交",
    "The file does not open as a picture or PDF: take the picture anew or save the file again, or "
    "send the complaint without it",
)
_LARGE: Final = Text(
    f"附件超过 {MOST_FILE_BYTES >> 20} MB，请缩小后重新选择",
    f"The file has more than {MOST_FILE_BYTES >> 20} MB; choose a smaller one",
)


def _page(
    entry: ComplaintEntry,
    troubles: tuple[Trouble, ...] = (),
    *,
    code: str = "",
    standing: Standing | None = None,
    following: bool = False,
    status: int = 422,
) -> AnyResponse:
    page = render_template(
        "complaints.html",
        entry=entry,
        kinds=[(one.value, one.text) for one in ComplaintKind],
        most_sender=MOST_SENDER,
        most_subject=MOST_SUBJECT,
        most=MOST_WORDS,
        most_megabytes=MOST_FILE_BYTES >> 20,
        code=code,
        standing=standing,
        sending=new_mark(),
        following=following,
        troubles=troubles,
    )
    return make_response(page, status if troubles else 200)


def _read(form: Mapping[str, str]) -> ComplaintEntry:
    return ComplaintEntry(
        kind=form.get("kind", ""),
        sender=form.get("sender", "").strip(),
        subject=form.get("subject", "").strip(),
        text=form.get("text", "").replace("\r\n", "\n").strip(),
    )


def _inspect(entry: ComplaintEntry) -> tuple[Trouble, ...]:
    troubles = []
    if entry.kind not in tuple(map(str, ComplaintKind)):
        text = Text("请选择反映的事项", "Choose what it is about")
        troubles.append(Trouble(field="kind", text=text))
    for at, value, most in (
        ("sender", entry.sender, MOST_SENDER),
        ("subject", entry.subject, MOST_SUBJECT),
    ):
        if len(value) > most or not value.isprintable():
            text = Text(f"请写在一行内，不超过 {most} 字", f"One line of at most {most} characters")
            troubles.append(Trouble(field=at, text=text))
    if not 1 <= len(entry.text) <= MOST_WORDS or not entry.text.replace("\n", "").isprintable():
        text = Text(
            f"请写明情况，不超过 {MOST_WORDS} 字",
            f"Say what happened, in at most {MOST_WORDS} characters",
        )
        troubles.append(Trouble(field="text", text=text))
    return tuple(troubles)


def _inspect_upload(upload: Upload | None) -> tuple[Trouble, ...]:
    if upload is None or len(upload.data) <= MOST_FILE_BYTES:
        return ()
    return (Trouble(field="file", text=_LARGE),)


def _desk() -> ComplaintDesk:
    desk: ComplaintDesk = current_app.extensions[EXTENSION]
    return desk


def _verifier() -> Verifier:
    verifier: Verifier = current_app.extensions["yanzhen_verifier"]
    return verifier


@blueprint.errorhandler(RegistryError)
def show_unavailable(error: RegistryError) -> AnyResponse:
    """Say that complaints cannot be taken or followed up at present."""
    return error_response(error, 503)

"""What the three forms of the start page bring, read into types; nothing is judged here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from codes.wording import Text
from verifier.budgets import LETTERS_AN_HOUR
from verifier.document import MAX_FILE_BYTES

MAX_FORM_BYTES = 64 * 1024
MULTIPART_MARGIN_BYTES = 64 * 1024

TOO_LARGE = Text(
    f"文件超过 {MAX_FILE_BYTES // 2**20} MB，请压缩或重新拍照后再上传",
    f"the file has more than {MAX_FILE_BYTES // 2**20} MB; make it smaller or take a new photo",
)
MANY_LETTERS = Text(
    f"您所在的网络一小时内已提交 {LETTERS_AN_HOUR} 件，请稍后再试，或以书面、电话方式提出",
    f"{LETTERS_AN_HOUR} were sent from your network within an hour; try again later, or write "
    "or call",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was typed into the start page, to be shown again in the form.

    Args:
        by: which fact about the holder was chosen: "name" or "document".
        on: a day whose status is asked for beside the present one, as typed.
    """

    number: str = ""
    by: str = "name"
    name: str = ""
    document: str = ""
    text: str = ""
    on: str = ""

    @property
    def asked_name(self) -> str | None:
        """The holder's name, where it is asked by."""
        return self.name if self.by == "name" else None

    @property
    def asked_document(self) -> str | None:
        """The holder's document number, where it is asked by."""
        return self.document if self.by == "document" else None

    @property
    def look_up_fields(self) -> tuple[tuple[str, str], ...]:
        """The fields that ask the same look-up again."""
        fact = ("document", self.document) if self.by == "document" else ("name", self.name)
        return (("number", self.number), ("by", self.by), fact, ("on", self.on))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something missing from a form; `field` is the id of the field to go to."""

    field: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An uploaded file in memory; `filename` is as the browser gave it, untrusted."""

    data: bytes
    filename: str


def read_look_up(form: Mapping[str, str]) -> Entry:
    """Return the look-up entry; when only the field not chosen was filled, it counts as chosen."""
    number, name, document, on = (
        form.get(field, "").strip() for field in ("number", "name", "document", "on")
    )
    by = "document" if form.get("by") == "document" else "name"
    if by == "name" and document and not name:
        by = "document"
    elif by == "document" and name and not document:
        by = "name"
    return Entry(number=number, by=by, name=name, document=document, on=on)


def inspect_look_up(entry: Entry) -> tuple[Trouble, ...]:
    """Return what is missing before a look-up can be asked."""
    troubles = []
    if not entry.number:
        troubles.append(
            Trouble(field="number", text=Text("请填写证书编号", "Enter the certificate number"))
        )
    if entry.by == "name" and not entry.name:
        troubles.append(
            Trouble(field="name", text=Text("请填写持证人姓名", "Enter the holder's name"))
        )
    if entry.by == "document" and not entry.document:
        troubles.append(
            Trouble(
                field="document",
                text=Text("请填写持证人证件号码", "Enter the holder's document number"),
            )
        )
    return tuple(troubles)


def inspect_lengths(typed: Mapping[str, str], **most: int) -> tuple[Trouble, ...]:
    """Return which fields hold more characters than they may; none is ever cut."""
    return tuple(
        Trouble(
            field=field,
            text=Text(
                f"{len(typed[field])} 字，最多 {longest} 字",
                f"{len(typed[field])} characters; at most {longest}",
            ),
        )
        for field, longest in most.items()
        if len(typed[field]) > longest
    )


def read_text(form: Mapping[str, str]) -> Entry:
    """Return the entry of a pasted QR text."""
    return Entry(text=form.get("text", "").strip())


def inspect_text(entry: Entry) -> tuple[Trouble, ...]:
    """Return what is missing before a scanned text can be judged."""
    if entry.text:
        return ()
    return (
        Trouble(
            field="text",
            text=Text("请粘贴扫码得到的网址或数字", "Paste the scanned address or digits"),
        ),
    )


def read_upload(files: Mapping[str, FileStorage]) -> Upload | None:
    """Return the first file chosen, from the camera or from storage; None when there is none."""
    for field in ("file", "photo"):
        chosen = files.get(field)
        if chosen is not None and chosen.filename:
            return Upload(data=chosen.read(), filename=chosen.filename)
    return None


def no_file() -> tuple[Trouble, ...]:
    """Return the trouble of an upload without a file."""
    return (
        Trouble(
            field="file",
            text=Text(
                "请先拍照，或选择图片、PDF 文件", "Take a photo, or choose a picture or PDF file"
            ),
        ),
    )

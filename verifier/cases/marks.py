"""What suspect papers may share: numbers, files, pictures, hosts of QR codes, programs, fonts.

Marks are leads, not proofs: each says what exactly is shared, and how much that tells. Of a file
that was verified as genuine only number and file are kept, because what our own pages share tells
of no forger. Pictures inside files are compared as whole pictures; nothing looks for faces.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from codes.names import fold_name, normalise_name
from codes.wording import Text
from keys.document import KeyDocument
from registry.child import ChildFailed
from verifier.cases.room import PoliceRoom
from verifier.cases.shown_numbers import ShownNumbers, judged_print
from verifier.document import FileReading
from verifier.errors import KeyDocumentUnavailable
from verifier.file_kinds import FileKind, kind_of
from verifier.finding_codes import BUSY
from verifier.link_parts import EDGES, split_link
from verifier.scan import Scan, read_qr
from verifier.verdict import Outcome, Verdict

_NUMBER: Final = re.compile(r"(?<![0-9A-Z])[A-Z][0-9]{21}(?![0-9])")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_GENUINE: Final = frozenset({Outcome.VALID, Outcome.NOT_CURRENT})
_OURS: Final = "Yanzhen"
_LONGEST: Final = 300


class MarkKind(StrEnum):
    """What kind of thing is shared."""

    FILE = "file"
    CODE = "code"
    IMAGE = "image"
    LOOKS = "looks"
    HOST = "host"
    PROGRAM = "program"
    FONTS = "fonts"

    @property
    def text(self) -> Text:
        """What is shared, in both languages."""
        return _KINDS[self][0]

    @property
    def weight(self) -> Text:
        """How much it tells, in both languages."""
        return _KINDS[self][1]


_KINDS: Final = {
    MarkKind.FILE: (
        Text("同一个文件（SHA-256 相同）", "the very same file (SHA-256)"),
        Text("逐字节相同", "byte for byte"),
    ),
    MarkKind.CODE: (
        Text("二维码内容相同", "QR codes with the very same content"),
        Text(
            "可能是同一张纸再次送检，也可能是把一个二维码印在了几张证书上，须打开比对",
            "one paper handed in again, or one code printed on several; open them and compare",
        ),
    ),
    MarkKind.IMAGE: (
        Text("文件中嵌有同一张图片（逐字节相同）", "the very same picture inside (byte for byte)"),
        Text(
            "可能是照片、印章或底图，须打开查看是哪一张",
            "a photo, a seal or a background; look which it is",
        ),
    ),
    MarkKind.LOOKS: (
        Text("文件中嵌有相近的图片", "pictures inside that look alike"),
        Text(
            "可能是同一张图片重新保存或缩放；不作人脸识别，须目视比对",
            "perhaps one picture saved anew or resized; no faces compared; compare by eye",
        ),
    ),
    MarkKind.HOST: (
        Text("二维码指向同一个外部网站", "QR codes that lead to one foreign host"),
        Text("不是备案网站的地址；不要打开", "not a published address; do not open it"),
    ),
    MarkKind.PROGRAM: (
        Text("制作软件标识相同", "the same program named as its maker"),
        Text(
            "常见软件使用者众多，仅凭这一项不能说明问题",
            "many people use a common program; weak alone",
        ),
    ),
    MarkKind.FONTS: (
        Text("所用字体的组合相同", "the same set of fonts"),
        Text(
            "组合越少见越有参考价值；常见组合不能说明问题", "the odder the set, the more it tells"
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing a paper may share; `value` is compared letter by letter, or as a 256-bit hash."""

    kind: MarkKind
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperClaims:
    """What a file says of itself, as far as it was read; nothing of it is verified.

    Args:
        numbers: certificate numbers, in print and in a QR code.
        name: of the holder; None where none was read.
    """

    numbers: ShownNumbers
    name: str | None
    marks: tuple[Mark, ...]


def gather_claims(room: PoliceRoom, data: bytes, verdict: Verdict) -> PaperClaims:
    """Return what a file claims and what it may share with others; what cannot be read is left out.

    Where the machine was too busy for the verdict, no more of its time is asked for: judged again
    later, the file is read then.

    Args:
        room: whose children read it.
        data: the file; untrusted.
        verdict: on it.
    """
    if any(one.code in BUSY for one in verdict.findings):
        file = Mark(kind=MarkKind.FILE, value=hashlib.sha256(data).hexdigest())
        return PaperClaims(numbers=ShownNumbers(), name=None, marks=(file,))
    readers = room.readers.answering()
    reading = readers.read(data)
    pages = reading.pages if isinstance(reading, FileReading) else ()
    symbols = [text for page in pages for text in page.symbols]
    document = _document(room)
    code, name = _of_symbols(symbols, document)
    is_judged, printed = judged_print(verdict)
    if not is_judged:
        found = (_NUMBER.search("".join(one.text for one in page.glyphs)) for page in pages)
        printed = next((one[0] for one in found if one), None)
    known = code or printed or verdict.certificate
    if known is None and kind_of(data) is not FileKind.PDF:
        said = readers.read_print(data)
        printed, name = said.number, said.name
    return PaperClaims(
        numbers=ShownNumbers(printed=printed, code=code),
        name=name,
        marks=_marks(room, data, verdict, symbols, document),
    )


def name_mark(room: PoliceRoom, name: str) -> str:
    """Return a keyed hash that is equal for one name however it is spaced."""
    return hmac.digest(room.secret, plain_name(name).encode(), hashlib.sha256).hex()


def plain_name(name: str) -> str:
    """Return what is equal for one name however it is spaced."""
    return fold_name(normalise_name(name).name)


def _marks(
    room: PoliceRoom,
    data: bytes,
    verdict: Verdict,
    symbols: Sequence[str],
    document: KeyDocument | None,
) -> tuple[Mark, ...]:
    file = Mark(kind=MarkKind.FILE, value=hashlib.sha256(data).hexdigest())
    if verdict.outcome in _GENUINE:  # its program and fonts are the issuer's
        return (file, *dict.fromkeys(_code_marks(symbols)))
    try:
        told = json.loads(room.marks.ask(data))
    except (ChildFailed, ValueError):
        told = {}
    of_file = _of_file(told) if isinstance(told, dict) else ()
    of_codes = (*_code_marks(symbols), *host_marks(symbols, document))
    return tuple(dict.fromkeys((file, *of_codes, *of_file)))


def _code_marks(symbols: Sequence[str]) -> Iterator[Mark]:
    """Yield what tells one content of a code from another; the content itself may name somebody."""
    for text in symbols:
        content = text.strip(EDGES)
        if content:
            digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
            yield Mark(kind=MarkKind.CODE, value=digest)


def _of_file(told: dict[str, Any]) -> Iterator[Mark]:
    """Yield what the child told, of which nothing is believed to be well-formed."""
    images = told.get("images")
    for one in images if isinstance(images, list) else ():
        if isinstance(one, dict) and _is_hash(one.get("sha256")):
            yield Mark(kind=MarkKind.IMAGE, value=one["sha256"])
            if _is_hash(one.get("looks")):
                yield Mark(kind=MarkKind.LOOKS, value=one["looks"])
    named = [_plain(told.get(key)) for key in ("producer", "creator")]
    if any(one and one != _OURS for one in named):
        yield Mark(kind=MarkKind.PROGRAM, value=" / ".join(filter(None, named))[:_LONGEST])
    fonts = told.get("fonts")
    names = sorted({_plain(one) for one in fonts} - {""}) if isinstance(fonts, list) else []
    if len(names) > 1:
        yield Mark(kind=MarkKind.FONTS, value=", ".join(names)[:_LONGEST])


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _plain(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return "".join(char for char in text if char.isprintable()).strip()


def _document(room: PoliceRoom) -> KeyDocument | None:
    try:
        return room.verifier.trust_list().document
    except KeyDocumentUnavailable:
        return None


def _of_symbols(
    symbols: Sequence[str], document: KeyDocument | None
) -> tuple[str | None, str | None]:
    for text in symbols if document is not None else ():
        assert document is not None
        scan = read_qr(text, document)
        if isinstance(scan, Scan):
            return str(scan.record.number), scan.record.holder_name
    return None, None


def host_marks(symbols: Sequence[str], document: KeyDocument | None) -> Iterator[Mark]:
    """Yield the hosts that codes would lead a browser to and that are not ours."""
    ours = set() if document is None else {one.host for one in document.hosts}
    for text in symbols:
        parts = split_link(text.strip(EDGES))
        if parts is not None and parts.scheme is not None and parts.host not in ours:
            yield Mark(kind=MarkKind.HOST, value=parts.host[:_LONGEST])

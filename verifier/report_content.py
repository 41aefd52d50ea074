"""What a verification report (查验报告) holds, gathered from a verdict; nothing is judged here."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from codes.documents import mask_document
from codes.wording import Language, Text
from log.checkpoint import Checkpoint
from verifier.catalogue import CATALOGUE
from verifier.site import present
from verifier.verdict import Finding, Verdict, finding_to_json, verdict_to_json

FORMAT: Final = 1
_LONGEST_NAME: Final = 120
_LONGEST_TEXT: Final = 80
_LANGUAGE_MEMBERS: Final = ("summary_text",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What the asker brought, as far as a report shows it.

    Args:
        kind: `number`, `qr` or `file`.
        facts: labelled values; what was typed is masked as the verdict masks it.
        picture: a small JPEG of a file's first page, or None.
    """

    kind: str
    facts: tuple[tuple[Text, Text], ...]
    picture: bytes | None = None


_KIND = Text("查验方式", "Kind of evidence")
_TYPED_DAY = Text("查询状态的日期", "Status asked for on")


def examined_number(
    number: str, *, name: str | None, document_number: str | None, on: str | None
) -> Examined:
    """Return what was typed: the name as it was, the document number masked."""
    kind = Text("填写证书编号和持证人信息", "number and holder's data, typed")
    facts = [
        (_KIND, kind),
        (Text("所填证书编号", "Number typed"), _same(_plain(number))),
    ]
    if name:
        facts.append((Text("所填姓名", "Name typed"), _same(_plain(name))))
    if document_number:
        masked = mask_document(_plain(document_number))
        facts.append((Text("所填证件号码", "Document number typed"), _same(masked)))
    return Examined(kind="number", facts=(*facts, *_day(on)))


def examined_qr(text: str, *, on: str | None = None) -> Examined:
    """Return the text of a QR code: its beginning, and its hash."""
    kind = Text("二维码文字内容", "text of a QR code")
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    facts = (
        (_KIND, kind),
        (Text("文字开头", "Beginning"), _same(_plain(text, _LONGEST_TEXT))),
        (Text("文字的 SHA-256", "Its hash"), _same(digest)),
    )
    return Examined(kind="qr", facts=(*facts, *_day(on)))


def examined_file(
    data: bytes, filename: str, *, picture: bytes | None, on: str | None = None
) -> Examined:
    """Return what identifies a file; the file itself is not kept.

    Args:
        data: its bytes.
        filename: as the asker calls it, untrusted.
        picture: what a child process drew of it, or None.
    """
    kind = Text("证书文件（PDF 或图片）", "a file, PDF or picture")
    name = filename.replace("\\", "/").rpartition("/")[2]
    facts = (
        (_KIND, kind),
        (Text("文件名（提交者所称）", "Name given"), _same(_plain(name, _LONGEST_NAME))),
        (Text("文件大小", "Size"), Text(f"{len(data)} 字节", f"{len(data)} bytes")),
        (Text("文件的 SHA-256", "Its hash"), _same(hashlib.sha256(data).hexdigest())),
    )
    return Examined(kind="file", facts=(*facts, *_day(on)), picture=picture)


def report_content(
    verdict: Verdict, examined: Examined, log: Checkpoint | None, *, address: str
) -> dict[str, Any]:
    """Return the content of a report, before the sealer adds who seals it and when.

    Args:
        verdict: the whole answer.
        examined: what it is about.
        log: the checkpoint of the public log that was in force, or None.
        address: where reports are looked up.
    """
    content: dict[str, Any] = {
        "format": FORMAT,
        "demo": verdict.demo,
        "examined": {"kind": examined.kind, "facts": _facts(examined.facts)},
        "verdict": _verdict(verdict),
        "record": [
            {
                "label": _both(fact.label),
                "value": _value(fact.value or fact.note or _same("")),
                "is_note": fact.value is None,
            }
            for fact in present.facts(verdict)
        ],
        "basis": {
            "trust_list": _trust(verdict),
            "log": None if log is None else _checkpoint(log),
            "software": software_version(),
            "catalogue": catalogue_version(),
        },
        "address": address,
    }
    if examined.picture is not None:
        content["picture"] = base64.b64encode(examined.picture).decode("ascii")
    return content


def moment_of(content: Mapping[str, Any]) -> datetime:
    """Return the time of a content's verdict, aware UTC."""
    return datetime.fromisoformat(content["verdict"]["checked_at"]).astimezone(UTC)


def software_version() -> str:
    """Return the version of this software as it is installed."""
    try:
        return version("yanzhen")
    except PackageNotFoundError:
        return "0"


@cache
def catalogue_version() -> str:
    """Return the beginning of the SHA-256 of all findings there are: which words were in force."""
    entries = {
        code.value: [entry.severity.value, entry.text.zh, entry.text.en]
        for code, entry in CATALOGUE.items()
    }
    written = json.dumps(entries, ensure_ascii=False, sort_keys=True).encode()
    return hashlib.sha256(written).hexdigest()[:16]


def _verdict(verdict: Verdict) -> dict[str, Any]:
    told = verdict_to_json(verdict)
    for name in _LANGUAGE_MEMBERS:
        del told[name]
    told["findings"] = [_finding(one, verdict) for one in present.ordered_findings(verdict)]
    told["status_text"] = _both(verdict.status.text)
    return told


def _finding(finding: Finding, verdict: Verdict) -> dict[str, Any]:
    told = finding_to_json(finding, Language.ZH)
    del told["message"]
    told["mark"] = _both(verdict.mark_of(finding))
    told["decides"] = present.decides_outcome(finding, verdict)
    return told


def _trust(verdict: Verdict) -> dict[str, Any] | None:
    if verdict.trust is None:
        return None
    told = verdict_to_json(verdict)["trust_list"]
    return {**told, "text": _both(verdict.trust.text)}


def _checkpoint(log: Checkpoint) -> dict[str, Any]:
    return {"origin": log.origin, "size": log.size, "root": log.root.hex()}


def _facts(facts: tuple[tuple[Text, Text], ...]) -> list[dict[str, Any]]:
    return [{"label": _both(label), "value": _value(value)} for label, value in facts]


def _value(text: Text) -> dict[str, str] | str:
    """Return a value by languages, or as it is where they say the same."""
    return text.zh if text.zh == text.en else _both(text)


def _same(value: str) -> Text:
    return Text(value, value)


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _day(on: str | None) -> tuple[tuple[Text, Text], ...]:
    return ((_TYPED_DAY, _same(_plain(on))),) if on else ()


def _plain(typed: str, longest: int = 200) -> str:
    """Return a text without control characters, and not longer than a line or two."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in typed.strip())
    encodable = shown.encode("utf-8", "replace").decode("utf-8")
    return encodable if len(encodable) <= longest else f"{encodable[:longest]}…"

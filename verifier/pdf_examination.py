"""Steps 1 and 6 for a PDF: a glance at it before it is drawn, its seal, its page beside the issued.

A sealed file that is byte for byte the one issued needs no more than the glance. Any other is read
in full, and drawn beside the issued page where that is at hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from registry.child import ChildFailed
from registry.opened import OpenedCopy
from verifier.decision import Standing
from verifier.document import FileReading, inspect_size, parse_answer, say_unread
from verifier.file_kinds import FileKind, kind_of
from verifier.file_slots import NoFreeSlot
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.issued_pages import IssuedPages
from verifier.questions import Question, Task, pack
from verifier.seal import (
    PageComparison,
    SealReading,
    parse_comparison,
    parse_seal,
)
from verifier.seal_trust import PublishedSeals, Signer, judge_signer
from verifier.verdict import Finding

Ask = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What a PDF shows at a glance.

    Args:
        reading: its words and symbol, seen or not; None where it has none of ours.
    """

    seal: SealReading
    reading: FileReading | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfEvidence:
    """What is known of a PDF beside what it prints.

    Args:
        signer: whose seal it is; None where that cannot be told.
        page: how its page looks beside the issued one; None where they were not compared.
        laid: its page lies on the issued one word by word, or need not, or there is none at hand.
    """

    seal: SealReading
    signer: Signer | None
    page: PageComparison | None
    laid: bool = True


def glance_at(data: bytes, ask: Ask) -> Glance | Finding | None:
    """Return what a PDF shows at a glance, None for any other file, or why it cannot be read.

    Args:
        data: the uploaded bytes; untrusted.
        ask: has a child read them, as `Child.ask` does.
    """
    if kind_of(data) is not FileKind.PDF:
        return None
    if (too_big := inspect_size(data)) is not None:
        return too_big
    try:
        answer = ask(pack(Question(task=Task.GLANCE, data=data)))
        value = json.loads(answer)
    except (NoFreeSlot, ChildFailed) as error:
        return say_unread(error)
    except (ValueError, RecursionError):
        return find(Code.FILE_UNREADABLE)
    reading = parse_answer(answer, hashlib.sha256(data).hexdigest(), FileKind.PDF)
    return Glance(
        seal=parse_seal(value.get("seal") if isinstance(value, dict) else None),
        reading=None if isinstance(reading, Finding) else reading,
    )


def examine(
    data: bytes,
    index: int,
    glance: Glance,
    standing: Standing,
    *,
    ask: Ask,
    issued_pages: IssuedPages,
    published: PublishedSeals,
) -> PdfEvidence:
    """Return what is known of a PDF beside what it prints.

    Args:
        data: the uploaded bytes; untrusted.
        index: of the page that carries the QR, counted from 0.
        standing: what is known of the record in its QR.
        ask: has a child compare two pages, as `Child.ask` does.
        published: the authority of seals published here.
    """
    seal = glance.seal
    page = issued = None
    copy = standing.copy
    if copy is not None and copy.pdf_sha256 != hashlib.sha256(data).hexdigest():
        issued = _sealed_part(data, seal, copy) or issued_pages.page_of(copy)
        page = None if issued is None else _compare(data, index, issued, ask)
    signer = judge_signer(seal.certificates, seal.sealed_at, published)
    laid = page is not None or issued is None
    return PdfEvidence(seal=seal, signer=signer, page=page, laid=laid)


def _sealed_part(data: bytes, seal: SealReading, copy: OpenedCopy) -> bytes | None:
    """Return the issued file where something was merely appended to it."""
    part = data[: max(seal.covered, 0)]
    return part if hashlib.sha256(part).hexdigest() == copy.pdf_sha256 else None


def _compare(data: bytes, index: int, issued: bytes, ask: Ask) -> PageComparison | None:
    try:
        question = Question(task=Task.COMPARE, data=data, issued=issued, page=index)
        answer = ask(pack(question))
        return parse_comparison(json.loads(answer))
    except (NoFreeSlot, ChildFailed, ValueError, RecursionError):
        return None

"""Step 1 for a file: which one certificate it shows, by its QR codes, and what its pages print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from keys.document import KeyDocument
from templates.page_reading import PagePrint, read_page
from verifier.compare import shorten
from verifier.document import FileReading
from verifier.file_kinds import FileKind
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.link_parts import leads_to
from verifier.scan import Scan, plain_words, read_qr
from verifier.seal_states import SYMBOL
from verifier.verdict import Finding

# What a QR code can be without saying which certificate is meant: the print may still say it.
WITHOUT_CODE = frozenset(
    {
        Code.QR_NOT_FOUND,
        Code.QR_NOT_A_CERTIFICATE,
        Code.QR_OTHER_TEXT,
        Code.QR_EMPTY,
        Code.QR_DAMAGED,
    }
)
_NOT_OURS = frozenset({Code.QR_NOT_A_CERTIFICATE, Code.QR_OTHER_TEXT, Code.QR_EMPTY})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileClaims:
    """What a file claims to be.

    Args:
        page: the page that carries the QR, counted from 0.
        pages: how many the file has.
        printed: what the text layer of the page that carries the QR prints.
        beside: what pages without any QR print, by their place counted from 0.
        proof: the proof of the public log that travels with the file, unproven; None without one.
        second: the record under the body's second key, as the file carries it; unverified.
        notices: what else was seen in it.
    """

    kind: FileKind
    sha256: str
    page: int
    pages: int
    scan: Scan
    printed: PagePrint
    beside: Mapping[int, PagePrint]
    proof: str | None
    second: bytes | None
    notices: tuple[Finding, ...]

    def noting(self, *findings: Finding) -> FileClaims:
        """Return these claims with more of what was seen."""
        return replace(self, notices=(*self.notices, *findings))

    @property
    def is_picture(self) -> bool:
        """Return whether its fields are to be read from a picture: a PDF may be but that too."""
        return self.kind is FileKind.PICTURE or not self.printed.fields


def read_claims(reading: FileReading, document: KeyDocument) -> FileClaims | tuple[Finding, ...]:
    """Return the one certificate a file shows, or the findings that say why there is not one."""
    scans: list[tuple[int, Scan]] = []
    faults: list[Finding] = []
    others: list[str] = []
    for index, page in enumerate(reading.pages):
        for symbol in page.symbols:
            read = read_qr(symbol, document)
            if isinstance(read, Scan):
                scans.append((index, read))
            elif read.code in _NOT_OURS:
                others.append(symbol)
            else:
                faults.append(read)
    beside = [*others, *(one for page in reading.pages for one in page.others)]
    notices = _other_symbols(beside, document) if scans or faults else ()
    if not scans:
        return (*faults[:1], *notices) or _no_certificate(others, document)
    if len({scan.envelope.payload for _, scan in scans}) > 1:
        return (_several(reading, [index for index, _ in scans]), *notices)
    index, scan = _least_trusted(scans, document)
    return FileClaims(
        kind=reading.kind,
        sha256=reading.sha256,
        page=index,
        pages=len(reading.pages),
        scan=scan,
        printed=read_page(reading.pages[index].glyphs),
        beside={
            at: read_page(page.glyphs)
            for at, page in enumerate(reading.pages)
            if page.glyphs and not page.symbols
        },
        proof=reading.proof,
        second=reading.second,
        notices=(*notices, *faults[:1]),
    )


def foreign_codes(reading: FileReading, document: KeyDocument) -> tuple[str, ...]:
    """Return the texts of QR codes of a file that lead to hosts which are not ours."""
    own = {host.host for host in document.hosts}
    texts = dict.fromkeys(text for page in reading.pages for text in page.symbols)
    return tuple(one for one in texts if (host := leads_to(one)) is not None and host not in own)


def _other_symbols(others: list[str], document: KeyDocument) -> tuple[Finding, ...]:
    """Return what codes beside that of the certificate mean: a link elsewhere may be a trap."""
    if not others:
        return ()
    return (find(Code.OTHER_QR_IGNORED), *_foreign(Code.OTHER_QR_FOREIGN, others, document))


def _no_certificate(others: list[str], document: KeyDocument) -> tuple[Finding, ...]:
    """Return what a file without any certificate code has instead, and where that leads."""
    if not others:
        return (find(Code.QR_NOT_FOUND),)
    words = [shown for one in others if (shown := plain_words(one))]
    if len(words) == len(others):
        return (find(Code.QR_OTHER_TEXT, {"text": words[0]}, {"text": words[0]}),)
    return (
        find(Code.QR_NOT_A_CERTIFICATE),
        *_foreign(Code.QR_LEADS_ELSEWHERE, others, document),
    )


def _foreign(code: Code, symbols: list[str], document: KeyDocument) -> tuple[Finding, ...]:
    """Return a finding for each host, not ours, that codes lead to."""
    own = {host.host for host in document.hosts}
    hosts = {host for one in symbols if (host := leads_to(one)) is not None} - own
    return tuple(
        find(code, {"host": host}, {"host": host, "field": SYMBOL})
        for host in sorted(map(shorten, hosts))
    )


def _several(reading: FileReading, pages: list[int]) -> Finding:
    """Return what different certificate codes in one file mean.

    On one page that also has printed fields they contradict each other; on several pages, or in
    a picture of several papers, they are simply several certificates.
    """
    one_page = len(set(pages)) == 1
    typeset = bool(read_page(reading.pages[pages[0]].glyphs).fields)
    return find(Code.QR_CONFLICT if one_page and typeset else Code.SEVERAL_CERTIFICATES)


def _least_trusted(scans: list[tuple[int, Scan]], document: KeyDocument) -> tuple[int, Scan]:
    """Return, of codes with the same record, one that leads to a foreign host if any does."""
    own = {host.host for host in document.hosts}
    foreign = [item for item in scans if item[1].host is not None and item[1].host not in own]
    return (foreign or scans)[0]

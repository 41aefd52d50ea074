"""Makes the two files of a report from its draft: the PDF under its seal, the JSON signed."""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from codes.wording import Text
from keys.report_document import REPORT_MARK, ReportForm, SealState, canonical, check_report
from keys.report_key import ReportKey, open_report_key, read_report_chain
from keys.seal import check_usable
from registry.errors import HomeError
from registry.home import Home
from registry.report_drafts import ReportDrafts, ReportTicket
from registry.reports import ReportFiles, keep_sealed, note_failure, waiting_drafts
from templates.fonts import FontChain
from templates.report_page import ReportSeal, draw_report

_logger = logging.getLogger("yanzhen.sealer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealer:
    """The sealer at work.

    Args:
        key: the report key, open.
        drafts: opens what the public side queued.
        fonts: where glyphs come from.
        clock: returns now, aware UTC.
    """

    key: ReportKey
    drafts: ReportDrafts
    fonts: FontChain
    clock: Callable[[], datetime]

    def seal(self, draft: bytes, *, now: datetime) -> tuple[ReportTicket, ReportFiles]:
        """Return the files of a draft, both checked as anybody would check them.

        Args:
            now: aware UTC; the files name its whole second.

        Raises:
            VaultError: the draft was not made by this home (`report_draft_altered`).
            KeysError: the certificate is not in its time (`seal_expired`, `seal_not_yet_valid`).
        """
        now = now.replace(microsecond=0)
        check_usable(self.key.chain, now)
        content = self.drafts.open(draft)
        picture = content.pop("picture", None)
        ticket = self.drafts.ticket(draft, _moment_of(content))
        report = self._completed(content, ticket, now)
        pdf = self._draw(report, None if picture is None else base64.b64decode(picture), now)
        files = ReportFiles(pdf=pdf, json=self.key.sign_json(report))
        for file, form in ((files.pdf, ReportForm.PDF), (files.json, ReportForm.JSON)):
            checked = check_report(file)
            if checked is None or (checked.form, checked.state) != (form, SealState.GENUINE):
                raise AssertionError(f"a sealed report does not pass its own check: {form}")
        return ticket, files

    def _completed(
        self, content: Mapping[str, Any], ticket: ReportTicket, now: datetime
    ) -> dict[str, Any]:
        chain = self.key.chain
        return {
            **content,
            "number": ticket.number,
            "code": ticket.code,
            "issued_by": chain.organization or chain.signer_name,
            "sealed_at": now.isoformat().replace("+00:00", "Z"),
        }

    def _draw(self, report: Mapping[str, Any], picture: bytes | None, now: datetime) -> bytes:
        chain = self.key.chain
        page = draw_report(
            report,
            mark=REPORT_MARK + str(report["number"]).encode("ascii"),
            content=canonical(report),
            picture=picture,
            address=report["address"],
            seal=ReportSeal(
                signer_name=chain.signer_name,
                organisation=chain.organization or chain.signer_name,
                contents_bytes=self.key.contents_bytes,
                fingerprint=chain.fingerprint,
            ),
            sealed_at=now,
            fonts=self.fonts,
        )
        return page.filled(self.key.seal(page.digest))[0]


def open_sealer(home: Home, passphrase: bytes, *, clock: Callable[[], datetime]) -> Sealer:
    """Open the report key of a home.

    Raises:
        HomeError: there is none (`report_key_missing`); the look-up secret is missing.
        KeysError: `passphrase_wrong`; the file is damaged.
    """
    return Sealer(
        key=open_report_key(newest_key_file(home).read_bytes(), passphrase),
        drafts=ReportDrafts(home.pepper()),
        fonts=FontChain.from_environment(os.environ),
        clock=clock,
    )


def newest_key_file(home: Home) -> Path:
    """Return the file of the report key in use: of those there are the one made last.

    Raises:
        HomeError: `report_key_missing`.
    """
    files = sorted(home.report_key_folder.glob("*.pem"))
    if not files:
        raise HomeError(
            "report_key_missing",
            Text(
                "没有查验报告专用密钥，请运行 yanzhen report-key new",
                "there is no report key; run yanzhen report-key new",
            ),
        )
    return max(files, key=lambda file: read_report_chain(file.read_bytes()).not_before)


def seal_waiting(sealer: Sealer, engine: Engine) -> int:
    """Seal every report that waits; return how many were sealed.

    Raises:
        KeysError: the certificate is not in its time (`seal_expired`, `seal_not_yet_valid`); the
            reports go on waiting.
        RegistryUnavailable: the database cannot be reached.
    """
    check_usable(sealer.key.chain, sealer.clock())
    sealed = 0
    for number, draft in waiting_drafts(engine):
        now = sealer.clock()
        try:
            ticket, files = sealer.seal(draft, now=now)
            if ticket.number != number:
                raise ValueError("the draft is another report's")
        except Exception as error:  # noqa: BLE001 - one odd draft must not keep others waiting
            _logger.error("report %s was not sealed: %s", number, type(error).__name__)
            note_failure(engine, number)
            continue
        keep_sealed(engine, ticket, files, now=now)
        sealed += 1
    return sealed


def _moment_of(content: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(content["verdict"]["checked_at"]).astimezone(UTC)

"""Where the public side asks for verification reports and finds them again."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from codes.wording import Text
from keys.certificates import read_certificates
from registry.child import Child, ChildFailed
from registry.errors import VaultError
from registry.home import Home
from registry.public_database import PublicSide
from registry.report_drafts import MAX_DRAFT_BYTES, ReportDrafts, ReportTicket
from registry.reports import KeptReport, ReportFiles, find_report, open_report, queue_report
from verifier.document import MAX_FILE_BYTES
from verifier.errors import KeyDocumentUnavailable, UsageError
from verifier.report_content import Examined, moment_of, report_content
from verifier.service import Verifier
from verifier.verdict import Verdict

KEEP_VARIABLE: Final = "YANZHEN_REPORT_KEEP_DAYS"
KEEP_DAYS: Final = 3650
REPORT_PATH: Final = "/report"
ASKED_WITHIN: Final = timedelta(hours=2)
PICTURE_SECONDS: Final = 10.0
_PICTURE_MEMORY_BYTES: Final = 512 << 20
_PICTURE_BYTES: Final = 200 << 10
_JPEG: Final = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerReportKey:
    """A report key that is used no more.

    Args:
        certificate_sha256: of its certificate, 64 hex digits.
        first, last: from when to when it was used; aware.
        revoked_at: since when it is not to be believed; aware, None where it was just replaced.
    """

    certificate_sha256: str
    first: datetime
    last: datetime
    revoked_at: datetime | None


class ReportDesk(PublicSide):
    """Makes drafts of reports from verdicts, queues them, and opens sealed ones.

    Args:
        home: whose look-up secret seals drafts, and whose database keeps reports.
        verifier: judges; its log and trust list are named in reports.
        environment: may name the database and how long reports are kept.
    """

    def __init__(
        self, home: Home, verifier: Verifier, environment: Mapping[str, str] = os.environ
    ) -> None:
        super().__init__(home)
        self._verifier = verifier
        self._environment = environment
        self._drafts = ReportDrafts(home.pepper())
        self._child = Child(
            "verifier.report_picture_child",
            seconds=PICTURE_SECONDS,
            memory_bytes=_PICTURE_MEMORY_BYTES,
            answer_bytes=_PICTURE_BYTES,
        )

    def close(self) -> None:
        """End the child process and the connections, if there are any."""
        self._child.close()
        super().close()

    @property
    def offers(self) -> bool:
        """Whether this home has a report key, so that asking for a report makes sense."""
        return self._home.report_certificate_path.exists()

    @property
    def keep_days(self) -> int:
        """How many days a report asked for now can be looked up."""
        typed = self._environment.get(KEEP_VARIABLE, "")
        return int(typed) if typed.isascii() and typed.isdecimal() and int(typed) else KEEP_DAYS

    def picture_of(self, data: bytes, verdict: Verdict) -> bytes | None:
        """Return a small JPEG of a file's first page, drawn in a child process, or None.

        Where something in a picture differs, it is the picture with red boxes around that.
        """
        with suppress(ChildFailed):
            return self.draw(data if verdict.boxed is None else verdict.boxed.jpeg)
        return None

    def draw(self, data: bytes) -> bytes | None:
        """Return a small JPEG of the first page of a file, None where it has none to draw.

        Raises:
            ChildFailed: the child process that draws ended, or had no time.
        """
        if not data or len(data) > MAX_FILE_BYTES:
            return None
        picture = self._child.ask(data)
        return picture if picture.startswith(_JPEG) else None

    def draft(self, verdict: Verdict, examined: Examined) -> bytes:
        """Return the draft of a report on a verdict; nothing is kept of it here."""
        log = self._verifier.log_checkpoint()
        return self._drafts.seal(report_content(verdict, examined, log, address=self.address()))

    def draft_text(self, verdict: Verdict, examined: Examined) -> str:
        """Return a draft as a form carries it."""
        return base64.urlsafe_b64encode(self.draft(verdict, examined)).decode("ascii")

    def ask(self, draft: bytes, *, now: datetime) -> ReportTicket:
        """Queue a draft for the sealer; asked again, it is the same report.

        Raises:
            UsageError: it is no draft of ours (`report_draft_invalid`), or of a verdict given
                more than two hours ago (`report_draft_old`).
            ReportQueueFull: as many reports wait as may.
            RegistryUnavailable: the database cannot be reached.
        """
        asked_at = self._moment(draft)
        if not -ASKED_WITHIN < now - asked_at < ASKED_WITHIN:
            raise UsageError(
                "report_draft_old",
                Text(
                    "核验结果已过两小时，请重新核验后再出具报告",
                    "the check is more than two hours old; check again, then ask for a report",
                ),
            )
        ticket = self._drafts.ticket(draft, asked_at)
        queue_report(self.public, ticket, draft, now=now, keep_days=self.keep_days)
        return ticket

    def ask_text(self, text: str, *, now: datetime) -> ReportTicket:
        """Queue a draft that came back in a form; raises as `ask`."""
        try:
            draft = base64.urlsafe_b64decode(text.encode("ascii"))
        except (binascii.Error, UnicodeEncodeError, ValueError) as error:
            raise _invalid() from error
        return self.ask(draft, now=now)

    def find(self, number: str) -> KeptReport | None:
        """Return what anybody may know of a report; raises RegistryUnavailable."""
        return find_report(self.public, number)

    def open(self, ticket: ReportTicket) -> ReportFiles | None:
        """Return the files of a sealed report; raises RegistryUnavailable."""
        return open_report(self.public, ticket)

    def root(self) -> bytes | None:
        """Return the root certificate that reports of this home lead to."""
        return _bytes_of(self._home.seal_root_path)

    def certificate(self) -> bytes | None:
        """Return the certificate of the key that seals reports now, None where there is none."""
        pem = _bytes_of(self._home.report_certificate_path)
        return None if pem is None else read_certificates(pem)[0]

    def former_keys(self) -> tuple[FormerReportKey, ...]:
        """Return the published report keys that are used no more, the newest first."""
        try:
            told = json.loads(_bytes_of(self._home.former_report_keys_path) or b"{}")
            return tuple(_former_key(one) for one in told.get("keys", []))
        except (ValueError, KeyError, TypeError, AttributeError):
            return ()

    def crl(self) -> bytes | None:
        """Return the published list of revoked certificates."""
        return _bytes_of(self._home.seal_crl_path)

    def address(self) -> str:
        """Return where reports of this home are looked up."""
        return public_address(self._verifier, REPORT_PATH)

    def _moment(self, draft: bytes) -> datetime:
        try:
            if len(draft) > MAX_DRAFT_BYTES:
                raise _invalid()
            content: Mapping[str, Any] = self._drafts.open(draft)
        except VaultError as error:
            raise _invalid() from error
        return moment_of(content)


def public_address(verifier: Verifier, path: str) -> str:
    """Return a path on the newest host of the trust list; the path alone where there is none."""
    try:
        document = verifier.trust_list().document
    except KeyDocumentUnavailable:
        return path
    if not document.hosts:
        return path
    newest = max(document.hosts, key=lambda host: host.valid_from)
    return f"{'http' if document.demo else 'https'}://{newest.host}{path}"


def _former_key(told: Mapping[str, str | None]) -> FormerReportKey:
    revoked_at = told["revoked_at"]
    return FormerReportKey(
        certificate_sha256=bytes.fromhex(str(told["sha256"])).hex(),
        first=datetime.fromisoformat(str(told["from"])),
        last=datetime.fromisoformat(str(told["to"])),
        revoked_at=None if revoked_at is None else datetime.fromisoformat(revoked_at),
    )


def _bytes_of(path: Any) -> bytes | None:
    try:
        data: bytes = path.read_bytes()
    except OSError:
        return None
    return data


def _invalid() -> UsageError:
    return UsageError(
        "report_draft_invalid",
        Text(
            "出具报告所需的内容不完整，请重新核验后再出具",
            "what is needed for the report did not arrive whole; check again, then ask for it",
        ),
    )

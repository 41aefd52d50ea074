"""The only thing the faces call: from what the asker brought to a verdict, step by step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy.orm import Session

from keys.document import KeyDocument
from verifier.verdict import Verdict


class Verifier:
    """Answers every question about a certificate.

    Args:
        document_source: returns the key document in force, read anew when it changed.
        sessions: opens a read-only session on the register; None when there is no register here.
        pepper: the public side's look-up pepper.
        clock: returns the reference time, aware UTC.
    """

    def __init__(
        self,
        document_source: Callable[[], KeyDocument],
        sessions: Callable[[], AbstractContextManager[Session]] | None,
        pepper: bytes,
        clock: Callable[[], datetime],
    ) -> None:
        self._document_source = document_source
        self._sessions = sessions
        self._pepper = pepper
        self._clock = clock

    def verify_number(
        self, number_text: str, *, name: str | None = None, document_number: str | None = None
    ) -> Verdict:
        """Return the verdict on a certificate number and one fact about its holder.

        Raises:
            UsageError: neither name nor document number was given, or a text is not text.
        """
        raise NotImplementedError

    def verify_qr(self, text: str) -> Verdict:
        """Return the verdict on the text of a scanned QR code; its address is never followed."""
        raise NotImplementedError

    def verify_file(self, data: bytes, filename: str) -> Verdict:
        """Return the verdict on an uploaded certificate file (PDF or picture)."""
        raise NotImplementedError

"""What a holder who was let in sees of their own certificate: the verdict, its history, its page.

The data key is opened by number and document number, as for any look-up by them; no vault is open
here. The code that lets a holder in is a rule of this site, not a key (decision 0033).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from registry.holder_access import HolderClaim
from registry.life import Event
from registry.models import AwardStatus
from registry.opened import OpenedAward
from verifier.issued_pages import IssuedPages
from verifier.lookup import Register
from verifier.service import Verifier
from verifier.typed import normalise_document, read_number
from verifier.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderView:
    """One certificate as its holder sees it.

    Args:
        verdict: proved, with the whole name.
        events: of its life, the latest first; held against the verdict, not proved by themselves.
        may_download: whether its page can be had.
    """

    verdict: Verdict = field(repr=False)
    events: tuple[Event, ...]
    may_download: bool


class HolderLook:
    """Opens a certificate for its holder.

    Args:
        verifier: proves what is shown.
        register: asked by number and document number.
        pages: the issued pages.
        release: ends what `register` keeps open; a later look opens it anew.
    """

    def __init__(
        self,
        verifier: Verifier,
        register: Register,
        pages: IssuedPages,
        release: Callable[[], None],
    ) -> None:
        self._verifier = verifier
        self._register = register
        self._pages = pages
        self._release = release

    def close(self) -> None:
        """Let go of the connections to the register."""
        self._release()

    def claim(self, number: str, document: str) -> HolderClaim | None:
        """Return what somebody claims by what they typed; None where it cannot be a claim."""
        today = self._verifier.today()
        read = read_number(number, today).number
        typed = normalise_document(document, today)
        if read is None or not typed:
            return None
        return HolderClaim(number=str(read), document_number=typed)

    def view(self, claim: HolderClaim) -> HolderView | None:
        """Return the certificate of a holder; None where it is not on record any more."""
        award = self._open(claim)
        if award is None:
            return None
        return HolderView(
            verdict=self.verdict(claim, full_name=True),
            events=tuple(reversed(award.events)),
            may_download=_given_out(award),
        )

    def verdict(self, claim: HolderClaim, *, full_name: bool) -> Verdict:
        """Return the verdict that a look-up gives to who knows the document number.

        Args:
            full_name: and the name, which is then shown whole.
        """
        award = self._open(claim) if full_name else None
        shown = None if award is None else award.shown
        name = None
        if shown is not None and shown.signed is not None:
            name = shown.signed[1].holder_name
        return self._verifier.verify_number(
            claim.number, name=name, document_number=claim.document_number
        )

    def page(self, claim: HolderClaim) -> bytes | None:
        """Return the PDF of the copy in force, or None where there is none to be had."""
        award = self._open(claim)
        if award is None or not _given_out(award):
            return None
        return self._pages.page_of(award.current)

    def _open(self, claim: HolderClaim) -> OpenedAward | None:
        number = read_number(claim.number, self._verifier.today()).number
        if number is None:
            return None
        answer = self._register.by_holder(number, name=None, document_number=claim.document_number)
        return answer.award


def _given_out(award: OpenedAward) -> bool:
    """Say whether a page of an award is handed out: of one that is in force only."""
    return award.award_status is AwardStatus.CURRENT and award.current is not None

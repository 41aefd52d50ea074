"""What an assessment body does for holders on the public site: codes made, requests answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from codes.wording import Text
from issuer.errors import IssuerError
from registry.holder_access import CodePurpose, HolderClaim, HolderKeys, make_code
from registry.holder_requests import RequestOutcome, answer_request, close_request
from registry.models import Award, AwardStatus
from registry.session import transaction

MOST_ANSWER = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderCounter:
    """Where codes and requests lie.

    Args:
        public: the public side's own database.
        keys: of the holder's pages.
        clock: returns now, aware UTC.
    """

    public: Engine
    keys: HolderKeys = field(repr=False)
    clock: Callable[[], datetime]

    def code_at_the_counter(self, award: Award, document_number: str) -> str:
        """Return a fresh code for a holder who stands before the clerk.

        Args:
            document_number: as it is kept of the award.

        Raises:
            IssuerError: the certificate is not made yet, or erased (`certificate_has_no_page`).
        """
        if award.recorded_at is None or award.status == AwardStatus.ERASED:
            raise IssuerError(
                "certificate_has_no_page",
                Text(
                    "证书还没有做好，或登记已依法删除，不能发查看码",
                    "the certificate is not made yet, or its record was erased: there is no code",
                ),
            )
        claim = HolderClaim(number=award.number, document_number=document_number)
        with transaction(self.public) as session:
            return make_code(session, self.keys, claim, CodePurpose.COUNTER, now=self.clock())

    def codes_for_handover(self, claims: Sequence[HolderClaim], *, at: datetime) -> list[str]:
        """Return a fresh code for each holder, to be handed over with the certificate.

        Args:
            at: now, the same for all of a batch.
        """
        with transaction(self.public) as session:
            return [
                make_code(session, self.keys, claim, CodePurpose.HANDOVER, now=at)
                for claim in claims
            ]

    def answer(self, body: str, request_id: int, outcome: RequestOutcome, words: str) -> None:
        """Answer a request to a body.

        Raises:
            IssuerError: the answer is empty or too long (`request_answer`); it was answered before
                (`request_answered`).
        """
        _check_words(words)
        with transaction(self.public) as session:
            done = answer_request(
                session, self.keys, body, request_id, outcome, words, now=self.clock()
            )
        if not done:
            raise IssuerError(
                "request_answered",
                Text("这件申请已经答复或已撤回", "the request was answered or taken back"),
            )

    def close(self, body: str, request_id: int, words: str) -> None:
        """End a request that was taken up and that no act will follow; its holder reads why.

        Raises:
            IssuerError: as `answer`; it waits for no act (`request_not_taken_up`).
        """
        _check_words(words)
        with transaction(self.public) as session:
            done = close_request(session, self.keys, body, request_id, words, now=self.clock())
        if not done:
            raise request_not_taken_up()


def request_not_taken_up() -> IssuerError:
    """Return the refusal to end a request that waits for no act."""
    return IssuerError(
        "request_not_taken_up",
        Text(
            "这件申请不在已受理、待办理之列，可能已经提出办理或已经结束",
            "the request does not wait for an act: one was proposed, or it is over",
        ),
    )


def _check_words(words: str) -> None:
    if not 1 <= len(words) <= MOST_ANSWER or not words.replace("\n", "").isprintable():
        raise IssuerError(
            "request_answer",
            Text(
                f"请写明答复内容，不超过 {MOST_ANSWER} 字",
                f"write the answer, in at most {MOST_ANSWER} characters",
            ),
        )
